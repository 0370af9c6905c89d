"""The context of a piece, id by id: one compiled step, for training and for sampling alike.

Conventions. A spot is one number for where an id stands: bars, and inside a bar the place that
:mod:`musicrnn.context.readings` gives it; spots ascend. What stood "at the same place d bars
before" step t is the first id whose spot lies behind that of id t less d bars: where the music is
the same, that is the id that follows. In a section that returns, the longest match is heard only
while it points within a bar of that place in the last section of its letter.

An outlook counts played bars, the rest written ones; they are the same but for repeats (see
:mod:`musicrnn.context.timed`).

Facts are a context before its ids are looked up: in fields that hold an id (POINTERS), or a key,
chord or tone, its index in the piece plus 1. So a piece's facts serve every renaming of its ids,
such as transpositions.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.cells.compiled import compiled as compiled_beside
from musicrnn.context.ahead import (
    NOTHING_GIVEN,
    GivenNotes,
    after,
    look_ahead,
    look_ahead_of_all,
)
from musicrnn.context.fields import (
    AHEAD,
    DISTANCE,
    DISTANCES,
    FIELDS,
    MATCH_LENGTHS,
    OPEN,
    OUTLOOK,
    OUTLOOK_FIELDS,
    POINTERS,
    Context,
    Outlook,
)
from musicrnn.context.harmony import (
    LINE_AT,
    NO_NOTES,
    WRITTEN_AT,
    look_up_notes,
    notes_looked_up,
    take_note,
    tell_notes,
)
from musicrnn.context.match import longest_match
from musicrnn.context.readings import (
    BAR,
    CHORD,
    KEY,
    ORDER,
    POSITION,
    STAGE,
    STAGES,
    VOICE,
    Readings,
    places,
)
from musicrnn.context.timed import AT, BEGINNING, IN_BAR, PLAYED, move

compiled = partial(
    compiled_beside, beside=("ahead", "fields", "harmony", "match", "readings", "timed")
)

# What is kept of a piece beside its ids and spots.
LENGTH = 0  # IN_BAR to WAITS of musicrnn.context.timed come behind it
IN_VOICE, IN_ORDER, KEY_AT, CHORD_AT, SOURCE, MATCHED = range(8, LINE_AT)
START = np.array([0, *BEGINNING, -1, -1, -1, -1, -1, 0, *NO_NOTES], np.int64)
COUNT, PLANNED = len(FIELDS), len(OUTLOOK_FIELDS)
POSITION_FIELD, KEY_FIELD, CHORD_FIELD = (FIELDS.index(n) for n in ("position", "key", "chord"))
LENGTH_FIELD, MATCH_FIELD = FIELDS.index("match_length"), FIELDS.index("match")
PLACE_FIELD = FIELDS.index("place_1")
NO_OUTLOOK = np.zeros((0, OUTLOOK), np.int32)
FIRST_POINTER = POINTERS[0]


class Past:
    """What has been written of one piece, and the context of its next step.

    Args:
        readings: of the vocabulary.
        outlook: of the bars to be written; NO_OUTLOOK, and bars behind it, are not known.
        given: the notes of each line that is given.
    """

    def __init__(
        self, readings: Readings, outlook: Outlook = NO_OUTLOOK, given: GivenNotes = NOTHING_GIVEN
    ) -> None:
        self.readings, self.outlook, self.units = readings, outlook, places(readings)
        self.given = given
        self.now = START.copy()
        self.ids, self.spots = np.zeros(256, np.int64), np.zeros(256, np.int64)
        self.run = np.zeros(257, np.int32)
        self.found = np.zeros(COUNT, np.int32)
        self.written = np.full(len(outlook), -1, np.int64)

    def __copy__(self) -> Past:
        """The same so far; both may go on."""
        own = Past(self.readings, self.outlook, self.given)
        own.now, own.written = self.now.copy(), self.written.copy()
        own.ids, own.spots, own.run = self.ids.copy(), self.spots.copy(), self.run.copy()
        return own

    def push(self, token: int) -> None:
        """Take note of the next id."""
        if self.now[LENGTH] == len(self.ids):
            self.ids, self.spots = (np.concatenate([a, a]) for a in (self.ids, self.spots))
            self.run = np.concatenate([self.run, np.zeros(len(self.run), np.int32)])
        _push(self.now, self.ids, self.spots, self.run, self.readings, self.units, token)
        _write(self.now, self.written)

    def context(self) -> Context:
        """[F]: what is heard with the last id; overwritten by the next call."""
        _facts(self.now, self.spots, self.units, self.outlook, self.written, self.found)
        _look_up(self.found, self.ids, self.readings)
        for line, notes in self.given.items():
            still = after(notes, self.now[WRITTEN_AT + line])
            look_ahead(self.found, line, still, int(self.now[IN_BAR]), self.readings)
        return self.found


def facts(ids: NDArray[np.int32], readings: Readings, outlook: Outlook = NO_OUTLOOK) -> Context:
    """[T, F] of a whole piece of which nothing is given; see the module's text."""
    found = facts_ahead(ids, readings, outlook)
    found[:, np.ravel(AHEAD)] = 0
    return found


def facts_ahead(
    ids: NDArray[np.int32], readings: Readings, outlook: Outlook = NO_OUTLOOK
) -> Context:
    """The same with every line given."""
    found = np.zeros((len(ids), COUNT), np.int32)
    _all_facts(ids.astype(np.int64), readings, places(readings), outlook, found)
    return found


def played_bars(ids: NDArray[np.int32], readings: Readings) -> NDArray[np.int32]:
    """[T]: in which played bar each id of a piece stands, -1 before the first."""
    found = np.zeros(len(ids), np.int32)
    _all_bars(ids.astype(np.int64), readings, places(readings), found)
    return found


def looked_up(found: Context, ids: NDArray[np.int32], readings: Readings) -> Context:
    """Facts of some steps as context; ``ids`` are the whole piece's, renamed or not."""
    context = found.copy()
    pointers = found[:, FIRST_POINTER:]
    context[:, FIRST_POINTER:] = np.where(pointers > 0, ids[np.maximum(pointers, 1) - 1] + 1, 0)
    for field, column in ((KEY_FIELD, KEY), (CHORD_FIELD, CHORD)):
        told = readings[ids[np.maximum(found[:, field], 1) - 1], column] + 1
        context[:, field] = np.where(found[:, field] > 0, told, 0)
    notes_looked_up(context, ids, readings)
    return context


@compiled
def _push(now: Any, ids: Any, spots: Any, run: Any, readings: Any, units: Any, token: int) -> None:
    n = now[LENGTH]
    says = readings[token]
    if units[3] > 0:
        move(now, says, units[3])
    else:
        _stand(now, says)
    if says[KEY] >= 0:
        now[KEY_AT] = n
    if says[CHORD] >= 0:
        now[CHORD_AT] = n
    take_note(now, says, n)
    place = (now[AT] + 1) * units[1] + (now[IN_VOICE] + 1) * units[0]
    place += (now[IN_ORDER] + 1) * STAGES + max(says[STAGE], 0)
    ids[n], spots[n] = token, (now[IN_BAR] + 1) * units[2] + place
    now[LENGTH] = n + 1
    source, matched = longest_match(ids, n + 1, run)
    now[SOURCE], now[MATCHED] = source, matched


@compiled
def _stand(now: Any, says: Any) -> None:
    """Where an id stands that says so itself."""
    if says[BAR] > 0:
        now[IN_BAR] += 1
        now[PLAYED] = now[IN_BAR]
        now[AT] = now[IN_VOICE] = now[IN_ORDER] = -1
    if says[POSITION] >= 0:
        now[AT] = says[POSITION]
        now[IN_VOICE] = now[IN_ORDER] = -1
    if says[VOICE] >= 0:
        now[IN_VOICE] = says[VOICE]
        now[IN_ORDER] = -1
    if says[ORDER] >= 0:
        now[IN_ORDER] = says[ORDER]


@compiled
def _facts(now: Any, spots: Any, units: Any, outlook: Any, written: Any, found: Any) -> None:
    bar = max(now[PLAYED], 0)
    known = bar < outlook.shape[0]
    for field in range(PLANNED):
        found[field] = outlook[bar, field] if known else 0
    found[POSITION_FIELD] = now[AT] + 2
    found[KEY_FIELD], found[CHORD_FIELD] = now[KEY_AT] + 1, now[CHORD_AT] + 1
    opened = now[SOURCE] >= 0 and (outlook[bar, OPEN] > 0 if known else True)
    back = _written_back(now, bar, outlook, written) if known else 0
    if opened and back > 0:  # of a section that returns, not of another
        apart = spots[now[SOURCE]] - spots[now[LENGTH] - 1] + back * units[2]
        opened = -units[2] <= apart <= units[2]
    found[LENGTH_FIELD] = found[MATCH_FIELD] = 0
    if opened:
        found[MATCH_FIELD] = now[SOURCE] + 1
        for least in MATCH_LENGTHS:
            found[LENGTH_FIELD] += now[MATCHED] >= least
    for number in range(len(DISTANCES)):
        found[PLACE_FIELD + number] = _same_place(now, spots, units, DISTANCES[number])
    found[PLACE_FIELD + len(DISTANCES)] = _same_place(now, spots, units, back)
    tell_notes(now, now[IN_VOICE], found)


@compiled
def _write(now: Any, written: Any) -> None:
    """Take note of which written bar a played one is."""
    bar = max(now[PLAYED], 0)
    if bar < written.shape[0] and written[bar] < 0:
        written[bar] = now[IN_BAR]


@compiled
def _written_back(now: Any, bar: int, outlook: Any, written: Any) -> int:
    """How many written bars lie between a played one and that which the outlook points to."""
    back = outlook[bar, DISTANCE]
    if back <= 0 or back > bar or written[bar - back] < 0:
        return 0
    return max(0, now[IN_BAR] - written[bar - back])


@compiled
def _same_place(now: Any, spots: Any, units: Any, bars: int) -> int:
    """The index plus 1 of the id at the same place ``bars`` before, 0 where there is none."""
    if bars <= 0 or now[IN_BAR] < bars:
        return 0
    sought = spots[now[LENGTH] - 1] - bars * units[2]
    low, high = 0, now[LENGTH]
    while low < high:
        middle = (low + high) // 2
        if spots[middle] <= sought:
            low = middle + 1
        else:
            high = middle
    return low + 1 if low < now[LENGTH] else 0


@compiled
def _look_up(found: Any, ids: Any, readings: Any) -> None:
    for field in range(FIRST_POINTER, COUNT):
        if found[field] > 0:
            found[field] = ids[found[field] - 1] + 1
    if found[KEY_FIELD] > 0:
        found[KEY_FIELD] = readings[ids[found[KEY_FIELD] - 1], KEY] + 1
    if found[CHORD_FIELD] > 0:
        found[CHORD_FIELD] = readings[ids[found[CHORD_FIELD] - 1], CHORD] + 1
    look_up_notes(found, ids, readings)


@compiled
def _all_facts(ids: Any, readings: Any, units: Any, outlook: Any, found: Any) -> None:
    now, steps = START.copy(), len(ids)
    written, spots = np.zeros(steps, np.int64), np.zeros(steps, np.int64)
    run, lines = np.zeros(steps + 1, np.int32), np.full(outlook.shape[0], -1, np.int64)
    bars, ats = np.zeros(steps, np.int64), np.zeros(steps, np.int64)
    for t in range(steps):
        _push(now, written, spots, run, readings, units, ids[t])
        _write(now, lines)
        _facts(now, spots, units, outlook, lines, found[t])
        bars[t], ats[t] = now[IN_BAR], now[AT]
    look_ahead_of_all(found, ids, readings, bars, ats, units[2] // units[1] - 2)


@compiled
def _all_bars(ids: Any, readings: Any, units: Any, found: Any) -> None:
    now = START.copy()
    for t in range(len(ids)):
        if units[3] > 0:
            move(now, readings[ids[t]], units[3])
        else:
            _stand(now, readings[ids[t]])
        found[t] = now[PLAYED]
