"""A sequence to one vector: the mean of its steps, each weighted by a score computed from itself.

Source: Raffel and Ellis 2015 (feed-forward attention). Steps beyond a length have weight 0.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class AttentionPool(nn.Module):
    """[B, T, H] and lengths [B] -> [B, H]."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.score = nn.Linear(size, 1)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        scores = self.score(x).squeeze(2)  # [B, T]
        outside = torch.arange(x.shape[1], device=x.device) >= lengths[:, None]
        weights = scores.masked_fill(outside, float("-inf")).softmax(1)
        return (weights.unsqueeze(2) * x).sum(1)
