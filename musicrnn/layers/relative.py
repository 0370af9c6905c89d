"""A linear map from pitches to pitches that depends on intervals alone: what is learnt in C holds
in D.

Conventions. x [N, C, P] -> y [N, P, E]: y at pitch p is the sum over channels c and pitches q of
x[c, q] * kernel[c, q - p], one vector of E numbers for each channel and interval. The kernel of an
interval is the sum of a part of its own, within ``reach`` semitones, and one that it shares with
all octaves of it. With ``lower`` only pitches below p are inputs. As one matrix product (a Toeplitz
matrix), since a frame is far smaller than what it is multiplied with. Sources: the window around
each note of Johnson 2017 (tied parallel networks); relative pitch as in convolution over pitches.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

OCTAVE = 12


class RelativeLinear(nn.Module):
    """[N, C, P] -> [N, P, E], without a bias."""

    def __init__(
        self, pitches: int, channels: int, outputs: int, *, reach: int, lower: bool = False
    ) -> None:
        super().__init__()
        self.pitches, self.channels, self.outputs = pitches, channels, outputs
        reach = min(reach, pitches - 1)
        self.near = nn.Parameter(torch.empty(channels, 2 * reach + 1, outputs))
        self.octave = nn.Parameter(torch.empty(channels, OCTAVE, outputs))
        bound = (channels * (2 * reach + 1)) ** -0.5
        nn.init.uniform_(self.near, -bound, bound)
        nn.init.uniform_(self.octave, -bound, bound)
        self.reach, self.lower = reach, lower
        self.kept: Tensor | None = None  # the matrix, while it is known not to change

    def matrix(self) -> Tensor:
        """[C * P, P * E]."""
        pitch = torch.arange(self.pitches, device=self.near.device)
        interval = pitch[:, None] - pitch[None, :]  # [q, p]
        near = self.near[:, interval.clamp(-self.reach, self.reach) + self.reach]  # [C, q, p, E]
        near = near * (interval.abs() <= self.reach)[..., None]
        kernel = near + self.octave[:, interval % OCTAVE]
        if self.lower:
            kernel = kernel * (interval < 0)[..., None]
        return kernel.reshape(self.channels * self.pitches, self.pitches * self.outputs)

    def forward(self, x: Tensor) -> Tensor:
        y = x.flatten(1) @ (self.matrix() if self.kept is None else self.kept)
        return y.view(len(x), self.pitches, self.outputs)


@contextmanager
def matrices_kept(module: nn.Module) -> Generator[None]:
    """Inside, the matrices are made once: for many small products with constant weights."""
    layers = [layer for layer in module.modules() if isinstance(layer, RelativeLinear)]
    for layer in layers:
        layer.kept = layer.matrix().detach()
    try:
        yield
    finally:
        for layer in layers:
            layer.kept = None
