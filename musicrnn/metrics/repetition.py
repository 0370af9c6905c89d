"""The two ways in which generated music gets stuck: on one note, and on one bar.

Conventions. A voice is a track. An onset event is all notes of a voice that start at one tick.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import numpy as np

from musicrnn.metrics.notes import NoteArrays

BAR_STEPS = 12  # positions a quarter at which two bars are compared


def longest_note_run(notes: NoteArrays) -> int:
    """The longest run of successive onset events of one voice that are each nothing but one and
    the same pitch; durations, rests and other voices do not matter. 0 without such events.
    """
    order = np.lexsort((notes.pitch, notes.start, notes.track))
    track, start, pitch = notes.track[order], notes.start[order], notes.pitch[order]
    changed = (np.diff(track) != 0) | (np.diff(start) != 0)
    first = np.flatnonzero(np.concatenate([[True], changed]))[: len(notes)]
    size = np.diff(np.append(first, len(notes)))
    return _longest_run(np.where(size == 1, track[first] * 128 + pitch[first] + 1, 0).tolist())


def longest_bar_run(notes: NoteArrays) -> int:
    """The longest run of identical bars: the same pitches start at the same positions (to a twelfth
    of a quarter) in the same tracks of bars of one length; durations and velocities do not matter.
    Empty bars are left to the empty-bar share: they end a run. 0 without notes.
    """
    if not len(notes):
        return 0
    bar, position = notes.positions(BAR_STEPS)
    length = np.diff(notes.bars)[bar]
    rows = np.stack([bar, length, notes.track, position, notes.pitch], axis=1)
    rows = rows[np.lexsort(rows.T[::-1])]
    borders = np.searchsorted(rows[:, 0], np.arange(len(notes.bars)))
    return _longest_run(rows[a:b, 1:].tobytes() for a, b in itertools.pairwise(borders))


def _longest_run(symbols: Iterable[int | bytes]) -> int:
    """Length of the longest run of equal symbols; those that are 0 or empty do not count."""
    runs = itertools.groupby(symbols)
    return max((len(list(run)) for symbol, run in runs if symbol), default=0)
