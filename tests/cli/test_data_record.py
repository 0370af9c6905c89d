"""musicrnn data record, with a microphone that plays what is prepared."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from numpy.typing import NDArray

from musicrnn.io.audio import read_audio
from musicrnn.listening import microphone
from musicrnn.sources.word_folder import word_files
from musicrnn_cli.main import main

RATE = 16_000


def sound(frequency: float, loudness: float = 0.3) -> NDArray[np.float32]:
    """3 s: a room, and half a second of a tone from 0.9 s on."""
    time = np.arange(3 * RATE) / RATE
    noise = np.random.default_rng(round(frequency)).normal(0, 1e-3, len(time))
    tone = np.sin(2 * np.pi * frequency * time) * ((time > 0.9) & (time < 1.4))
    return np.clip(noise + loudness * tone, -1, 1).astype(np.float32)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[NDArray[np.float32]]:
    """What the microphone gives from one opening to the next."""
    prepared: list[NDArray[np.float32]] = []

    def blocks(rate: int, block: int) -> Iterator[NDArray[np.float32]]:
        assert rate == RATE
        whole = prepared.pop(0)
        for start in range(0, len(whole), block):
            yield whole[start : start + block]

    monkeypatch.setattr(microphone, "microphone_blocks", blocks)
    return prepared


def record(*words: object) -> Result:
    return CliRunner().invoke(main, ["data", "record", *map(str, words)])


def test_takes_are_written_and_never_overwritten(heard: list, tmp_path: Path) -> None:
    heard += [sound(200 + 10 * n) for n in range(8)]
    said = record("yes", "turn on", "-o", tmp_path, "--speaker", "anna", "--takes", 2)
    assert said.exit_code == 0, said.output
    names = ["yes/anna_001.wav", "yes/anna_002.wav", "turn on/anna_001.wav", "turn on/anna_002.wav"]
    assert said.stdout.splitlines() == [str(tmp_path / name) for name in names]
    assert "2/2  turn on" in said.stderr
    before = (tmp_path / names[0]).read_bytes()
    take = read_audio(tmp_path / names[0])
    assert (take.rate, take.samples.shape) == (RATE, (1, RATE))
    loud = np.flatnonzero(np.abs(take.samples[0]) > 0.1)
    assert abs((loud[0] + loud[-1]) / 2 - RATE / 2) < RATE / 50
    again = record("yes", "turn on", "-o", tmp_path, "--speaker", "anna", "--takes", 2)
    assert again.exit_code == 0, again.output
    assert (tmp_path / names[0]).read_bytes() == before
    assert len(list(tmp_path.glob("*/anna_00[1234].wav"))) == 8


def test_refused_takes_are_asked_for_again(heard: list, tmp_path: Path) -> None:
    heard += [sound(200, 0.0), sound(200, 3.0), sound(200)]
    said = record("yes", "-o", tmp_path, "--speaker", "anna", "--takes", 1)
    assert said.exit_code == 0, said.output
    assert "Again, no word was heard" in said.stderr
    assert "Again, it is clipped" in said.stderr
    assert [path.name for path in tmp_path.glob("*/*")] == ["anna_001.wav"]


def test_a_microphone_that_is_muted_ends_it(heard: list, tmp_path: Path) -> None:
    heard += [np.zeros(3 * RATE, np.float32)] * 5
    said = record("yes", "-o", tmp_path, "--speaker", "anna")
    assert said.exit_code == 1
    assert "5 takes of 'yes' in a row were refused" in said.stderr
    assert "off or muted" in said.stderr


def test_bad_names_are_refused_before_anyone_speaks(heard: list, tmp_path: Path) -> None:
    said = record("yes", "a/b", "-o", tmp_path, "--speaker", "anna")
    assert said.exit_code == 1
    assert "name a folder" in said.stderr
    assert record("yes", "-o", tmp_path, "--speaker", "an na").exit_code == 1
    assert record("yes", "-o", tmp_path).exit_code == 2


def test_what_is_recorded_is_split_by_speaker(heard: list, tmp_path: Path) -> None:
    for number, speaker in enumerate(("anna", "bob", "carl")):
        heard += [sound(200 + 40 * number + 10 * take) for take in range(4)]
        said = record("yes", "no", "-o", tmp_path, "--speaker", speaker, "--takes", 2)
        assert said.exit_code == 0, said.output
    found = word_files(tmp_path)
    assert found.split.startswith("by speaker: 1 speaker to test, 1 speaker to validate, 1 speaker")
    assert {clip.speaker for clip in found.clips} == {"anna", "bob", "carl"}
    assert len(found.clips) == 12
