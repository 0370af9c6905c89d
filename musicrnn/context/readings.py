"""What each id of a vocabulary says of place and time, as a table of integers.

Conventions. A table is int32 [V, COLUMNS]; an id that says nothing of a column has -1 there.

- BAR: 1 where the id begins a bar (the end of a piece does too);
- POSITION, VOICE, ORDER: the id stands at this position of its bar, in this voice, at this place in
  the order of what a voice does there (a pitch); what follows stands there too until the next;
- STAGE: 0 to 3, which of the ids that share those three it is;
- KEY, CHORD: from here on this key, this chord holds;
- LINE: the id is a note of this melodic line, 0 to LINES - 1, such as that of a named part.

Inside a bar (position, voice, order, stage) ascends from id to id, so that two bars can be laid
side by side: see :mod:`musicrnn.context.past`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError

BAR, POSITION, VOICE, ORDER, STAGE, KEY, CHORD, LINE = range(8)
COLUMNS = 8
STAGES, LINES = 4, 3

Readings = NDArray[np.int32]


def no_readings(vocabulary: int) -> Readings:
    """The table of a vocabulary whose ids say nothing, to be filled."""
    return np.full((vocabulary, COLUMNS), -1, np.int32)


def places(readings: Readings) -> NDArray[np.int64]:
    """[3]: how many numbers a voice, a position and a bar take, in the order of places."""
    voices, orders = (int(readings[:, column].max()) + 2 for column in (VOICE, ORDER))
    positions = int(readings[:, POSITION].max()) + 2
    voice = orders * STAGES
    return np.array([voice, voices * voice, positions * voices * voice], np.int64)


def check_readings(readings: NDArray[Any] | None, vocabulary: int) -> None:
    """Raises MusicRNNError unless the table, of a file, is one for so many ids."""
    if (
        readings is None
        or readings.dtype != np.int32
        or readings.shape != (vocabulary, COLUMNS)
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
