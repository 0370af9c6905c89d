"""Where a piece stands whose ids say how long notes last: its written bar, and the played one.

Conventions. A written bar counts as it is written, a played one with all repeats that have closed:
behind ``|: A :|`` of eight bars the first bar of B is the ninth that is written and the 17th that
is played. Both count from 0; an upbeat comes before the first and is none. A plain bar line begins
a bar wherever it comes; another one, such as that of a repeat, only where the bar is full, else the
rest of the bar follows it. What is kept of a piece is an array ``now``, see
:mod:`musicrnn.context.past`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.cells.compiled import compiled as compiled_beside
from musicrnn.context.readings import (
    BAR,
    BAR_LENGTH,
    CLOSES,
    CLOSES_AND_OPENS,
    FIRST,
    LASTS,
    OPENS,
    REPEAT,
    SECOND,
    UPBEAT,
    Readings,
    last_position,
)

compiled = partial(compiled_beside, beside=("readings",))

IN_BAR, AT, PLAYED, BAR_POSITIONS, OPENED, ENDING, WAITS = range(1, 8)
BEGINNING = (-1, -1, -1, 0, 0, -1, 0)


@compiled
def move(now: Any, says: Any, last: int) -> None:
    """Take note of what an id says."""
    if says[BAR_LENGTH] > 0:
        now[BAR_POSITIONS] = says[BAR_LENGTH]
        if now[IN_BAR] < 0:
            now[AT] = 0
    if says[UPBEAT] > 0:
        now[WAITS] = 1
    if says[BAR] > 0:
        _line(now, says[REPEAT])
    if says[LASTS] > 0:
        now[AT] = min(max(now[AT], 0) + says[LASTS], last)


@compiled
def _line(now: Any, repeat: int) -> None:
    inside = now[AT] > 0
    if now[IN_BAR] < 0:
        if inside or now[WAITS] == 0:
            now[IN_BAR] = now[PLAYED] = now[AT] = 0
    elif inside and (repeat < 0 or now[AT] >= now[BAR_POSITIONS]):
        now[IN_BAR] += 1
        now[PLAYED] += 1
        now[AT] = 0
    done = max(now[PLAYED], 0) + (now[AT] > 0 and now[IN_BAR] >= 0)  # the bar behind this line
    length = done - now[OPENED]
    if repeat in (CLOSES, CLOSES_AND_OPENS):
        now[PLAYED] += length
        now[OPENED] = done + length
        now[ENDING] = -1
    elif repeat == OPENS:
        now[OPENED], now[ENDING] = done, -1
    elif repeat == FIRST:
        now[ENDING] = done
    elif repeat == SECOND and now[ENDING] >= 0:
        now[IN_BAR] += now[AT] > 0
        now[PLAYED] = now[ENDING] + length
        now[AT], now[ENDING], now[OPENED] = 0, -1, done + length


def standing(ids: NDArray[np.int32], readings: Readings) -> NDArray[np.int64]:
    """``now`` behind the ids of a piece."""
    return standings(ids, readings)[-1]


def standings(ids: NDArray[np.int32], readings: Readings) -> NDArray[np.int64]:
    """``now`` before the first of a piece's ids and behind each, a row each."""
    found = np.zeros((len(ids) + 1, 1 + len(BEGINNING)), np.int64)
    found[0, 1:] = BEGINNING
    _move_all(found, ids.astype(np.int64), readings, last_position(readings))
    return found


@compiled
def _move_all(found: Any, ids: Any, readings: Any, last: int) -> None:
    for t in range(len(ids)):
        found[t + 1] = found[t]
        move(found[t + 1], readings[ids[t]], last)
