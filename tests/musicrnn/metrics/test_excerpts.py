"""Excerpts: whole bars, nothing lost but the rest, tempo and metre carried along."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicrnn.errors import MusicRNNError
from musicrnn.metrics.excerpts import excerpt, excerpts, parts_of
from musicrnn.score import Chord, Note, Pedal, Score, Tempo, TimeSignature, Track, make_score

Q = 10


def piece(*starts: int, duration: int = 10) -> Score:
    return make_score(Q, [Track(tuple(Note(s, 60, duration, 80) for s in sorted(starts)))])


def test_cut_into_bars_from_the_first_note() -> None:
    parts = excerpts(piece(85, 120, 130, 165, 205), 2)  # bars 3, 4 | 5, 6
    assert [[n.start for n in part.tracks[0].notes] for part in parts] == [[5, 40, 50], [5, 45]]
    assert [[tick for tick, _ in part.bars()] for part in parts] == [[0, 40], [0, 40]]


def test_the_rest_is_dropped_and_a_short_piece_kept_whole() -> None:
    assert len(excerpts(piece(0, 40, 80), 2)) == 1
    whole = excerpts(piece(0, 40, 80), 16)
    assert [n.start for n in whole[0].tracks[0].notes] == [0, 40, 80]
    assert excerpts(make_score(Q, []), 4) == []
    assert len(excerpts(piece(0, 200), 1)) == 2  # empty bars between give nothing


def test_what_held_at_the_cut_holds_in_the_excerpt() -> None:
    score = make_score(
        Q,
        [Track((Note(60, 60, 90, 80), Note(99, 62, 5, 80)), 4, pedals=(Pedal(70, 80),))],
        tempos=[Tempo(0, 400_000), Tempo(70, 300_000), Tempo(100, 200_000)],
        time_signatures=[TimeSignature(0, 3, 4)],
        chords=[Chord(0, 2, "min")],
    )
    part = excerpt(score, 60, 100)
    assert part.tracks[0] == Track(
        (Note(0, 60, 40, 80), Note(39, 62, 1, 80)), 4, pedals=(Pedal(10, 30),)
    )
    assert part.tempos == (Tempo(0, 400_000), Tempo(10, 300_000))
    assert part.time_signatures == (TimeSignature(0, 3, 4),)
    assert part.chords == (Chord(0, 2, "min"),)


def test_names_and_bounds() -> None:
    assert list(parts_of({"a": piece(0, 40, 80, 120)}, 2)) == ["a 1", "a 2"]
    with pytest.raises(MusicRNNError, match="at least 1 bar"):
        excerpts(piece(0), 0)
    with pytest.raises(MusicRNNError, match="start < stop"):
        excerpt(piece(0), 5, 5)


@given(st.lists(st.integers(0, 800), min_size=1, max_size=30), st.integers(1, 8))
def test_excerpts_hold_every_note_up_to_the_rest(starts: list[int], bars: int) -> None:
    score = piece(*starts)
    parts = excerpts(score, bars)
    first = min(starts) // 40
    whole = (len(score.bars()) - first) // bars
    kept = [s for s in starts if s < (first + whole * bars) * 40] if whole else starts
    assert sum(part.note_count for part in parts) == len(kept)
    assert all(part.end <= max(bars, len(score.bars())) * 40 for part in parts)
