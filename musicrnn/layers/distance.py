"""How far features are from those that were observed.

Conventions. Features [B, S] around zero -> [B], nepers: half the logarithm of the mean square of
their first principal components, each divided by its deviation over what was observed (Mahalanobis
1936; as a measure of what a network does not know, Lee 2018). 0 is as far as the observed are.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

ROWS = 8  # observed, that a component needs at least
LEAST = 1e-3  # deviation of a component


class Distance(nn.Module):
    """[B, S] -> [B]; until :meth:`observe` was called, all are alike."""

    def __init__(self, features: int, components: int) -> None:
        super().__init__()
        self.most = components
        self.register_buffer("axes", torch.zeros(features, components))
        self.register_buffer("share", torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        square = (x @ cast(Tensor, self.axes)).square().sum(1) / cast(Tensor, self.share)
        return 0.5 * square.add(1e-6).log()

    def observe(self, rows: Tensor) -> None:
        """The components of ``rows`` [N, S], N / 8 of them at most."""
        _, sizes, axes = torch.linalg.svd(rows, full_matrices=False)
        count = max(1, min(self.most, len(rows) // ROWS))
        deviation = (sizes[:count] / len(rows) ** 0.5).clamp(min=LEAST)
        cast(Tensor, self.axes).zero_()[:, :count] = axes[:count].T / deviation
        cast(Tensor, self.share).fill_(count)
