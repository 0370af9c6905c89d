"""Metrical position of every step of a grid of sixteenths: an input of the voices model.

Conventions. float32 [T, 12], zeros and ones: the sixteenth of its quarter (4 columns), the quarter
of its bar (4) and the first or second of two bars (2), where bars are of 4/4 or 2/2, else zeros;
the first and the last step of the music (2). Bars are counted in twos from the first that begins
with or after the music. A short bar at the start is an upbeat: it counts as the end of a bar.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicrnn.score import Score
from musicrnn.tokens.voices import nearest_step, step_tick

METRICAL_FEATURES = 12
BAR_COLUMNS = slice(4, 10)  # what is not known in other metres
STEPS_A_BAR = 16  # sixteenths

MetricalFeatures = NDArray[np.float32]


def regular_metre(steps: int, upbeat: int = 0) -> MetricalFeatures:
    """Music in bars of 4/4 after ``upbeat`` sixteenths."""
    return _features(np.arange(steps) - upbeat, np.ones(steps, np.bool_))


def metre_of(score: Score, begin: int, end: int) -> MetricalFeatures:
    """The music from step ``begin`` up to ``end`` in the bars of its score."""
    quarter = score.ticks_per_quarter
    bars = score.bars(until=max(1, step_tick(end, quarter)))
    if len(bars) > 1 and bars[1][0] < bars[1][1].bar_ticks(quarter):
        bars[0] = (bars[1][0] - bars[1][1].bar_ticks(quarter), bars[1][1])  # an upbeat
    ticks = np.array([step_tick(step, quarter) for step in range(begin, end)], np.int64)
    starts = np.array([start for start, _ in bars], np.int64)
    common = np.array([metre.numerator == metre.denominator for _, metre in bars])
    bar = np.searchsorted(starts, ticks, side="right") - 1
    first = int(np.searchsorted(starts, step_tick(begin, quarter)))  # the first whole bar
    inside = nearest_step(ticks - starts[bar], quarter)
    return _features(STEPS_A_BAR * (bar - first) + inside, common[bar])


def _features(position: NDArray[np.int64], bars_known: NDArray[np.bool_]) -> MetricalFeatures:
    """``position`` [T] in sixteenths from the first bar line."""
    found = np.zeros((len(position), METRICAL_FEATURES), np.float32)
    rows = np.arange(len(position))
    found[rows, position % 4] = 1
    found[rows, 4 + position // 4 % 4] = 1
    found[rows, 8 + position // STEPS_A_BAR % 2] = 1
    found[~bars_known, BAR_COLUMNS] = 0
    if len(found):
        found[0, 10] = found[-1, 11] = 1
    return found
