"""Where a section may begin: evidence at every bar line, as features and as log odds.

Conventions. A feature of bar b speaks of the line before it and compares the WINDOW bars on both
sides. The log odds are linear in the features of the line itself and of those up to four bars away:
a logistic regression on the boundaries of two human labellers in the training songs of POP909
(tests/benchmarks/form/sections.py --fit).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicrnn.form.similarity import Bars

Ints = NDArray[np.int64]

FEATURES = (
    "rest", "melody enters", "melody leaves", "notes novelty", "chroma novelty",
    "melody block begins", "melody block ends", "notes block begins", "notes block ends",
)  # fmt: skip
WINDOW = 4
SHIFTS = (-4, -3, -2, -1, 0, 1, 2, 3, 4)
BIAS = -4.05
WEIGHTS: tuple[tuple[float, ...], ...] = (  # a row a feature, a column a shift
    (1.01, -0.29, -0.80, -0.94, 2.08, -1.09, 0.42, -0.47, 0.63),
    (-0.95, 0.19, -0.67, 1.16, 0.69, -0.47, 0.31, 0.24, -0.05),
    (0.68, -0.17, -0.10, 1.28, 0.28, 0.81, -0.38, -0.73, 0.13),
    (0.45, -0.21, 0.23, 0.89, 0.04, -0.13, 0.21, 0.63, 0.21),
    (0.09, -0.69, 0.21, -0.47, -0.75, -0.08, 0.33, -0.16, -0.02),
    (-0.59, -0.95, 0.51, 2.47, 1.02, -1.61, 0.12, 0.65, -0.26),
    (0.30, 0.02, -0.20, 0.20, 1.48, 0.17, -1.05, 0.08, -0.80),
    (0.31, -2.33, -0.24, 0.42, 3.13, -3.42, 0.17, 0.28, 0.54),
    (0.79, -0.28, -0.52, -0.34, 1.35, 0.21, -0.97, -0.15, -0.13),
)  # fmt: skip


def boundary_odds(bars: Bars) -> NDArray[np.float64]:
    """[bars], the log odds that a section begins at each bar."""
    return shifted_features(bars) @ np.ravel(WEIGHTS) + BIAS


def shifted_features(bars: Bars) -> NDArray[np.float64]:
    """[bars, features * shifts], the features of the lines around each; 0 beyond the piece."""
    features = boundary_features(bars)
    reach = max(SHIFTS)
    padded = np.pad(features, ((reach, reach), (0, 0)))
    around = [padded[reach + shift : reach + shift + len(features)] for shift in SHIFTS]
    return np.stack(around, axis=2).reshape(len(features), -1)


def boundary_features(bars: Bars) -> NDArray[np.float64]:
    """[bars, features], one row for the line before each bar."""
    before, after = _windows(np.minimum(1.0, bars.sung / 2))
    rows = [
        np.minimum(4.0, bars.rest[: len(bars.sung)]) / 4,
        np.maximum(0.0, after - before),
        np.maximum(0.0, before - after),
        _novelty(bars.notes),
        _novelty(bars.chroma),
        *_blocks(bars.melody),
        *_blocks(bars.notes),
    ]
    return np.stack(rows, axis=1)


def _windows(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """[bars] each, the means of up to WINDOW bars before a line and after it."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    here = np.arange(len(values))
    start, stop = np.maximum(0, here - WINDOW), np.minimum(len(values), here + WINDOW)
    before = (total[here] - total[start]) / np.maximum(1, here - start)
    return before, (total[stop] - total[here]) / (stop - here)


def _novelty(alike: NDArray[np.float64]) -> NDArray[np.float64]:
    """[bars], how much more the bars of each side are alike than those of both (Foote 2000)."""
    count = len(alike)
    total = np.zeros((count + 1, count + 1))
    total[1:, 1:] = alike.cumsum(axis=0).cumsum(axis=1)
    here = np.arange(count)
    start, stop = np.maximum(0, here - WINDOW), np.minimum(count, here + WINDOW)

    def mean(a: Ints, b: Ints, c: Ints, d: Ints) -> NDArray[np.float64]:
        area = total[b, d] - total[a, d] - total[b, c] + total[a, c]
        return area / np.maximum(1, (b - a) * (d - c))

    within = (mean(start, here, start, here) + mean(here, stop, here, stop)) / 2
    return np.where(here > 0, within - mean(start, here, here, stop), 0.0)


def _blocks(alike: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """[bars] each: how much a repetition begins here (the next WINDOW bars are like others later or
    earlier, the bar before is not like the one before those), and how much one ends here."""
    count = len(alike)
    size = count + WINDOW
    padded = np.zeros((size + WINDOW, size + WINDOW))
    padded[WINDOW:size, WINDOW:size] = alike
    ahead = np.zeros((size + 1, size + 1))  # [i, j]: the mean of WINDOW bars from padded i and j on
    for bar in range(WINDOW):
        ahead += padded[bar : size + 1 + bar, bar : size + 1 + bar] / WINDOW
    other = np.abs(np.subtract.outer(np.arange(count), np.arange(count))) >= 2
    previous = padded[WINDOW - 1 : size - 1, WINDOW - 1 : size - 1]
    begins = np.where(other, ahead[WINDOW:size, WINDOW:size], 0.0) - previous
    ends = np.where(other, ahead[:count, :count] - alike, 0.0)
    return [begins.max(axis=1), ends.max(axis=1)]
