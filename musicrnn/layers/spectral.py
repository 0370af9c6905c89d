"""Convolutions over a spectrum, and the masks that SpecAugment lays over it while training.

Conventions. In: [B, C, T, F], time before frequency, with lengths [B]; out: [B, T', C' * F'] and
lengths. Frames beyond a length are kept at 0 before every convolution, and values are never
negative after ReLU, so that padding changes nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class SpectralBlock(nn.Module):
    """Convolution, batch normalisation, ReLU, maximum over ``pool`` = (time, frequency)."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, stride: int, pool: tuple[int, int]
    ) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(
            inputs, outputs, kernel, stride=(1, stride), padding=kernel // 2, bias=False
        )
        self.norm = nn.BatchNorm2d(outputs)
        self.norm.num_batches_tracked = None  # not needed with a fixed momentum
        self.pool = pool

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x = functional.relu(self.norm(self.convolution(x)))
        x = functional.max_pool2d(keep_inside(x, lengths), self.pool, ceil_mode=True)
        return x, (lengths + self.pool[0] - 1) // self.pool[0]


class SpectralStack(nn.Module):
    """Three blocks: time becomes 4 times coarser, frequency 32 times."""

    def __init__(self, inputs: int, channels: int, dropout: float) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            [
                SpectralBlock(inputs, channels, 5, stride=2, pool=(2, 1)),
                SpectralBlock(channels, 2 * channels, 3, stride=1, pool=(2, 4)),
                SpectralBlock(2 * channels, 4 * channels, 3, stride=1, pool=(1, 4)),
            ]
        )
        self.dropout = nn.Dropout2d(dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        # the memory order that oneDNN is fastest in
        x = x.contiguous(memory_format=torch.channels_last)
        for block in self.blocks:
            x, lengths = block(x, lengths)
            x = self.dropout(x)
        return x.permute(0, 2, 1, 3).flatten(2), lengths


def bands_left(bands: int) -> int:
    """How many frequencies leave a SpectralStack for every channel."""
    for factor in (2, 4, 4):
        bands = (bands + factor - 1) // factor
    return bands


def keep_inside(x: Tensor, lengths: Tensor) -> Tensor:
    """[B, C, T, F] with the frames beyond the lengths set to 0."""
    inside = torch.arange(x.shape[2], device=x.device) < lengths[:, None]
    return x * inside[:, None, :, None].to(x.dtype)


class SpecAugment(nn.Module):
    """While training, one run of bands and one of frames of every spectrum become 0 (the mean).

    Source: Park et al. 2019. Drawn from torch's generator of the CPU, whatever the device.
    """

    def __init__(self, bands: int, frames: int) -> None:
        super().__init__()
        self.bands, self.frames = bands, frames

    def forward(self, x: Tensor) -> Tensor:  # [B, T, F]
        if not self.training:
            return x
        outside_time = ~_run(x.shape[0], x.shape[1], self.frames)
        outside_bands = ~_run(x.shape[0], x.shape[2], self.bands)
        kept = outside_time.unsqueeze(2) & outside_bands.unsqueeze(1)
        return x * kept.to(x.device, x.dtype)


def _run(rows: int, length: int, longest: int) -> Tensor:
    """[rows, length], True inside one run of 0 to ``longest`` places of every row."""
    width = torch.randint(0, min(longest, length) + 1, (rows, 1))
    start = (torch.rand(rows, 1) * (length - width + 1)).long()
    place = torch.arange(length)
    return (place >= start) & (place < start + width)
