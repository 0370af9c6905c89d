"""Attention to the recent past: a weighted mean with exponential decay.

    weight_t = exp(w . h_t + b)      mass_t = decay * mass_{t-1} + weight_t
    sum_t = decay * sum_{t-1} + weight_t * h_t      context_t = sum_t / (mass_t + 1)

Feed-forward attention (Raffel and Ellis 2015) made causal: the weight that a step gives itself
decays by ``decay`` a step, and a mass of 1 without content stands for silence, so that the context
is 0 where nothing worth attending to was heard lately. The state is (sum, mass): constant memory.

Conventions. h [B, T, H] -> contexts [B, T, H]; the state [B, H + 1], zeros at the start. The
weight's logarithm stays within +-MAX_LOG_WEIGHT.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from musicrnn.layers.scan import linear_scan

MAX_LOG_WEIGHT = 6.0


class RecentAttention(nn.Module):
    def __init__(self, size: int, *, decay: float) -> None:
        super().__init__()
        self.decay = decay
        self.score = nn.Linear(size, 1)

    def initial_state(self, batch: int) -> Tensor:
        weight = self.score.weight
        return torch.zeros(batch, weight.shape[1] + 1, dtype=weight.dtype, device=weight.device)

    def forward(self, h: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Contexts and the state after the last step."""
        logarithm = MAX_LOG_WEIGHT * torch.tanh(self.score(h) / MAX_LOG_WEIGHT)
        weight = logarithm.to(state.dtype).exp()  # [B, T, 1]
        entering = torch.cat([weight * h.to(state.dtype), weight], 2).transpose(0, 1)
        held = linear_scan(torch.full_like(entering, self.decay), entering, state)  # [T, B, H + 1]
        contexts = held[..., :-1] / (held[..., -1:] + 1)
        return contexts.transpose(0, 1), held[-1]
