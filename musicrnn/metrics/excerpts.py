"""Excerpts of whole bars: long pieces made comparable with short ones.

Conventions. Bars are counted from 0, those before the first note are no part of any excerpt. An
excerpt begins at tick 0 with its first bar; notes that start inside are kept and cut off at its
end, notes that came before are not. A piece shorter than an excerpt is one excerpt, as far as it
goes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

import numpy as np

from musicrnn.arrays import Random
from musicrnn.errors import MusicRNNError
from musicrnn.metrics.notes import NoteArrays


def excerpts(notes: NoteArrays, bars: int) -> list[NoteArrays]:
    """Consecutive excerpts of ``bars`` bars; what is left over at the end is dropped.

    No excerpt is without notes; a piece without notes gives none.
    """
    first, last = _bars_to_cut(notes, bars)
    cuts = list(range(first, last + 1, bars))
    spans = itertools.pairwise(cuts) if len(cuts) > 1 else [(first, last)]
    parts = [notes.cut(a, b) for a, b in spans]
    return [part for part in parts if len(part)]


def random_excerpts(pieces: Iterable[NoteArrays], bars: int, random: Random) -> list[NoteArrays]:
    """One excerpt of every piece that has notes, at a random bar."""
    parts: list[NoteArrays] = []
    for notes in pieces:
        if len(notes):
            first, last = _bars_to_cut(notes, bars)
            begin = first + int(random.integers(max(1, last - bars - first + 1)))
            parts.append(notes.cut(begin, min(begin + bars, last)))
    return parts


def first_excerpts(pieces: Iterable[NoteArrays], bars: int) -> list[NoteArrays]:
    """The beginning of every piece that has notes."""
    parts: list[NoteArrays] = []
    for notes in pieces:
        if len(notes):
            first, last = _bars_to_cut(notes, bars)
            parts.append(notes.cut(first, min(first + bars, last)))
    return parts


def parts_of(pieces: Mapping[str, NoteArrays], bars: int) -> dict[str, NoteArrays]:
    """All excerpts of many pieces, named NAME and the number of the excerpt from 1."""
    return {
        f"{name} {index}": part
        for name, notes in pieces.items()
        for index, part in enumerate(excerpts(notes, bars), start=1)
    }


def _bars_to_cut(notes: NoteArrays, bars: int) -> tuple[int, int]:
    """The bar of the first note, and the number of all bars."""
    if bars < 1:
        raise MusicRNNError(f"an excerpt has at least 1 bar, got {bars}")
    onset = notes.start[:1]
    first = int(np.searchsorted(notes.bars, onset, side="right")[0]) - 1 if len(onset) else 0
    return first, len(notes.bars) - 1
