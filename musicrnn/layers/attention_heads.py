"""A sequence to one vector by several learned questions: attention with heads.

    head_i = sum over t of softmax_t(q_i . h_t) * V_i h_t      output = [head_1, head_2, ...]

Source: Vaswani et al. 2017, with learned queries (Lee et al. 2019, pooling by attention). A learned
query and its key matrix are one vector, so that is what is kept of them.

Conventions. h [B, T, H] -> [B, H]; all rows have the same length.
"""

from __future__ import annotations

from torch import Tensor, nn

from musicrnn.errors import MusicRNNError


class AttentionHeads(nn.Module):
    """Raises MusicRNNError where ``size`` is no multiple of ``heads``."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        if size % heads:
            raise MusicRNNError(f"heads must divide the {size} outputs, got {heads}")
        self.heads = heads
        self.score = nn.Linear(size, heads)
        self.value = nn.Linear(size, size)

    def forward(self, h: Tensor) -> Tensor:
        weights = self.score(h).softmax(1)  # [B, T, heads]
        values = self.value(h).unflatten(2, (self.heads, -1))  # [B, T, heads, D]
        return (weights[..., None] * values).sum(1).flatten(1)
