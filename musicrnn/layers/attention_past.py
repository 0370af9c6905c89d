"""Attention of a network to its own last outputs (Waite 2016, Magenta's attention_rnn).

At each step the output h of the top layer asks, the n outputs before it are keys and values, and
context and output are joined as by Luong et al. 2015:

    y = tanh(W [context; h] + b)

What is kept are outputs h as they were before joining, so that all steps of a sequence are computed
at once; Magenta keeps y, which would make them wait for each other. At the first step there is
nothing to attend to and the context is 0.

Conventions. h and y [B, T, H]. The state is (past [n, B, H], the newest last; heard [1, B, 1], how
many of them are outputs and not the zeros of the start, n at most), all zero at the start.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from musicrnn.layers.attention import Attention, masked_softmax, to_diagonals

Past = tuple[Tensor, Tensor]
BLOCK_STEPS = 128  # steps at once: enough for full speed, small enough for the cache


class PastAttention(nn.Module):
    """``reach`` is n, ``kind`` as in :mod:`musicrnn.layers.attention`.

    Parameters: those of the attention, and 2 H^2 + H.

    Raises:
        MusicRNNError: no such kind.
    """

    def __init__(self, size: int, reach: int, kind: str) -> None:
        super().__init__()
        self.reach = reach
        self.look = Attention(kind, size, size)
        self.join = nn.Linear(2 * size, size)

    def initial_state(self, batch: int) -> Past:
        """Zeros, on the device of the weights."""
        weight = self.join.weight
        return weight.new_zeros(self.reach, batch, len(weight)), weight.new_zeros(1, batch, 1)

    def forward(self, h: Tensor, state: Past) -> tuple[Tensor, Past]:
        """h [B, T, H] -> y [B, T, H] and the state after the last step."""
        found: list[Tensor] = []
        for part in h.split(BLOCK_STEPS, 1):
            y, state = self._block(part, state)
            found.append(y)
        return torch.cat(found, 1), state

    def _block(self, h: Tensor, state: Past) -> tuple[Tensor, Past]:
        past, heard = state
        steps, reach = h.shape[1], self.reach
        known = torch.cat([past.transpose(0, 1).to(h.dtype), h], 1)  # [B, n + T, H]
        before = known[:, :-1]
        scores = self.look.near_scores(h, self.look.prepared(before), reach)
        back = torch.arange(reach, 0, -1, device=h.device)  # [n], steps
        there = torch.arange(steps, device=h.device)[:, None] + heard[0, :, :, None] >= back
        weights = masked_softmax(scores, there)  # [B, T, n]
        context = to_diagonals(weights) @ before
        y = self.join(torch.cat([context, h], 2)).tanh()
        kept = known[:, -reach:].transpose(0, 1).to(past.dtype)
        return y, (kept, (heard + steps).clamp(max=reach))
