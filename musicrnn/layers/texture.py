"""The texture of a sound: statistics of its spectrum over time.

Conventions. Frames [B, T, F] in dB with lengths [B] -> [B, texture_size(F)]. Two views of each
frame are measured, the bands themselves and their orthonormal cosine transform (DCT-II, the
cepstrum): mean, deviation and skewness over time; mean magnitude, skewness and deviation of the
step to the next frame; deviations of the steps over 2, 4 and 8 frames. Then mean magnitude and
deviation of the step from each band to the next. Nothing depends on frames beyond a length.
Texture windows come from Tzanetakis and Cook 2002; which statistics tell genres apart was measured
on the training and validation splits of GTZAN: those of the steps, most of all.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

LAGS = (2, 4, 8)  # frames


def texture_size(bands: int) -> int:
    """How many numbers :func:`texture` gives for frames of so many bands."""
    return 2 * bands * (6 + len(LAGS)) + 2 * (bands - 1)


def texture(frames: Tensor, lengths: Tensor) -> Tensor:
    """[B, T, F] and [B] -> [B, texture_size(F)]."""
    transform = cosine_transform(frames.shape[2]).to(frames)
    parts: list[Tensor] = []
    for view in (frames, frames @ transform):  # [B, T, F]
        mean, deviation, skewness, _ = _moments(view, lengths)
        step = _moments(view[:, 1:] - view[:, :-1], lengths - 1)
        parts += [mean, deviation, skewness, step[3], step[2], step[1]]
        parts += [_moments(view[:, lag:] - view[:, :-lag], lengths - lag)[1] for lag in LAGS]
    _, deviation, _, magnitude = _moments(frames[:, :, 1:] - frames[:, :, :-1], lengths)
    return torch.cat([*parts, magnitude, deviation], dim=1)


def cosine_transform(size: int) -> Tensor:
    """The orthonormal DCT-II as a matrix [size, size]; its columns are the cosines."""
    k = torch.arange(size, dtype=torch.float64)
    cosines = torch.cos(math.pi * (k[:, None] + 0.5) * k[None] / size) * math.sqrt(2 / size)
    cosines[:, 0] /= math.sqrt(2)
    return cosines.float()


def _moments(values: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Mean, deviation, skewness and mean magnitude over the first ``lengths`` steps, each [B, F].

    Where there is no step at all, everything is 0. Skewness is damped for deviations near 1 dB.
    """
    steps = torch.arange(values.shape[1], device=values.device)
    inside = (steps < lengths[:, None]).unsqueeze(2)  # [B, T, 1]
    count = lengths.clamp(min=1)[:, None].to(values.dtype)
    values = values.masked_fill(~inside, 0.0)
    mean = values.sum(1) / count
    centred = (values - mean.unsqueeze(1)).masked_fill(~inside, 0.0)
    square = centred.square()
    deviation = ((square.sum(1) / count) + 1e-6).sqrt()
    skewness = (square * centred).sum(1) / count / (deviation**3 + 1.0)
    return mean, deviation, skewness, values.abs().sum(1) / count
