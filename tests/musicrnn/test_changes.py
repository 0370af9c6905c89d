"""Sections of a score: what they may be called, and that nothing loses them."""

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import midi_bytes, score_from_midi
from musicrnn.score import Chord, Note, Score, Section, Track, make_score


def piece(*sections: Section, chords: tuple[Chord, ...] = ()) -> Score:
    notes = tuple(Note(1920 * bar, 60, 480, 80) for bar in range(8))
    return make_score(480, [Track(notes)], sections=sections, chords=chords)


def test_sections_are_sorted_and_a_repeated_one_stays() -> None:
    score = piece(Section(3840, "A"), Section(0, "A"), Section(7680, "b"), Section(7680, "o"))
    assert score.sections == (Section(0, "A"), Section(3840, "A"), Section(7680, "o"))
    assert score.transposed(2).sections == score.sections


@pytest.mark.parametrize("name", ["", " A", "A\n", "\x00", "A" * 65, "N", "C:maj7"])
def test_a_name_that_a_section_cannot_have(name: str) -> None:
    with pytest.raises(MusicRNNError, match="a section's name is 1 to 64 printable"):
        Section(0, name)


def test_markers_are_chords_or_sections() -> None:
    score = piece(Section(0, "i"), Section(3840, "Strophe Ä"), chords=(Chord(0, 0, "maj"),))
    data = midi_bytes(score)
    assert score_from_midi(data) == score
    foreign = data.replace(b"\xff\x06\x01i", b"\xff\x06\x01\x07")
    assert score_from_midi(foreign).sections == (Section(3840, "Strophe Ä"),)
