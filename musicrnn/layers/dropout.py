"""Dropout of a sequence: anew at every step, or the same units at all steps of a window."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class VariationalDropout(nn.Module):
    """[B, T, F] -> [B, T, F], one mask a row (Gal and Ghahramani 2016)."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.share == 0:
            return x
        kept = torch.rand(x.shape[0], 1, x.shape[2], device=x.device) >= self.share
        return x * kept.to(x.dtype) / (1 - self.share)


def dropout_layer(share: float, *, variational: bool) -> nn.Module:
    """A layer that leaves out ``share`` of the units while training."""
    return VariationalDropout(share) if variational else nn.Dropout(share)
