"""The form of a piece: which of its bars come back, and how much like they were.

Conventions. A bar is the set of its (onset in twelfths of a quarter, pitch), drums apart from
pitched notes; durations and velocities do not matter. The similarity of two bars is the Jaccard
index of their sets, 0..1; of two empty bars it is NaN, which means leave out. Shares are of the
bars that have notes. A piece of more than MAX_FORM_BARS bars is judged by those at its beginning.

A return of L bars is a diagonal of the similarity matrix: bars i .. i+L-1 beside bars i+d ..
i+d+L-1, d at least L; its similarity is the mean over the L pairs, and it is NaN where fewer than
half of these pairs have a note.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicrnn.arrays import Float64Array
from musicrnn.metrics.notes import Integers, NoteArrays
from musicrnn.metrics.repetition import BAR_STEPS

MAX_FORM_BARS = 1000
RETURN_DISTANCE = 4  # bars; what is nearer is a motif that goes on, not a return
SECTION_BARS = 4
ALIKE = 0.7  # a section of this mean similarity is heard as the same
CODES_AT_ONCE = 4096


@dataclass(frozen=True)
class Form:
    """The numbers of one piece; NaN where it is too short to have them."""

    best_return_4: float
    """The greatest mean similarity of a return of 4 bars."""
    best_return_8: float
    best_return_16: float
    has_return: float
    """1 where the best return of 4 bars has a similarity of .7 or more, else 0."""
    exact_returns: float
    """Share of bars that equal one at least 4 bars before."""
    transposed_returns: float
    """The same in any transposition, none too."""
    rhythm_returns: float
    """The same in their onsets alone."""
    repeated_bars: float
    """Share of bars that equal the one before."""
    similarity_1: float
    """Mean similarity of bars at a distance of 1."""
    similarity_2: float
    similarity_4: float
    similarity_8: float
    similarity_16: float
    similarity_32: float
    nearest_earlier_bar: float
    """Mean over bars of the greatest similarity to a bar at least 4 before."""
    returning_section_share: float
    """Share of bars inside a section of 4 that returns with a similarity of .7 or more, counting
    both times that it is heard."""


def form(notes: NoteArrays) -> Form:
    """The form of one piece."""
    alike = bar_similarity(notes)
    best = best_return(alike, SECTION_BARS)
    exact, transposed, in_rhythm = _contents(notes)
    repeated = [one == other for one, other in zip(exact[1:], exact, strict=False) if one]
    return Form(
        best_return_4=best,
        best_return_8=best_return(alike, 8),
        best_return_16=best_return(alike, 16),
        has_return=math.nan if math.isnan(best) else float(best >= ALIKE),
        exact_returns=_returning(exact),
        transposed_returns=_returning(transposed),
        rhythm_returns=_returning(in_rhythm),
        repeated_bars=float(np.mean(repeated)) if repeated else math.nan,
        similarity_1=similarity_at(alike, 1),
        similarity_2=similarity_at(alike, 2),
        similarity_4=similarity_at(alike, 4),
        similarity_8=similarity_at(alike, 8),
        similarity_16=similarity_at(alike, 16),
        similarity_32=similarity_at(alike, 32),
        nearest_earlier_bar=_nearest_earlier(alike),
        returning_section_share=_returning_sections(alike),
    )


def bar_similarity(notes: NoteArrays) -> Float64Array:
    """[B, B], B at most MAX_FORM_BARS."""
    bar, place = notes.positions(BAR_STEPS)
    count = min(len(notes.bars) - 1, MAX_FORM_BARS)
    codes = place * 256 + notes.drum * 128 + notes.pitch
    pairs = np.unique(np.stack([codes, bar])[:, bar < count], axis=1)
    _, column = np.unique(pairs[0], return_inverse=True)
    common = np.zeros((count, count), dtype=np.float64)
    columns = int(column.max(initial=-1)) + 1
    for first in range(0, columns, CODES_AT_ONCE):
        here = (first <= column) & (column < first + CODES_AT_ONCE)
        occurs = np.zeros((count, min(CODES_AT_ONCE, columns - first)), dtype=np.float32)
        occurs[pairs[1, here], column[here] - first] = 1
        common += occurs @ occurs.T
    size = np.diagonal(common)
    either = size[:, None] + size[None, :] - common
    return np.divide(common, either, out=np.full_like(common, np.nan), where=either > 0)


def best_return(similarity: Float64Array, length: int) -> float:
    """The greatest similarity of a return of ``length`` bars; NaN in a piece of fewer than two
    times as many."""
    found = returns_of(similarity, length)
    return float(np.nanmax(found)) if np.isfinite(found).any() else math.nan


def returns_of(similarity: Float64Array, length: int) -> Float64Array:
    """[D, I], the similarity of the return of ``length`` bars from bar i on at a distance of
    ``length`` + d; NaN where the piece ends before it does."""
    count = len(similarity)
    distances = np.arange(length, max(length, count - length + 1))
    later = np.arange(count)[None, :] + distances[:, None]  # [D, B]
    inside = later < count
    pairs = similarity[np.arange(count), np.minimum(later, count - 1)]
    known = np.isfinite(pairs) & inside
    sums = np.cumsum(np.where(known, pairs, 0.0), axis=1)
    counts = np.cumsum(known, axis=1, dtype=np.int64)
    last = np.arange(length - 1, count)
    total, filled = sums[:, last], counts[:, last]
    total[:, 1:] -= sums[:, last[1:] - length]
    filled[:, 1:] -= counts[:, last[1:] - length]
    heard = inside[:, last] & (2 * filled >= length)
    return np.divide(total, filled, out=np.full(total.shape, np.nan), where=heard)


def similarity_at(similarity: Float64Array, distance: int) -> float:
    """The mean similarity of bars at a distance."""
    return _mean(np.diagonal(similarity, distance))


def section_similarity(
    similarity: Float64Array, sections: Sequence[tuple[int, str]]
) -> tuple[float, float]:
    """The mean similarity of bars at the same place of two sections, (of one letter, of different
    letters): how much more alike a piece is where it is said to return.

    ``sections`` are their (first bar, letter), in order; each lasts until the next.
    """
    same: list[Float64Array] = []
    different: list[Float64Array] = []
    ends = [first for first, _ in sections[1:]] + [len(similarity)]
    for index, (one, letter) in enumerate(sections):
        for later in range(index + 1, len(sections)):
            other, other_letter = sections[later]
            bars = np.arange(min(ends[index] - one, ends[later] - other))
            side = same if letter == other_letter else different
            side.append(similarity[one + bars, other + bars])
    one_letter, several = (
        _mean(np.concatenate(side)) if side else math.nan for side in (same, different)
    )
    return one_letter, several


def _contents(notes: NoteArrays) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """What is in every bar: its notes, its notes above the lowest, and its onsets."""
    bar, place = notes.positions(BAR_STEPS)
    lowest = np.full(len(notes.bars), 128)
    np.minimum.at(lowest, bar[~notes.drum], notes.pitch[~notes.drum])
    above = np.where(notes.drum, notes.pitch, notes.pitch - lowest[bar])
    codes = place * 256 + notes.drum * 128
    lines = len(notes.bars)
    return (
        _bars(bar, codes + notes.pitch, lines),
        _bars(bar, codes + above, lines),
        _bars(bar, codes, lines),
    )


def _bars(bar: Integers, codes: Integers, lines: int) -> list[bytes]:
    """The set of codes in every bar, as bytes; empty for an empty bar."""
    pairs = np.unique(np.stack([bar, codes]), axis=1)
    borders = np.searchsorted(pairs[0], np.arange(lines))[: MAX_FORM_BARS + 1].tolist()
    return [pairs[1, first:last].tobytes() for first, last in itertools.pairwise(borders)]


def _returning(bars: Sequence[bytes]) -> float:
    """Share of the bars with notes that were there at least RETURN_DISTANCE bars before."""
    first: dict[bytes, int] = {}
    for index, content in enumerate(bars):
        first.setdefault(content, index)
    filled = [index - first[content] for index, content in enumerate(bars) if content]
    back = sum(distance >= RETURN_DISTANCE for distance in filled)
    return back / len(filled) if len(bars) > RETURN_DISTANCE and filled else math.nan


def _nearest_earlier(similarity: Float64Array) -> float:
    earlier = np.tril(np.ones_like(similarity, dtype=np.bool_), -RETURN_DISTANCE)
    best = np.where(earlier & np.isfinite(similarity), similarity, -1.0).max(axis=1, initial=-1.0)
    return _mean(best[best >= 0])


def _returning_sections(similarity: Float64Array) -> float:
    count = len(similarity)
    filled = np.isfinite(np.diagonal(similarity))
    inside = np.zeros(count, dtype=np.bool_)
    found = returns_of(similarity, SECTION_BARS) >= ALIKE - 1e-9  # NaN is not
    distances, firsts = np.nonzero(found)
    for bar in range(SECTION_BARS):
        inside[firsts + bar] = True
        inside[firsts + bar + distances + SECTION_BARS] = True
    long = count >= 2 * SECTION_BARS and filled.any()
    return float(inside[filled].mean()) if long else math.nan


def _mean(values: Float64Array) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else math.nan
