"""How well samples are predicted without a network: bits a sample of mu-law levels.

Conventions. A sound is levels 0..255 [N] (musicrnn.features.mulaw); figures are bits a sample,
as the mean over all samples of all sounds; a choice among all levels is 8, and what levels follow
which is a bigram (musicrnn.metrics.likelihood). Linear prediction
(musicrnn.features.linear_prediction) is fitted in frames of 20 ms: on the one before, or on the
very frame that is predicted. Of that it is told what no decoder knows unless 17 numbers a frame are
sent, which are not counted: that flatters it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Ids
from musicrnn.errors import MusicRNNError
from musicrnn.features.linear_prediction import ORDER, SECONDS, fitted, guesses, level_logs
from musicrnn.features.mulaw import of_levels


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
    padded = np.concatenate([np.zeros(ORDER + size), of_levels(sound).astype(np.float64)])
    bits = np.empty(len(sound))
    for start in range(0, len(sound), size):
        levels = sound[start : start + size]
        present = padded[None, start + size : start + size + ORDER + len(levels)]
        found, spread = fitted(present if itself else padded[None, start : start + ORDER + size])
        logs = level_logs(guesses(present, found)[0], np.repeat(spread, len(levels)))
        bits[start : start + size] = -logs[np.arange(len(levels)), levels] / np.log(2)
    return bits
