"""Beginnings, ends and cadences of small pieces."""

import math

import pytest

from musicrnn.metrics.ends import Ends, ends
from musicrnn.metrics.heard_chords import HeardChord, heard_chords
from musicrnn.metrics.notes import NoteArrays
from musicrnn.metrics.obedience import key_of
from musicrnn.score import Key
from tests.musicrnn.metrics.made_pieces import A_MINOR, C_MAJOR, Row, notes_of, score_of


def chord(start: float, pitches: list[int], duration: float = 2) -> list[Row]:
    return [(start, pitch, duration) for pitch in pitches]


C, F, G, AM, E = (
    [48, 64, 67, 72],
    [53, 60, 65, 69],
    [43, 59, 62, 67],
    [45, 60, 64, 69],
    [40, 59, 64, 68],
)
CADENCE = [*chord(0, C, 4), *chord(4, F), *chord(6, G), *chord(8, C, 4)]


def found(rows: list[Row], key: Key | None = C_MAJOR) -> Ends:
    score = score_of(rows, key=key)
    notes = NoteArrays.of(score)
    return ends(notes, key_of(score, notes))


def test_an_ending_on_the_tonic() -> None:
    assert found(CADENCE) == Ends(1, 1, 4, 1, 1, 0, 4 / (16 / 3))


def test_an_ending_elsewhere() -> None:
    away = found([*chord(0, G, 4), *chord(4, C, 2), *chord(6, [50, 65, 69], 1)])
    assert (away.ends_on_tonic_triad, away.top_ends_on_tonic, away.cadence) == (0, 0, 0)
    assert (away.last_top_duration, away.bass_begins_on_tonic) == (1, 0)
    third = found([*chord(0, G, 4), *chord(4, [48, 60, 64], 4)])
    assert (third.ends_on_tonic_triad, third.top_ends_on_tonic, third.cadence) == (1, 0, 1)
    assert found([*chord(0, F, 4), *chord(4, C, 4)]).cadence == 0  # from the fourth


def test_a_minor_key_has_its_own_triad() -> None:
    rows = [*chord(0, AM, 4), *chord(4, E, 4), *chord(8, AM, 4)]
    minor = found(rows, A_MINOR)
    assert (minor.ends_on_tonic_triad, minor.top_ends_on_tonic, minor.cadence) == (1, 1, 1)
    assert found(rows, Key(0, 9, False)).ends_on_tonic_triad == 0  # C is not in A major
    assert found(rows, None) == minor  # heard, where none is said


def test_notes_that_pile_up_on_the_last_sixteenth() -> None:
    piled = found([*chord(0, C, 4), *chord(4, C, 1), *[(7.75, 60 + i, 0.25) for i in range(7)]])
    assert piled.last_sixteenth_notes == 7
    assert piled.last_bar_weight == pytest.approx(11 / 7.5)
    held = found([*chord(0, C, 4), *chord(7.75, C, 8)])  # a held note's bars are not its last bar
    assert held.last_sixteenth_notes == 4
    assert held.last_bar_weight == 1


def test_a_rolled_chord_is_one_onset() -> None:
    rolled = found([(4, 48, 4), (4 + 1 / 24, 64, 4), (4 + 2 / 24, 67, 4)])
    assert rolled.ends_on_tonic_triad == rolled.bass_begins_on_tonic == 1
    assert rolled.last_top_duration == 4


def test_drums_and_silence_have_no_tonic() -> None:
    drums = ends(notes_of([(0, 36, 1), (3.75, 38, 1)], drums=True), None)
    assert (drums.last_sixteenth_notes, drums.last_bar_weight) == (1, 1)
    assert math.isnan(drums.ends_on_tonic_triad)
    assert math.isnan(drums.cadence)
    assert all(math.isnan(value) for value in vars(ends(notes_of([]), None)).values())


def test_chords_are_heard_by_half_bars() -> None:
    assert heard_chords(notes_of(CADENCE)) == [
        HeardChord(0, False),
        HeardChord(5, False),
        HeardChord(7, False),
        HeardChord(0, False),
    ]
    assert heard_chords(notes_of([*chord(0, AM, 4), *chord(4, AM, 4)])) == [HeardChord(9, True)]
    assert heard_chords(notes_of([(0, 45, 4), (0, 60, 4), (0, 64, 4), (0, 67, 4)])) == [
        HeardChord(9, True)  # A C E G: the bass decides
    ]
    assert heard_chords(notes_of([(0, 36, 1)], drums=True)) == []
