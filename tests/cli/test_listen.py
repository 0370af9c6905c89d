"""``musicrnn listen`` and ``classify`` on spoken words, with the bundled models."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from musicrnn.checkpoint import Checkpoint
from musicrnn.io.audio import read_audio, write_audio
from musicrnn.listening import microphone
from musicrnn.pretrained import load_model
from musicrnn.waveform import Waveform
from musicrnn_cli.main import main

WORDS = ("stop", "left", "seven")
OLDER = str(Path(__file__).parents[1] / "golden/commands-micro-of-november.safetensors")


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


@pytest.fixture
def room(takes, tmp_path):
    """A file with the three words, 2.5 s from one to the next."""
    random = np.random.default_rng(0)
    room = 0.001 * random.standard_normal(16_000 * 9)
    for index, word in enumerate(WORDS):
        start = 16_000 + index * 40_000
        sound = read_audio(takes[word]).samples[0]
        room[start : start + len(sound)] += sound
    path = tmp_path / "room.wav"
    write_audio(Waveform(room[None].clip(-1, 1).astype(np.float32), 16_000), path)
    return str(path)


@pytest.fixture
def with_curve(tmp_path):
    """The bundled model with a curve and a language of its own."""
    checkpoint = load_model("commands")
    points = [
        {"threshold": 0.7, "false_accepts_an_hour": 20.0, "miss": 0.125},
        {"threshold": 0.95, "false_accepts_an_hour": 1.0, "miss": 0.5},
    ]
    metadata = {**checkpoint.metadata, "curve": {"hours": 1.0, "points": points}}
    metadata["language"] = "Arabic of Damascus"
    metadata.pop("format")
    path = tmp_path / "curve.safetensors"
    Checkpoint(checkpoint.arrays, metadata).save(path)
    return str(path)


def test_words_in_a_room(cli, room):
    """Each of three words fires once, with its label, within a second of its clip's end."""
    result = cli("listen", room, "--model", "commands", "--threshold", "0.7", "--json")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert [event["label"] for event in events] == list(WORDS)
    for index, event in enumerate(events):
        assert 0.2 < event["time"] - (1 + 2.5 * index) < 2.0
        assert 0.5 <= event["probability"] <= 1  # each word has a threshold of its own
    said = result.stderr.splitlines()
    assert "for 40 words in Arabic (labels in English): backward, cancel, close" in said[0]
    assert said[1].startswith("threshold 0.7: about ")
    assert "real-time factor" in said[2]
    assert len(said) == 3


def test_false_accepts_choose_the_threshold(cli, room, with_curve):
    def said(*options):
        return cli("listen", room, "--model", with_curve, *options).stderr.splitlines()

    assert "in Arabic of Damascus: " in said()[0]
    assert said()[1].startswith(
        "threshold 0.95: about 1 false accept an hour and 50 % of the words missed"
    )
    assert said("--false-accepts", "20")[1].startswith(
        "threshold 0.7: about 20 false accepts an hour and 12 % of the words missed"
    )
    assert "0.5 an hour was not reached" in said("--false-accepts", "0.5")[1]
    assert "about 10.50 false" in said("--threshold", "0.825")[1]
    both = ("--false-accepts", "1", "--threshold", "0.7")
    assert "give it or --threshold" in cli("listen", room, *both, fails=2).stderr
    assert cli("listen", room, "--false-accepts", "0", fails=2).stderr
    older = ("listen", room, "--model", OLDER)
    assert "has no curve" in cli(*older, "--false-accepts", "1", fails=1).stderr
    carried = cli(*older).stderr.splitlines()[1]
    assert carried.startswith("threshold 0.8022: about 4 false accepts an hour and 36 %")
    assert "language  Arabic of Damascus" in cli("inspect", with_curve).stdout


def test_a_wake_word(cli, room):
    """ "seven" comes five seconds after "stop", "left" before it wakes anything."""

    def heard(word):
        result = cli("listen", room, "--threshold", "0.7", "--json", "--wake", word)
        assert f"words count within 5 s after {word}" in result.stderr
        return [json.loads(line)["label"] for line in result.stdout.splitlines()], result.stderr

    assert heard("left")[0] == ["left", "seven"]
    assert heard("seven")[0] == ["seven"]
    none, said = heard("right")
    assert none == []
    assert "that counts: 3 words were heard, but not right, which wakes" in said


def test_nothing_heard(cli, tmp_path):
    def said(*samples, after=16_000):
        sound = np.array([*samples, *[0.0] * after], np.float32)
        write_audio(Waveform(sound[None], 16_000), tmp_path / "a.wav")
        return cli("listen", str(tmp_path / "a.wav")).stderr

    assert "nothing was heard in 1.0 s, every sample was 0: the file gave silence" in said()
    assert "the sound's peak was -66.2 dB: the file gave silence" in said(16 / 32768)
    assert "the sound's peak was -6.0 dB\n" in said(0.5)
    assert "\n1.0 s of sound, real-time factor" in said()[1:]
    assert "every sample was 0.3: the file gave silence" in said(*[0.3] * 16_000, after=0)
    offset = [0.3 + 16 / 32768 * (-1) ** n for n in range(16_000)]
    assert "peak was -66.2 dB: the file gave silence" in said(*offset, after=0)


def test_what_is_clipped_is_said(cli, tmp_path):
    for level, clipped in ((1.5, True), (0.9, False)):
        sound = level * np.sin(np.arange(16_000) / 9)
        write_audio(
            Waveform(sound[None].clip(-1, 1).astype(np.float32), 16_000), tmp_path / "a.wav"
        )
        said = cli("listen", str(tmp_path / "a.wav")).stderr
        assert ("the sound is clipped: 53" in said) == clipped


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
    for options, reason in (
        ((str(tmp_path / "none.wav"),), "no such file"),
        ((path, "--wake", "stp"), "no word 'stp' to wake it: did you mean stop"),
        ((path, "--wake", "_silence_"), "no word '_silence_'"),
    ):
        result = cli("listen", *options, fails=1)
        assert reason in result.stderr
        assert "listening for" not in result.stderr
    assert cli("listen", path).stdout == ""


def test_damaged_weights(cli, with_curve):
    """They are refused before anything is said, not at the first block."""
    checkpoint = load_model(with_curve)
    metadata = {name: value for name, value in checkpoint.metadata.items() if name != "format"}
    weight = np.full_like(checkpoint.arrays["output.weight"], 3e38)
    Checkpoint({**checkpoint.arrays, "output.weight": weight}, metadata).save(with_curve)
    result = cli("listen", "--model", with_curve, fails=1)
    assert "lead to no number: the model file is damaged" in result.stderr
    assert "listening for" not in result.stderr


def test_no_microphone(cli, monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    result = cli("listen", fails=1)
    assert result.stderr.count("\n") == 1
    assert "pip install sounddevice" in result.stderr


def test_a_microphone_that_is_muted(cli, monkeypatch):
    def blocks(rate: int, block: int):
        yield np.zeros(block, np.float32)
        raise KeyboardInterrupt

    monkeypatch.setattr(microphone, "microphone_blocks", blocks)
    result = cli("listen")
    assert "in 0.1 s, every sample was 0: the microphone gave silence" in result.stderr


def test_the_microphone(cli, takes, monkeypatch):
    """Blocks until Ctrl-C, which is no error."""

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
