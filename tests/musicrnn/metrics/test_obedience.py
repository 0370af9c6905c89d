"""Keys heard, chord tones, basses on roots, and wishes that a file does not keep."""

import math

import pytest

from musicrnn.metrics.notes import NoteArrays
from musicrnn.metrics.obedience import CHORD_TONES, Asked, Obedience, as_asked, obedience
from musicrnn.score import (
    CHORD_QUALITIES,
    Chord,
    Key,
    Note,
    Score,
    Tempo,
    TimeSignature,
    Track,
    make_score,
)
from tests.musicrnn.metrics.made_pieces import A_MINOR, C_MAJOR, bars_of, score_of

SCALE = bars_of([[60, 64, 67, 72], [65, 69, 67, 71], [60, 62, 64, 60]])


def found(score: Score) -> Obedience:
    return obedience(score, NoteArrays.of(score))


def test_the_key_heard_beside_the_key_asked() -> None:
    right = found(score_of(SCALE, key=C_MAJOR))
    assert (right.key_heard, right.key_or_relative_heard) == (1, 1)
    relative = found(score_of(SCALE, key=A_MINOR))
    assert (relative.key_heard, relative.key_or_relative_heard) == (0, 1)
    wrong = found(score_of(SCALE, key=Key(0, 6, False)))
    assert (wrong.key_heard, wrong.key_or_relative_heard) == (0, 0)
    assert math.isnan(found(score_of(SCALE)).key_heard)
    assert math.isnan(found(score_of([(0, 36, 1)], key=C_MAJOR, drums=True)).key_heard)


def test_chord_tones_and_roots_in_the_bass() -> None:
    notes = (Note(0, 48, 48, 80), Note(0, 64, 48, 80), Note(48, 62, 24, 80), Note(72, 67, 24, 80))
    chords = [Chord(0, 0, "maj"), Chord(48, 7, "maj")]
    one = found(make_score(24, [Track(notes)], chords=chords))
    assert one.on_chord_tones == 1  # C E | D G
    assert one.bass_on_root == pytest.approx(72 / 96)
    other = found(make_score(24, [Track(notes)], chords=[Chord(0, 0, "maj")]))
    assert other.on_chord_tones == pytest.approx(120 / 144)
    assert other.bass_on_root == pytest.approx(48 / 96)
    none = found(
        make_score(24, [Track(notes)], chords=[Chord(48, 0, "maj"), Chord(72, -1, "none")])
    )
    assert (none.on_chord_tones, none.bass_on_root) == (0, 0)  # only D is under a chord
    assert math.isnan(found(make_score(24, [Track(notes)])).on_chord_tones)
    unharmonized = make_score(24, [Track(notes)], chords=[Chord(0, -1, "none")])
    assert math.isnan(found(unharmonized).on_chord_tones)


def test_every_quality_has_tones() -> None:
    assert CHORD_TONES.keys() == set(CHORD_QUALITIES)


def test_wishes_that_a_file_does_not_keep() -> None:
    score = make_score(
        24,
        [Track(tuple(Note(12 * i, 60, 12, 80) for i in range(12)))],
        tempos=[Tempo.from_bpm(0, 100)],
        time_signatures=[TimeSignature(0, 6, 8)],
    )
    obeyed = as_asked(score, Asked(bpm=100.3, metre="6/8", notes_a_quarter=4))
    assert (obeyed.tempo, obeyed.metre, obeyed.density) == (1, 1, pytest.approx(0.5))
    not_obeyed = as_asked(score, Asked(bpm=120, metre="3/4"))
    assert (not_obeyed.tempo, not_obeyed.metre) == (0, 0)
    assert math.isnan(not_obeyed.density)
    assert math.isnan(as_asked(score, Asked()).tempo)
