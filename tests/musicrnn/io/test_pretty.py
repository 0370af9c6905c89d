"""PrettyMIDI, there and back."""

from dataclasses import replace

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.pretty import from_pretty_midi, to_pretty_midi
from musicrnn.score import (
    Chord,
    Key,
    Note,
    Pedal,
    Score,
    Tempo,
    TimeSignature,
    Track,
    make_score,
)


@pytest.fixture
def score() -> Score:
    piano = Track((Note(0, 60, 480, 64), Note(470, 64, 250, 99)), 3, name="Klavier",
                  pedals=(Pedal(10, 300),))  # fmt: skip
    drums = Track((Note(480, 36, 10, 127),), is_drum=True, name="Kit")
    return make_score(
        480,
        [piano, drums],
        tempos=[Tempo(0, 500_000), Tempo(480, 400_000)],
        time_signatures=[TimeSignature(0, 6, 8)],
        keys=[Key(0, 9, True)],
        chords=[Chord(0, 9, "min")],
        title="lost",
    )


def test_there_and_back(score: Score) -> None:
    pretty = to_pretty_midi(score)
    assert [i.is_drum for i in pretty.instruments] == [False, True]
    assert pretty.instruments[0].notes[1].end == pytest.approx(score.seconds_at(720))
    assert from_pretty_midi(pretty) == replace(score, title="", chords=())


def test_one_that_no_file_can_hold(score: Score) -> None:
    pretty = to_pretty_midi(score)
    pretty.instruments[0].notes[0].pitch = 200
    with pytest.raises(MusicRNNError, match="cannot be written as MIDI"):
        from_pretty_midi(pretty)
