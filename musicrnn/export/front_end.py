"""From samples to frames inside a graph: the features of :mod:`musicrnn.features` in torch.

Conventions. Samples float32 [B, N] at the recipe's rate; frames [B, T, F] in dB. The spectrum is a
convolution with windowed cosines and sines. These are computed in the graph, from whole numbers, so
that they take no room in its file; whoever runs it computes them once.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import conv1d, pad

from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.features.logmel import POWER_FLOOR, LogMel


class Power(nn.Module):
    """[B, N] -> the power of each bin, [B, 1 + (N - n_fft) // hop, 1 + n_fft // 2]."""

    places: Tensor
    window: Tensor

    def __init__(self, window: NDArray[np.float32], hop: int) -> None:
        super().__init__()
        self.size, self.hop = len(window), hop
        self.register_buffer("places", torch.arange(self.size))  # so that no tracer computes them
        self.register_buffer("window", torch.from_numpy(window.copy()))

    def forward(self, samples: Tensor) -> Tensor:
        n = self.places
        turns = (n[: self.size // 2 + 1, None] * n + self.size // 2) % self.size - self.size // 2
        angles = turns.float() * (2 * math.pi / self.size)
        bases = torch.cat([angles.cos(), angles.sin()]) * self.window
        spectrum = conv1d(samples[:, None], bases[:, None], stride=self.hop)
        cosines, sines = spectrum.square().chunk(2, 1)  # [B, bins, T]
        return (cosines + sines).transpose(1, 2)


class CausalFrames(nn.Module):
    """As CausalLogMel.continued: the first n_fft - hop samples are those of the block before."""

    mel: Tensor

    def __init__(self, recipe: CausalLogMel) -> None:
        super().__init__()
        self.power = Power(recipe.window, recipe.hop)
        self.least = 10.0 ** (recipe.floor / 10)
        self.register_buffer("mel", torch.from_numpy(recipe.bands.copy()))

    def forward(self, samples: Tensor) -> Tensor:
        return 10.0 * torch.log10(self.power(samples) @ self.mel + self.least)


class ClipFrames(nn.Module):
    """LogMel.frames of a whole window, quantised as for a classifier."""

    mel: Tensor
    kept: Tensor

    def __init__(self, recipe: LogMel, samples: int) -> None:
        super().__init__()
        self.power = Power(recipe.window, recipe.hop)
        self.side, self.range = recipe.n_fft // 2, recipe.top_db
        self.register_buffer("mel", torch.from_numpy(recipe.bands.T.copy()))
        self.register_buffer("kept", torch.from_numpy(recipe.kept(1 + samples // recipe.hop)))

    def forward(self, samples: Tensor) -> Tensor:
        power = self.power(pad(samples, (self.side, self.side))) @ self.mel
        power = power.clamp(min=POWER_FLOOR)
        decibels = 10.0 * torch.log10(power / power.max())
        decibels = decibels.clamp(min=-self.range).index_select(1, self.kept)
        steps = ((decibels + 80.0) * (256.0 / 80.0)).floor().clamp(0, 255)
        return -80.0 + (80.0 / 256.0) * (steps + 0.5)
