"""Which ids a context points at, so that the network may make them likelier or less likely.

Conventions. A pointer is a field that holds an id plus 1, or 0 for none. A field of a line, which
holds its last note, points at the notes of that line up to INTERVALS semitones below and above it
as well, NEAR in all: what a melody does next is learnt as an interval, alike on every pitch. The
other pointers are at one id each. The network gives a score for each target, in the order of the
fields.

Behind them come scores for harmony by intervals, HARMONIC times TONES a line and TONES twice:

1. a tone, the pitch class of what sounds in a line, points at all notes of every line;
2. a line that has moved at this position points at the notes of every other line that would move in
   parallel, by the interval that they keep;
3. what is next in a line that is given points at all notes of every line;
4. a tone points at all chords, by their roots;
5. what is next points at all chords, by their roots;
6. a tone points at the tones of the other lines: where a line is passed over, since an id of a
   later voice or a later position is written, its tone stays beside them;
7. the root of the chord that is written points at all notes of every line; and
8. at the tones of the lines that are passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.context.fields import FIELDS, GROUPS, POINTERS, TONES
from musicrnn.context.readings import BAR, CHORD, LINE, LINES, ORDER, POSITION, VOICE, Readings

INTERVALS = 12
NEAR = 2 * INTERVALS + 1
HARMONIC = 6  # kinds of scores that each line has
OF_ROOTS = 2  # that the root has
UNSOUNDED = (LINES + 1) * TONES

POINTING = frozenset(FIELDS[column] for column in POINTERS)


def first_pointer(fields: Sequence[str]) -> int:
    """Of fields in the order of FIELDS, which is the first that holds an id."""
    return sum(name not in POINTING for name in fields)


def first_line(fields: Sequence[str]) -> int:
    """Of the pointers among the fields, which is the first of a line; lines come last."""
    return sum(name in POINTING and name not in GROUPS["lines"] for name in fields)


def target_count(fields: Sequence[str]) -> int:
    """How many ids the fields point at."""
    single = first_line(fields)
    return single + NEAR * (len(fields) - first_pointer(fields) - single)


def tone_columns(fields: Sequence[str]) -> list[int]:
    """Which of the fields are tones."""
    return [column for column, name in enumerate(fields) if name.startswith("tone")]


def score_count(fields: Sequence[str]) -> int:
    """How many scores the network gives: for the ids pointed at, and for intervals."""
    lines = len(tone_columns(fields))
    return target_count(fields) + (HARMONIC * lines + OF_ROOTS) * TONES * (lines > 0)


def tones_of_lines(readings: Any) -> Any:
    """[V]: of each id TONES times its line and its pitch class; of a chord that says its root TONES
    times LINES and that; UNSOUNDED for other ids."""
    notes, chords = readings[:, LINE] >= 0, (readings[:, CHORD] >= 0) & (readings[:, ORDER] >= 0)
    row = readings[:, LINE] * notes + LINES * chords
    there = notes | chords
    return (row * TONES + readings[:, ORDER] % TONES) * there + UNSOUNDED * ~there


def roots_of_chords(readings: Any) -> Any:
    """[chords + 1]: of each value of the field ``chord`` its root's tone, 0 for none."""
    chords = readings[:, CHORD]
    roots = np.zeros(max(0, int(chords.max()) + 1) + 1, np.int64)
    told = np.asarray(readings[:, ORDER])
    for value, order in zip(np.asarray(chords), told, strict=True):
        if value >= 0 and order >= 0:
            roots[value + 1] = order % TONES + 1
    return roots


def passed_over(readings: Readings) -> NDArray[np.bool_]:
    """[V, LINES]: the lines that are passed over by each id where none is written at a position:
    those of earlier voices, and all by the next position, the next bar and the end."""
    voices = voices_of_lines(readings)
    beyond = (readings[:, POSITION] >= 0) | (readings[:, BAR] > 0)
    rank = np.where(beyond, LINES, readings[:, VOICE])
    return (voices[None] < rank[:, None]) & (voices >= 0)[None]


def still_open(readings: Readings) -> NDArray[np.bool_]:
    """[V, LINES]: the lines that may be written at this position behind each id."""
    voices = voices_of_lines(readings)
    at_place = (readings[:, POSITION] >= 0) | (readings[:, CHORD] >= 0) | (readings[:, VOICE] >= 0)
    return (voices[None] > readings[:, VOICE][:, None]) & at_place[:, None]


def voices_of_lines(readings: Readings) -> NDArray[np.int64]:
    """[LINES]: the voice of each line, in the order of writing; -1 for a line that there is not."""
    own = readings[:, LINE]
    found = [readings[own == line, VOICE] for line in range(LINES)]
    return np.array([each.max(initial=-1) for each in found], np.int64)


def near_ids(readings: Readings) -> NDArray[np.int64]:
    """[V, NEAR]: for the id of a note, those of its line INTERVALS semitones below it to as many
    above, plus 1; 0 where there is none, and for ids that are no notes."""
    return near_of(readings, np.arange(len(readings)), np.arange(-INTERVALS, INTERVALS + 1))


def near_of(readings: Any, ids: Any, steps: Any) -> Any:
    """The same of arrays or tensors: ``ids`` are 0 to V - 1, ``steps`` -INTERVALS to INTERVALS."""
    around = ids[:, None] + steps
    others = readings[around % len(ids)]  # beyond the vocabulary it is as far as no interval is
    there = (readings[:, LINE] >= 0)[:, None]
    there = there & (others[:, :, LINE] == readings[:, LINE][:, None])
    there = there & (others[:, :, ORDER] - readings[:, ORDER][:, None] == steps)
    return (around + 1) * there
