"""Excerpts: whole bars, nothing lost but the rest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicrnn.errors import MusicRNNError
from musicrnn.metrics.excerpts import excerpts, first_excerpts, parts_of, random_excerpts
from musicrnn.metrics.notes import NoteArrays
from musicrnn.score import Note, TimeSignature, Track, make_score

Q = 10


def piece(*starts: int, duration: int = 10, beats: int = 4) -> NoteArrays:
    notes = tuple(Note(s, 60, duration, 80) for s in sorted(starts))
    metre = TimeSignature(0, beats, 4)
    return NoteArrays.of(make_score(Q, [Track(notes)], time_signatures=[metre]))


def starts_of(parts: list[NoteArrays]) -> list[list[int]]:
    return [part.start.tolist() for part in parts]


def test_cut_into_bars_from_the_first_note() -> None:
    parts = excerpts(piece(85, 120, 130, 165, 205), 2)  # bars 3, 4 | 5, 6
    assert starts_of(parts) == [[5, 40, 50], [5, 45]]
    assert [part.bars.tolist() for part in parts] == [[0, 40, 80], [0, 40, 80]]


def test_the_rest_is_dropped_and_a_short_piece_kept_whole() -> None:
    assert len(excerpts(piece(0, 40, 80), 2)) == 1
    assert starts_of(excerpts(piece(0, 40, 80), 16)) == [[0, 40, 80]]
    assert excerpts(piece(), 4) == []
    assert len(excerpts(piece(0, 200), 1)) == 2  # empty bars between give nothing


def test_notes_are_cut_off_at_the_end_and_those_from_before_are_not_there() -> None:
    part = piece(0, 60, 89, duration=100, beats=3).cut(2, 3)
    assert starts_of([part]) == [[0, 29]]
    assert part.duration.tolist() == [30, 1]
    assert part.bars.tolist() == [0, 30]


def test_names_and_bounds() -> None:
    assert list(parts_of({"a": piece(0, 40, 80, 120)}, 2)) == ["a 1", "a 2"]
    with pytest.raises(MusicRNNError, match="at least 1 bar"):
        excerpts(piece(0), 0)


def test_one_excerpt_a_piece_from_the_first_bar_or_at_random() -> None:
    pieces = [piece(*range(85, 85 + 40 * bars, 40)) for bars in (2, 9)] + [piece()]
    assert starts_of(first_excerpts(pieces, 3)) == [[5, 45], [5, 45, 85]]
    found = [random_excerpts(pieces, 3, np.random.default_rng(seed)) for seed in range(40)]
    assert all(starts_of(parts) == [[5, 45], [5, 45, 85]] for parts in found)
    growing = [piece(*(40 * bar + bar for bar in range(9)))]
    first = {random_excerpts(growing, 3, np.random.default_rng(s))[0].start[0] for s in range(60)}
    assert first == set(range(7))  # every bar from which three are left


@given(st.lists(st.integers(0, 800), min_size=1, max_size=30), st.integers(1, 8))
def test_excerpts_hold_every_note_up_to_the_rest(starts: list[int], bars: int) -> None:
    notes = piece(*starts)
    count = len(notes.bars) - 1
    parts = excerpts(notes, bars)
    first = min(starts) // 40
    whole = (count - first) // bars
    kept = [s for s in starts if s < (first + whole * bars) * 40] if whole else starts
    assert sum(len(part) for part in parts) == len(kept)
    assert all(part.end.max() <= part.bars[-1] or not whole for part in parts)
