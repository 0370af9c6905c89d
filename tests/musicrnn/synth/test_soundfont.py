"""SoundFont files: good, foreign, damaged."""

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.score import Note, Track, make_score
from musicrnn.synth.render import render
from musicrnn.synth.soundfont import read_soundfont
from musicrnn.synth.soundfonts import default_soundfont

SCORE = make_score(
    480, [Track((Note(0, 60, 100, 100),)), Track((Note(0, 38, 100, 100),), is_drum=True)]
)


@pytest.fixture(scope="module")
def content():
    return default_soundfont().read_bytes()


def test_default_has_every_program_and_a_drum_kit():
    font = read_soundfont(default_soundfont())
    assert all((0, program) in font.presets for program in range(128))
    assert (128, 0) in font.presets
    for key in range(21, 109):
        assert any(region.keys[0] <= key <= region.keys[1] for region in font.regions(0))


def test_a_missing_program_is_played_by_another():
    font = read_soundfont(default_soundfont())
    del font.presets[0, 40]
    assert font.regions(40)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (b"", "not a SoundFont"),
        (b"MThd" + bytes(100), "not a SoundFont"),
        (b"RIFF\x00\x00\x00\x00WAVE" + bytes(100), "not a SoundFont"),
        (b"RIFF\x00\x00\x00\x00sfbk", "damaged"),
        (b"RIFF\x00\x00\x00\x00sfbkLIST\xff\xff\xff\xffpdtaphdr\x02\x00\x00\x00zz", "damaged"),
    ],
)
def test_foreign_files(tmp_path, bad, words):
    path = tmp_path / "bad.sf2"
    path.write_bytes(bad)
    with pytest.raises(MusicRNNError, match=words):
        render(SCORE, soundfont=path)


def test_a_folder_is_no_soundfont(tmp_path):
    with pytest.raises(MusicRNNError, match="cannot read the SoundFont"):
        render(SCORE, soundfont=tmp_path)


def test_damaged_files_are_refused_or_played(tmp_path, content):
    """A seeded fuzzer over the tables, which lie behind the recordings."""
    random = np.random.default_rng(7)
    tables = content.index(b"pdta")
    path = tmp_path / "damaged.sf2"
    outcomes = {"played": 0, "refused": 0}
    for trial in range(60):
        damaged = bytearray(content)
        if trial % 6 == 5:
            del damaged[int(random.integers(12, len(damaged))) :]
        else:
            for at in random.integers(tables, len(damaged), 2 ** (2 + trial % 10)):
                damaged[at] = random.integers(256)
        path.write_bytes(damaged)
        try:
            sound = render(SCORE, rate=8_000, soundfont=path)
        except MusicRNNError:
            outcomes["refused"] += 1
        else:
            assert np.isfinite(sound.samples).all()
            outcomes["played"] += 1
    assert min(outcomes.values()) > 5, outcomes
