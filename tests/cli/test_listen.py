"""``musicrnn listen`` and ``classify`` on spoken words, with the bundled models."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from musicrnn.io.audio import read_audio, write_audio
from musicrnn.waveform import Waveform
from musicrnn_cli.main import main

WORDS = ("stop", "left", "seven")


@pytest.fixture
def cli():
    def run(*words, fails=0):
        result = CliRunner().invoke(main, list(words))
        assert result.exit_code == fails, result.output
        return result

    return run


@pytest.fixture
def takes(corpora):
    """Three words of a test speaker."""
    folder = corpora / "arabic-speech-commands"
    rows = (folder / "test.csv").read_text().splitlines()[1:]
    files = {}
    for row in rows:
        name, _, label = row.partition(",")
        if label in WORDS:
            files.setdefault(label, folder / name)
    return files


def test_words_in_a_room(cli, takes, tmp_path):
    """Each of three words fires once, with its label, within a second of its clip's end."""
    random = np.random.default_rng(0)
    room = 0.001 * random.standard_normal(16_000 * 9)
    for index, word in enumerate(WORDS):
        start = 16_000 + index * 40_000
        sound = read_audio(takes[word]).samples[0]
        room[start : start + len(sound)] += sound
    path = tmp_path / "room.wav"
    write_audio(Waveform(room[None].clip(-1, 1).astype(np.float32), 16_000), path)
    result = cli("listen", str(path), "--model", "commands", "--threshold", "0.7", "--json")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert [event["label"] for event in events] == list(WORDS)
    for index, event in enumerate(events):
        assert 0.2 < event["time"] - (1 + 2.5 * index) < 2.0
        assert 0.7 <= event["probability"] <= 1
    assert "real-time factor" in result.stderr


def test_a_word_in_a_file(cli, takes, tmp_path):
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF nothing")
    for model in ("commands", "commands-micro", "commands-full"):
        result = cli(
            "classify", str(takes["stop"]), str(broken), "--model", model, "--json", fails=1
        )
        good, bad = map(json.loads, result.stdout.splitlines())
        assert good["label"] == "stop"
        assert sum(good["probabilities"].values()) == pytest.approx(1, abs=1e-4)
        assert "not a readable audio file" in bad["error"]


def test_what_cannot_listen(cli, tmp_path):
    write_audio(Waveform(np.zeros((1, 4000), np.float32), 16_000), tmp_path / "a.wav")
    path = str(tmp_path / "a.wav")
    assert "cannot hear a stream" in cli("listen", path, "--model", "commands-full", fails=1).stderr
    assert "cannot listen" in cli("listen", path, "--model", "genre", fails=1).stderr
    assert cli("listen", path, "--threshold", "2", fails=2).stderr
    assert "no such file" in cli("listen", str(tmp_path / "none.wav"), fails=1).stderr
    assert cli("listen", path).stdout == ""


def test_the_microphone(cli, takes, monkeypatch):
    """Blocks until Ctrl-C, which is no error."""
    from musicrnn.listening import microphone

    def blocks(rate: int, block: int):
        word = read_audio(takes["stop"]).samples[0]
        sound = np.concatenate([np.zeros(8000), word, np.zeros(8000)])
        for start in range(0, len(sound), block):
            yield sound[start : start + block].astype(np.float32)
        raise KeyboardInterrupt

    monkeypatch.setattr(microphone, "microphone_blocks", blocks)
    result = cli("listen", "--threshold", "0.7")
    assert "stop" in result.stdout
    assert "Ctrl-C ends" in result.stderr
