"""Wishes: what cannot be wished of any model, and how wishes are said."""

import re
from dataclasses import fields
from math import inf, nan

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc import parse_abc, write_abc
from musicrnn.io.midi import midi_bytes, score_from_midi
from musicrnn.score import CHORD_QUALITIES, Note, Tempo, Track, make_score
from musicrnn.tokens import Controls
from musicrnn.tokens.protocol import BOUNDS

NUMBERS = (-inf, -1e308, -1, 0, 1e-308, 1e308, inf, nan)


@pytest.mark.parametrize("name", BOUNDS)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_has_its_bounds(name: str, number: float) -> None:
    low, high, _ = BOUNDS[name]
    bounds = re.escape(f"{name} must be in {low}..{high}")
    with pytest.raises(MusicRNNError, match=f"{bounds}.*, got {re.escape(str(number))}$"):
        Controls(**{name: number})
    for fits in (low, high):
        assert Controls(**{name: fits}).given() == {name.replace("_", " "): f"{fits:g}"}


@pytest.mark.parametrize(
    ("wished", "message"),
    [
        ({"key": (12, False)}, "a key's tonic must be in 0..11, from C to B, got 12"),
        ({"key": (-1, True)}, "got -1"),
        ({"time_signature": (4, 5)}, "a time signature is 1..255 over a power of two.*, got 4/5"),
        ({"time_signature": (0, 4)}, "got 0/4"),
        ({"time_signature": (3, 0)}, "got 3/0"),
        ({"chords": ((0, "maj"), (0, "13"))}, "a chord is a root in 0..11.*, got root 0 and '13'"),
        ({"chords": ((12, "maj"),)}, "got root 12 and 'maj'"),
        ({"chords": ((-1, "maj"),)}, "got root -1 and 'maj'"),
        ({"chords": ((0, "maj"),), "basses": (12,)}, r"a bass must be in 0..11, .* got 12"),
        ({"chords": ((0, "maj"),), "basses": (1, 2)}, "as many or none, got 2 for 1 chord"),
    ],
)
def test_what_there_is_not(wished: dict, message: str) -> None:
    with pytest.raises(MusicRNNError, match=message):
        Controls(**wished)


def test_wishes_are_said_as_musicians_say_them() -> None:
    everything = Controls(
        bars=8,
        seconds=2.5,
        tempo=97.0,
        key=(6, True),
        time_signature=(6, 8),
        chords=((0, "maj"), (10, "maj7"), (6, "min7"), (-1, "none")),
        density=2,
        basses=(4, None, None, None),
        parts=("melody", "Piano"),
        feel="hiphop",
        fill_every=4,
        symbols=True,
        label="kick",
    )
    said = everything.given()
    assert said == {
        "bars": "8",
        "seconds": "2.5",
        "tempo": "97",
        "density": "2",
        "key": "F# minor",
        "time signature": "6/8",
        "chords": "C/E Bbmaj7 F#m7 N.C.",
        "parts": "melody, Piano",
        "feel": "hiphop",
        "label": "kick",
        "fill every": "4",
        "chord symbols": "yes",
    }
    named = {name.replace(" ", "_") for name in said}
    assert {field.name for field in fields(Controls)} - named == {"form", "basses", "symbols"}
    assert Controls().given() == {}
    for quality in CHORD_QUALITIES:
        assert Controls(chords=((5, quality),)).given()["chords"].startswith("F")


@pytest.mark.parametrize("tempo", BOUNDS["tempo"][:2])
def test_files_of_notes_hold_every_tempo_that_can_be_wished(tempo: float) -> None:
    track = Track((Note(0, 60, 480, 80),))
    score = make_score(480, [track], tempos=[Tempo.from_bpm(0, tempo)])
    for read in (score_from_midi(midi_bytes(score)), parse_abc(write_abc(score), strict=True)):
        assert read.tempos[0].bpm == pytest.approx(tempo, rel=1e-6)
