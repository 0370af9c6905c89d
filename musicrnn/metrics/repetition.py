"""The two ways in which generated music gets stuck: on one note, and on one bar.

Conventions. A voice is a track. An onset event is all notes of a voice that start at one tick.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from musicrnn.metrics.notes import Integers, NoteArrays

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
    alone = size == 1
    symbol = np.where(alone, track[first] * 128 + pitch[first], -1)
    return _longest_run(symbol, alone)


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
    contents = [rows[a:b, 1:].tobytes() for a, b in itertools.pairwise(borders)]
    names = {content: index for index, content in enumerate(dict.fromkeys(contents))}
    symbol = np.array([names[content] for content in contents])
    return _longest_run(symbol, np.diff(borders) > 0)


def _longest_run(symbols: Integers, counted: NDArray[np.bool_]) -> int:
    """Length of the longest run of equal symbols among those that are counted."""
    if not counted.any():
        return 0
    border = np.flatnonzero(np.diff(symbols) != 0) + 1
    begins = np.concatenate([[0], border])
    lengths = np.diff(np.append(begins, len(symbols)))
    return int(lengths[counted[begins]].max())
