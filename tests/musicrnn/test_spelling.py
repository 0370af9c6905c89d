"""One spelling of a key, in its name, in ABC and in MIDI; roots of chords by the key."""

import io

import mido
import pytest

from musicrnn.io.abc import write_abc
from musicrnn.io.midi import midi_bytes
from musicrnn.score import PITCH_CLASSES, Key, Note, Track, make_score
from musicrnn.spelling import fifths_of_key, key_name, root_name


@pytest.mark.parametrize("minor", [False, True])
@pytest.mark.parametrize("tonic", range(12))
def test_a_key_is_spelled_alike_everywhere(tonic: int, minor: bool) -> None:
    score = make_score(480, [Track((Note(0, 60, 480, 80),))], keys=[Key(0, tonic, minor)])
    name = key_name(tonic, minor)
    assert f"\nK:{name}\n" in write_abc(score)
    messages = mido.MidiFile(file=io.BytesIO(midi_bytes(score))).tracks[0]
    assert [m.key for m in messages if m.type == "key_signature"] == [name]
    assert Key(0, tonic, minor).name == f"{name.rstrip('m')} {'minor' if minor else 'major'}"
    assert -6 <= fifths_of_key(tonic, minor) <= 6


def test_roots_are_those_of_the_keys_scale() -> None:
    assert [root_name(root, 0, False) for root in range(12)] == list(PITCH_CLASSES)
    assert [root_name(root, -6, True) for root in (3, 6, 8, 11)] == ["Eb", "Gb", "Ab", "Cb"]
    assert [root_name(root, 6, False) for root in (6, 11, 1, 5)] == ["F#", "B", "C#", "E#"]
