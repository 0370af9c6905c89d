"""Features brought to mean 0 and deviation 1 by figures that were taken from the training split."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn


class Standard(nn.Module):
    """[..., F] -> [..., F]; until :meth:`observe` was called, nothing changes."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("scale", torch.ones(size))

    def forward(self, x: Tensor) -> Tensor:
        return (x - cast(Tensor, self.mean)) / cast(Tensor, self.scale)

    def undone(self, x: Tensor) -> Tensor:
        """The inverse of :meth:`forward`."""
        return x * cast(Tensor, self.scale) + cast(Tensor, self.mean)

    def observe(self, rows: Tensor) -> None:
        """Mean and deviation of ``rows`` [N, F]; a feature that never varies is only centred."""
        deviation = rows.double().std(0, correction=0)
        deviation[deviation < 1e-3] = 1.0
        cast(Tensor, self.mean).copy_(rows.double().mean(0))
        cast(Tensor, self.scale).copy_(deviation)
