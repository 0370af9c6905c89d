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

LAG_FRAMES = (2, 4, 8)  # frames


def texture_size(bands: int) -> int:
    """How many numbers :func:`texture` gives for frames of so many bands."""
    return 2 * bands * (6 + len(LAG_FRAMES)) + 2 * (bands - 1)


def texture(frames: Tensor, lengths: Tensor) -> Tensor:
    """[B, T, F] and [B] -> [B, texture_size(F)]."""
    transform = cosine_transform(frames.shape[2]).to(frames)
    parts: list[Tensor] = []
    for view in (frames, frames @ transform):  # [B, T, F]
        mean, deviation, skewness = _moments(view, lengths)
        step = view[:, 1:] - view[:, :-1]
        _, step_deviation, step_skewness = _moments(step, lengths - 1)
        magnitude = _mean(step.abs(), lengths - 1)
        parts += [mean, deviation, skewness, magnitude, step_skewness, step_deviation]
        parts += [_deviation(view[:, lag:] - view[:, :-lag], lengths - lag) for lag in LAG_FRAMES]
    across = frames[:, :, 1:] - frames[:, :, :-1]
    return torch.cat([*parts, _mean(across.abs(), lengths), _deviation(across, lengths)], dim=1)


def cosine_transform(size: int) -> Tensor:
    """The orthonormal DCT-II as a matrix [size, size]; its columns are the cosines."""
    k = torch.arange(size, dtype=torch.float64)
    cosines = torch.cos(math.pi * (k[:, None] + 0.5) * k[None] / size) * math.sqrt(2 / size)
    return torch.cat([cosines[:, :1] / math.sqrt(2), cosines[:, 1:]], 1).float()


def _mean(values: Tensor, lengths: Tensor) -> Tensor:
    """Over the first ``lengths`` steps, [B, T, F] -> [B, F]; 0 where there is none."""
    steps = torch.arange(values.shape[1], device=values.device)
    weights = (steps < lengths[:, None]).to(values.dtype) / lengths.clamp(min=1)[:, None]
    return torch.bmm(weights.unsqueeze(1), values).squeeze(1)


def _deviation(values: Tensor, lengths: Tensor) -> Tensor:
    """Of values whose mean is small beside it."""
    mean = _mean(values, lengths)
    return (_mean(values.square(), lengths) - mean.square()).clamp(min=0).add(1e-6).sqrt()


def _moments(values: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Mean, deviation and skewness; skewness is damped for deviations near 1 dB."""
    mean = _mean(values, lengths)
    centred = values - mean.unsqueeze(1)
    square = centred.square()
    deviation = _mean(square, lengths).add(1e-6).sqrt()
    return mean, deviation, _mean(square.mul_(centred), lengths) / (deviation**3 + 1.0)
