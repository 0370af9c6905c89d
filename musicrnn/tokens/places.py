"""Where in the bar every step of a grid of sixteenths is, as the voices model is told.

Conventions. float32 [T, 12], zeros and ones: the sixteenth of its quarter (4 columns), the quarter
of its bar (4) and the first or second of two bars (2), where bars are of 4/4 or 2/2, else zeros;
the first and the last step of the music (2). A short bar at the start is an upbeat: it counts as
the end of a bar.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicrnn.score import Score
from musicrnn.tokens.voices import STEPS_A_QUARTER, step_tick

PLACES = 12
BAR_COLUMNS = slice(4, 10)  # what is not known in other metres
BAR = 16  # sixteenths

Places = NDArray[np.float32]


def regular_places(steps: int, upbeat: int = 0) -> Places:
    """Bars of 4/4 after ``upbeat`` sixteenths."""
    found = _from_positions(np.arange(steps) - upbeat)
    return with_edges(found)


def places_of(score: Score, steps: int) -> Places:
    """The places of a score's own bars; its edges are not marked yet."""
    quarter = score.ticks_per_quarter
    bars = score.bars(until=max(1, step_tick(steps, quarter)))
    if len(bars) > 1 and bars[1][0] < bars[1][1].bar_ticks(quarter):  # an upbeat
        start, metre = bars[1]
        bars[0] = (start - metre.bar_ticks(quarter), metre)
    ticks = np.array([step_tick(step, quarter) for step in range(steps)], np.int64)
    starts = np.array([start for start, _ in bars], np.int64)
    common = np.array([metre.numerator * 4 == metre.denominator * 4 for _, metre in bars])
    bar = np.searchsorted(starts, ticks, side="right") - 1
    inside = (ticks - starts[bar]) * STEPS_A_QUARTER // quarter
    found = _from_positions(BAR * (bar % 2) + np.minimum(inside, BAR - 1))
    elsewhere = ~common[bar]
    found[:, :4] = np.eye(4, dtype=np.float32)[inside % STEPS_A_QUARTER]
    found[elsewhere, BAR_COLUMNS] = 0
    return found


def with_edges(places: Places) -> Places:
    """The same with the first and the last step marked."""
    found = places.copy()
    if len(found):
        found[0, 10] = found[-1, 11] = 1
    return found


def _from_positions(position: NDArray[np.int64]) -> Places:
    found = np.zeros((len(position), PLACES), np.float32)
    rows = np.arange(len(position))
    found[rows, position % 4] = 1
    found[rows, 4 + position // 4 % 4] = 1
    found[rows, 8 + position // BAR % 2] = 1
    return found
