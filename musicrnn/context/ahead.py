"""The notes ahead of lines that are given, such as the melody of a harmonization.

Conventions. Some notes of a line are given, all or those outside of a gap. What is heard of them at
a step are those behind the line's last written note: the next one's pitch class and place, and the
pitch class of the one behind it. Notes are int64 [N, 3], in order: id, bar, position in
the bar. In training every line is looked ahead of, as if all were given; what is not is silenced,
and gaps are made (:mod:`musicrnn.training.compose.hearing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.cells.compiled import compiled as compiled_beside
from musicrnn.context.fields import AHEAD, BARS_AHEAD, FIELDS, TONES, Context
from musicrnn.context.readings import LINE, LINES, ORDER, Readings, last_position

compiled = partial(compiled_beside, beside=("fields", "readings"))

GivenNotes = Mapping[int, NDArray[np.int64]]  # by line

PLACES_A_BAR = 2**11  # more than a bar's last position
NO_PLACE = -(PLACES_A_BAR**2)  # before every other
NOTHING_GIVEN: GivenNotes = MappingProxyType({})
NEXT_FIELD, SECOND_FIELD = FIELDS.index("next_0"), FIELDS.index("second_0")
NEXT_AT_FIELD, POSITION_FIELD = FIELDS.index("next_at_0"), FIELDS.index("position")


def look_ahead(
    found: Context, line: int, notes: NDArray[np.int64], bar: int, readings: Readings
) -> None:
    """Into a context [F] in this bar: the first of the notes of a line that are still to come."""
    here = int(found[POSITION_FIELD]) - 2
    found[AHEAD[line]] = 0
    for (token, _, _), field in zip(notes[:2], (NEXT_FIELD, SECOND_FIELD), strict=False):
        found[field + line] = readings[token, ORDER] % TONES + 1
    for _, there, at in notes[:1]:
        found[NEXT_AT_FIELD + line] = _place(there - bar, at - here, at, last_position(readings))


def after(notes: NDArray[np.int64], place: int) -> NDArray[np.int64]:
    """Those of the notes that lie behind a place."""
    places = notes[:, 1] * PLACES_A_BAR + notes[:, 2]
    return notes[int(np.searchsorted(places, place, side="right")) :]


@compiled
def place_of(bar: int, position: int) -> int:
    """A number that ascends with the bar, then the position."""
    return bar * PLACES_A_BAR + position


def with_gap(
    facts: Context, line: int, gap: tuple[int, int], bars: NDArray[np.int64], readings: Readings
) -> None:
    """Into facts [T, F] that look ahead of whole lines: of this one the notes of the bars from
    gap[0] to before gap[1] are not given. ``bars`` [T] are those in which the ids stand."""
    inside = np.flatnonzero((bars >= gap[0]) & (bars < gap[1]))
    first = np.searchsorted(bars, gap[0])  # before the gap what lies behind it is ahead, too
    if not len(inside):
        return
    beyond = facts[inside[-1]].copy()
    following = int(beyond[NEXT_FIELD + line]) - 1
    told = facts[: inside[-1] + 1]
    nexts = told[:, NEXT_FIELD + line] - 1
    hidden = (nexts >= first) & (bars[nexts] >= gap[0])
    hidden[inside] = True
    seconds = told[:, SECOND_FIELD + line] - 1
    half = ~hidden & (seconds >= first) & (bars[seconds] >= gap[0])
    told[half, SECOND_FIELD + line] = following + 1
    told[hidden, NEXT_FIELD + line] = following + 1
    told[hidden, SECOND_FIELD + line] = beyond[SECOND_FIELD + line]
    told[hidden, NEXT_AT_FIELD + line] = 0
    if following >= 0:
        last = last_position(readings)
        at = int(facts[following, POSITION_FIELD]) - 2
        for row in np.flatnonzero(hidden).tolist():
            away = at + 2 - int(told[row, POSITION_FIELD])
            apart = int(bars[following] - bars[row])
            told[row, NEXT_AT_FIELD + line] = _place(apart, away, at, last)


@compiled
def look_ahead_of_all(
    found: Any, ids: Any, readings: Any, bars: Any, positions: Any, last: int
) -> None:
    """Into the facts [T, F] of a whole piece whose ids stand in these bars, at these positions; the
    bar's last position is ``last``."""
    first, second = np.full(LINES, -1, np.int64), np.full(LINES, -1, np.int64)
    for t in range(len(ids) - 1, -1, -1):
        for line in range(LINES):
            following = first[line]
            found[t, NEXT_FIELD + line] = following + 1
            found[t, SECOND_FIELD + line] = second[line] + 1
            found[t, NEXT_AT_FIELD + line] = 0
            if following >= 0:
                apart, at = bars[following] - bars[t], positions[following]
                found[t, NEXT_AT_FIELD + line] = _place(apart, at - positions[t], at, last)
        line = readings[ids[t], LINE]
        if line >= 0:
            first[line], second[line] = t, first[line]


@compiled
def _place(bars: int, away: int, at: int, last: int) -> int:
    """The value of next_at for a note so many bars on, ``away`` positions if in this bar, at a
    position of its own bar."""
    if bars <= 0:
        return 1 + max(away, 0)
    return 1 + min(bars, BARS_AHEAD - 1) * (last + 2) + at + 1
