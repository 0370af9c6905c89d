"""What each id of a vocabulary says of place and time, as a table of integers.

Conventions. A table is int32 [V, COLUMNS]; an id that says nothing of a column has -1 there.

- BAR: 1 where the id begins a bar (the end of a piece does too);
- POSITION, VOICE, ORDER: the id stands at this position of its bar, in this voice, at this place in
  the order of what a voice does there (a pitch); what follows stands there too until the next;
- STAGE: 0 to 3, which of the ids that share those three it is;
- KEY, CHORD: from here on this key, this chord holds;
- LINE: the id is a note of this melodic line, 0 to LINES - 1, such as that of a named part.

Where ids say how long notes last, as in the text of a tune, a table is *timed*, with more columns:

- LASTS: what follows stands so many positions later;
- BAR_LENGTH: from here on a bar has so many positions, MAX_BAR at most;
- REPEAT: a bar line (BAR) that is more than that: it OPENS or CLOSES a repeat, or both, begins its
  FIRST or SECOND ending, or a SECTION. It may stand inside a bar, whose rest follows it;
- UPBEAT: 1 where the id says that a part of a bar comes before the first one.

There POSITION is said by bar lines alone, and ORDER is no place.

Inside a bar (position, voice, order, stage) ascends from id to id, so that two bars can be laid
side by side: see :mod:`musicrnn.context.past`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError

BAR, POSITION, VOICE, ORDER, STAGE, KEY, CHORD, LINE = range(8)
LASTS, BAR_LENGTH, REPEAT, UPBEAT = range(8, 12)
COLUMNS, TIMED_COLUMNS = 8, 12
STAGES, LINES = 4, 4
MAX_BAR = 2**10
OPENS, CLOSES, CLOSES_AND_OPENS, FIRST, SECOND, SECTION = range(1, 7)

Readings = NDArray[np.int32]


def no_readings(vocabulary: int, *, timed: bool = False) -> Readings:
    """The table of a vocabulary whose ids say nothing, to be filled."""
    return np.full((vocabulary, TIMED_COLUMNS if timed else COLUMNS), -1, np.int32)


def is_timed(readings: Readings) -> bool:
    return readings.shape[1] == TIMED_COLUMNS


def is_in_voices(readings: Readings) -> bool:
    """Whether there are as many lines as there may be."""
    return LINES - 1 in readings[:, LINE]


def last_position(readings: Readings) -> int:
    """The highest position of a bar."""
    if is_timed(readings):
        return int(readings[:, BAR_LENGTH].max())
    return int(readings[:, POSITION].max())


def places(readings: Readings) -> NDArray[np.int64]:
    """[4]: how many numbers a voice, a position and a bar take, in the order of places; and the
    last position of a timed table, 0 of others."""
    timed = is_timed(readings)
    voices, orders = (int(readings[:, column].max()) + 2 for column in (VOICE, ORDER))
    last = last_position(readings)
    voice = STAGES if timed else orders * STAGES
    bar = (last + 2) * voices * voice
    return np.array([voice, voices * voice, bar, last if timed else 0], np.int64)


def check_readings(readings: NDArray[Any] | None, vocabulary: int) -> None:
    """Raises MusicRNNError unless the table, of a file, is one for so many ids."""
    if (
        readings is None
        or readings.dtype != np.int32
        or readings.shape not in ((vocabulary, COLUMNS), (vocabulary, TIMED_COLUMNS))
        or readings.min() < -1
        or readings.max() > 2**15
    ):
        raise MusicRNNError(
            f"the model file's readings do not fit its {vocabulary} ids: it is damaged"
        )
    if readings[:, STAGE].max() >= STAGES:
        raise MusicRNNError(f"the model file's readings have a stage above {STAGES - 1}")
    if readings[:, LINE].max() >= LINES:
        raise MusicRNNError(f"the model file's readings have a line above {LINES - 1}")
    if is_timed(readings) and not 1 <= last_position(readings) <= MAX_BAR:
        raise MusicRNNError(
            f"the model file's readings have bars of {last_position(readings)} positions: it is "
            "damaged"
        )
