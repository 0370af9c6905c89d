"""How well samples are predicted without a network: bits a sample of mu-law levels.

Conventions. A sound is levels 0..255 [N] (musicrnn.features.mulaw); figures are bits a sample,
as the mean over all samples of all sounds; a choice among all levels is 8, and what levels follow
which is a bigram (musicrnn.metrics.likelihood). *Linear prediction* (Makhoul 1975) predicts each
sample from the ORDER before it, with coefficients by the autocorrelation method from a
Hamming-windowed frame of 20 ms: the one before, or the very frame that is predicted. What is left
has a Laplace distribution of the scale that fits there, whose mass between the borders of a level
is the level's probability, with 1 part in 1000 spread evenly. Fitted on the frame itself it is told
what no decoder knows unless 17 numbers a frame are sent, which are not counted: that flatters it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Ids
from musicrnn.errors import MusicRNNError
from musicrnn.features.mulaw import LEVELS, borders, of_levels

ORDER, SECONDS = 16, 0.02
EVEN = 1e-3  # share that is spread over all levels
LEAST = 1e-5  # scale of what is left, of full scale
FAINT = 1e-9  # of a frame's power, added to itself: silence has a filter too


@dataclass(frozen=True)
class SampleBaselines:
    """Bits a sample, over ``n`` samples."""

    n: int
    linear_prediction: float
    linear_prediction_of_itself: float


def sample_baselines(sounds: Sequence[Ids], *, rate: int) -> SampleBaselines:
    """Of sounds at ``rate`` Hz.

    Raises:
        MusicRNNError: there is nothing in them.
    """
    n = sum(len(sound) for sound in sounds)
    if not n:
        raise MusicRNNError("baselines of samples need sounds to measure, got none")
    size = max(ORDER + 1, round(SECONDS * rate))
    before = sum(predicted(sound, size, itself=False).sum() for sound in sounds)
    itself = sum(predicted(sound, size, itself=True).sum() for sound in sounds)
    return SampleBaselines(n, float(before / n), float(itself / n))


def predicted(sound: Ids, size: int, *, itself: bool) -> NDArray[np.float64]:
    """Bits of each sample [N] by linear prediction in frames of ``size`` samples."""
    samples = of_levels(sound).astype(np.float64)
    padded = np.concatenate([np.zeros(size), samples])
    bits = np.empty(len(samples))
    for start in range(0, len(samples), size):
        end = min(start + size, len(samples))
        fitted = padded[start + size : end + size] if itself else padded[start : start + size]
        coefficients = linear_prediction(fitted)
        guess = _guesses(padded, start + size, end + size, coefficients)
        told = _guesses(padded, start, start + size, coefficients) if not itself else guess
        left = fitted - told[-len(fitted) :]
        scale = max(float(np.abs(left).mean()), LEAST)
        bits[start:end] = _laplace_bits(sound[start:end], guess, scale)
    return bits


def linear_prediction(frame: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ORDER coefficients, the last sample's first, by the autocorrelation method."""
    windowed = frame * np.hamming(len(frame))
    size = len(windowed)
    auto = np.array([windowed[: max(0, size - lag)] @ windowed[lag:] for lag in range(ORDER + 1)])
    auto[0] += FAINT * max(1.0, auto[0]) + 1e-12
    lags = np.abs(np.arange(ORDER)[:, None] - np.arange(ORDER))
    return np.linalg.solve(auto[lags], auto[1:]).astype(np.float64)


def _guesses(
    padded: NDArray[np.float64], start: int, end: int, coefficients: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Of the samples from ``start`` to ``end``, zeros before the beginning."""
    past = np.concatenate([np.zeros(ORDER), padded])[start : end - 1 + ORDER]
    return np.lib.stride_tricks.sliding_window_view(past, ORDER) @ coefficients[::-1]


def _laplace_bits(levels: Ids, guess: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    low, high = _BORDERS[levels], _BORDERS[levels + 1]
    mass = _laplace_mass((low - guess) / scale, (high - guess) / scale)
    return -np.log2((1 - EVEN) * mass + EVEN / LEVELS)


def _laplace_mass(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of a Laplace distribution of scale 1 between two borders, without cancellation in a tail."""
    same = (low < 0) == (high <= 0)  # both borders on one side
    near, far = np.minimum(np.abs(low), np.abs(high)), np.maximum(np.abs(low), np.abs(high))
    tail = 0.5 * (np.exp(-near) - np.exp(-far))
    across = 1 - 0.5 * (np.exp(-np.abs(low)) + np.exp(-np.abs(high)))
    return np.where(same, tail, across)


_BORDERS = borders()
