"""What sounds in the lines of a piece, and what its harmony is: a part of its context.

Conventions. Of each line the last note, the one before this position, and the place of the last are
kept in the array ``now`` of :mod:`musicrnn.context.past`, from LINE_AT on. A tone is a pitch class
plus 1. A harmony is a set of pitch classes, bit n for the n-th: that of all lines, and that of the
lines that are settled, whose voice is not later than the one that was written last at this
position. Facts have the index of a note, plus 1, in place of its tone, and bit n for the n-th line
in place of what is settled.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.cells.compiled import compiled as compiled_beside
from musicrnn.context.ahead import NO_PLACE, SECOND_FIELD, place_of
from musicrnn.context.fields import FIELDS, TONES, Context
from musicrnn.context.readings import BAR, LINE, LINES, ORDER, POSITION, VOICE, Readings
from musicrnn.context.timed import AT, IN_BAR

compiled = partial(compiled_beside, beside=("ahead", "fields", "readings", "timed"))

LINE_AT = 14
BEFORE_AT = LINE_AT + LINES  # of each line the last note before this position
WRITTEN_AT = BEFORE_AT + LINES  # of each line the place of the last note
VOICE_AT = WRITTEN_AT + LINES  # the voice of each line
NO_NOTES = [*[-1] * (2 * LINES), *[NO_PLACE] * LINES, *[-1] * LINES]
LINE_FIELD = FIELDS.index("line_0")
TONE_FIELD, BEFORE_FIELD = FIELDS.index("tone_0"), FIELDS.index("before_0")
TONE_FIELDS = slice(TONE_FIELD, SECOND_FIELD + LINES)  # side by side
SOUNDING_FIELD, SETTLED_FIELD = FIELDS.index("sounding"), FIELDS.index("settled")


@compiled
def take_note(now: Any, says: Any, index: int) -> None:
    """Of what the id at this index says, once it is known where it stands."""
    if says[BAR] > 0 or says[POSITION] >= 0:
        for line in range(LINES):
            now[BEFORE_AT + line] = now[LINE_AT + line]
    line = says[LINE]
    if line >= 0:
        now[LINE_AT + line] = index
        now[WRITTEN_AT + line] = place_of(now[IN_BAR], now[AT])
        now[VOICE_AT + line] = says[VOICE]


@compiled
def tell_notes(now: Any, voice: int, found: Any) -> None:
    """Into facts [F]; ``voice`` is the one written last at this position, or -1."""
    found[SOUNDING_FIELD] = found[SETTLED_FIELD] = 0
    for line in range(LINES):
        found[LINE_FIELD + line] = found[TONE_FIELD + line] = now[LINE_AT + line] + 1
        found[BEFORE_FIELD + line] = now[BEFORE_AT + line] + 1
        if now[LINE_AT + line] >= 0 and now[VOICE_AT + line] <= voice:
            found[SETTLED_FIELD] |= 1 << line


@compiled
def look_up_notes(found: Any, ids: Any, readings: Any) -> None:
    """Facts [F] to a context, but for what is ahead."""
    lines = found[SETTLED_FIELD]
    found[SOUNDING_FIELD] = found[SETTLED_FIELD] = 0
    for field in range(TONE_FIELD, BEFORE_FIELD + LINES):
        if found[field] > 0:
            found[field] = readings[ids[found[field] - 1], ORDER] % TONES + 1
    for line in range(LINES):
        tone = found[TONE_FIELD + line]
        if tone > 0:
            found[SOUNDING_FIELD] |= 1 << (tone - 1)
            if lines & (1 << line):
                found[SETTLED_FIELD] |= 1 << (tone - 1)


def notes_looked_up(context: Context, ids: NDArray[np.int32], readings: Readings) -> None:
    """The same of facts [T, F], and of what is ahead, in place."""
    tones = context[:, TONE_FIELDS]
    told = readings[ids[np.maximum(tones, 1) - 1], ORDER] % TONES + 1
    context[:, TONE_FIELDS] = np.where(tones > 0, told, 0)
    sounding = context[:, TONE_FIELD : TONE_FIELD + LINES]
    classes = np.where(sounding > 0, 1 << np.maximum(sounding - 1, 0), 0)
    settled = context[:, SETTLED_FIELD, None] >> np.arange(LINES) & 1
    context[:, SOUNDING_FIELD] = np.bitwise_or.reduce(classes, axis=1)
    context[:, SETTLED_FIELD] = np.bitwise_or.reduce(classes * settled, axis=1)
