"""A piece as lines of notes that can be compared across keys: the input of the copy report.

Conventions. A line is a sequence of notes (onset, pitch) in time order, onsets in twelfths of a
quarter. Between a note and the next stands a symbol, a non-negative integer; n notes make n - 1
symbols, and two runs of notes are "the same" when their symbols are.

* ``melody``: the skyline of the pitched notes of all tracks together: at every onset the highest
  note, unless a higher note of the line still sounds (Uitdenbogerd and Zobel, "Melodic matching
  techniques for large music databases", ACM Multimedia 1999, with held notes respected). It finds a
  borrowed tune under another accompaniment.
* ``texture``: all pitched notes in the order (onset, pitch), chords from the bottom up. It finds a
  borrowed accompaniment and copies of whole passages; sixteen notes are often only a bar.
* ``drums``: all notes of drum tracks in the same order; nothing is transposed.

A symbol is the pitch interval (drums: both sounds); ``rhythm`` adds the time between the two
onsets, so that a tune played to another rhythm is no copy. Tempo never matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from musicrnn.metrics.notes import Integers, NoteArrays

ONSETS_A_QUARTER = 12  # onset steps a quarter
MAX_STEP = 4095  # onset steps between two notes; what is longer counts as this

View = Literal["melody", "texture", "drums"]
VIEWS: tuple[View, ...] = ("melody", "texture", "drums")


@dataclass(frozen=True, eq=False)
class Line:
    """Notes of one view of a piece."""

    onset: Integers  # [N], in twelfths of a quarter, ascending
    pitch: Integers  # [N]
    drums: bool = False

    def symbols(self, *, rhythm: bool) -> Integers:
        """[N - 1], or empty for fewer than two notes; below 2**26."""
        before, after = self.pitch[:-1], self.pitch[1:]
        step = before * 128 + after if self.drums else after - before + 128
        if rhythm:
            step = step * (MAX_STEP + 1) + np.minimum(np.diff(self.onset), MAX_STEP)
        return step


def line_of(notes: NoteArrays, view: View) -> Line:
    """One view of a piece; empty where the piece has no such notes."""
    chosen = notes.where(notes.drum if view == "drums" else ~notes.drum)
    onset = _steps(chosen.start, chosen.ticks_per_quarter)
    order = np.lexsort((chosen.pitch, onset))
    onset, pitch = onset[order], chosen.pitch[order]
    if view != "melody":
        return Line(onset, pitch, drums=view == "drums")
    top = _top(chosen)
    return Line(_steps(chosen.start[top], chosen.ticks_per_quarter), chosen.pitch[top])


def top_line(notes: NoteArrays) -> NDArray[np.bool_]:
    """[N], which notes are those of the melody; see the top of the module."""
    pitched = np.flatnonzero(~notes.drum)
    chosen = np.zeros(len(notes), dtype=np.bool_)
    chosen[pitched[_top(notes.where(~notes.drum))]] = True
    return chosen


def _top(notes: NoteArrays) -> Integers:
    """Indices of the notes of the top line, in time order."""
    onset = _steps(notes.start, notes.ticks_per_quarter)
    until = np.maximum(_steps(notes.end, notes.ticks_per_quarter), onset + 1)
    order = np.lexsort((notes.pitch, onset))
    highest = np.append(np.diff(onset[order]) > 0, True)[: len(order)]  # the last of an onset
    order = order[highest]
    return order[_skyline(onset[order], notes.pitch[order], until[order])]


def _steps(ticks: Integers, ticks_per_quarter: int) -> Integers:
    return (ticks * ONSETS_A_QUARTER + ticks_per_quarter // 2) // ticks_per_quarter


def _skyline(onset: Integers, pitch: Integers, until: Integers) -> Integers:
    """Indices of the notes above which nothing of the line still sounds; an overlap of one step
    (legato) is no sounding."""
    kept: list[int] = []
    held_pitch, held_until = -1, 0
    times = zip(onset.tolist(), pitch.tolist(), until.tolist(), strict=True)
    for index, (start, height, end) in enumerate(times):
        if height < held_pitch and start < held_until - 1:
            continue
        kept.append(index)
        held_pitch, held_until = height, end
    return np.array(kept, dtype=np.int64)
