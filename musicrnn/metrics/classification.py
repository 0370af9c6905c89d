"""How well labels are told: accuracy and its interval, the majority baseline, the confusions.

Conventions. Shares are in 0..1. The interval is Wilson's (1927) at 95 %. ``confusion[t][p]`` counts
recordings of label t that were called p. A precision without any call, and a recall without any
recording, is 0. Calibration: a temperature divides the logits (Guo et al. 2017).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError, counted

Z = 1.959964  # two-sided 95 %


@dataclass(frozen=True)
class LabelScores:
    """Of one label: how many recordings have it, and how they were told."""

    n: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Classification:
    """How ``n`` recordings were labelled."""

    n: int
    accuracy: float
    interval: tuple[float, float]
    majority: float
    labels: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    scores: dict[str, LabelScores]


def wilson_interval(right: int, n: int) -> tuple[float, float]:
    """The interval in which the true share lies, 95 of 100 times."""
    if not 0 <= right <= n or n < 1:
        raise MusicRNNError(f"an interval needs 0 <= right <= n and n >= 1, got {right} of {n}")
    share = right / n
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def classification(
    truth: Sequence[int], called: Sequence[int], labels: Sequence[str]
) -> Classification:
    """Scores from the indices of the true labels and of those called.

    Raises:
        MusicRNNError: nothing to score, or another number of calls than of recordings.
    """
    if len(truth) != len(called) or not truth:
        raise MusicRNNError(
            f"as many calls as recordings are needed, and at least one: got {len(called)} calls "
            f"for {counted(len(truth), 'recording')}"
        )
    confusion = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(confusion, (np.asarray(truth), np.asarray(called)), 1)
    right = int(np.trace(confusion))
    return Classification(
        n=len(truth),
        accuracy=right / len(truth),
        interval=wilson_interval(right, len(truth)),
        majority=int(confusion.sum(axis=1).max()) / len(truth),
        labels=tuple(labels),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
        scores={label: _scores(confusion, index) for index, label in enumerate(labels)},
    )


def calibrate(loss: Callable[[float], float]) -> float:
    """The temperature in 0.2..5 with the least ``loss``, to 1 %."""
    grid = np.exp(np.linspace(math.log(0.2), math.log(5.0), 325))
    return float(grid[int(np.argmin([loss(float(temperature)) for temperature in grid]))])


def _scores(confusion: NDArray[np.int64], index: int) -> LabelScores:
    right = int(confusion[index, index])
    n, calls = int(confusion[index].sum()), int(confusion[:, index].sum())
    precision = right / calls if calls else 0.0
    recall = right / n if n else 0.0
    both = precision + recall
    return LabelScores(n, precision, recall, 2 * precision * recall / both if both else 0.0)
