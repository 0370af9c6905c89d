"""The best of several candidates.

A piece is ranked by two criteria: its likelihood under the model (the mean log-probability of its
tokens), and that it is no outlier in musical statistics: each statistic of
:mod:`musicrnn.metrics.statistics` is compared with its mean and deviation over the candidates. The
half that is furthest from the mean is discarded, the likeliest of the others is chosen.

There are fewer odd pieces and less variety (docs/sampling.md has figures).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musicrnn.metrics.statistics import statistics
from musicrnn.sampling.sampler import FinishedSequence
from musicrnn.score import Score
from musicrnn.tokens import Tokenizer

COUNTED = (
    "notes_a_bar", "pitch_range", "pitch_class_entropy", "in_scale_share", "pitch_interval",
    "polyphony", "inter_onset", "duration", "empty_bar_share", "groove_consistency",
)  # fmt: skip


def best_of(
    candidates: Sequence[FinishedSequence], tokenizer: Tokenizer
) -> tuple[FinishedSequence, Score]:
    """The best candidate and its score; one alone is taken as it is."""
    scores = [tokenizer.decode(sequence.ids) for sequence in candidates]
    if len(candidates) == 1:
        return candidates[0], scores[0]
    found = [statistics(score) for score in scores]
    far = distances(np.array([[getattr(one, name) for name in COUNTED] for one in found], float))
    likely = [sequence.likelihood / sequence.sampled for sequence in candidates]
    near = np.argsort(far, kind="stable")[: len(candidates) // 2 + 1]
    best = max(near.tolist(), key=lambda place: likely[place])
    return candidates[best], scores[best]


def distances(statistics: NDArray[np.float64]) -> NDArray[np.float64]:
    """[N, F] -> [N], how far each candidate is from their mean: squared deviations, averaged.

    A statistic that a candidate cannot have (NaN), or that all have alike, counts nothing.
    """
    there = np.isfinite(statistics)
    values = np.where(there, statistics, 0.0)
    count = np.maximum(there.sum(axis=0), 1)
    mean = values.sum(axis=0) / count
    off = np.where(there, values - mean, 0.0)
    spread = (off**2).sum(axis=0) / count
    return (off**2 / np.where(spread > 0, spread, 1.0)).mean(axis=1)
