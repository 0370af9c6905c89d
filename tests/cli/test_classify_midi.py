"""A folder a label of MIDI files: learned from, told apart, and no sound taken for a score."""

import json

import numpy as np
import pretty_midi
import pytest
from click.testing import CliRunner

from musicrnn_cli.main import main


def run(*words):
    return CliRunner().invoke(main, [*map(str, words)])


def piece(path, number, low):
    """A line of quarters or of sixteenths, low or high."""
    random = np.random.default_rng([number, low])
    midi = pretty_midi.PrettyMIDI(initial_tempo=120)
    piano = pretty_midi.Instrument(0)
    length = 0.5 if low else 0.125
    for index in range(40):
        pitch = int(random.integers(36, 50)) if low else int(random.integers(70, 84))
        start = index * length
        piano.notes.append(pretty_midi.Note(80, pitch, start, start + length))
    midi.instruments.append(piano)
    path.parent.mkdir(parents=True, exist_ok=True)
    midi.write(str(path))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("scores")
    for number in range(10):
        piece(root / "bass" / f"{number}.mid", number, True)
        piece(root / "flute" / f"{number}.mid", number, False)
    (root / "bass" / "broken.mid").write_bytes(b"MThd, or so")
    (root / "flute" / "song.wav").write_bytes(b"RIFF")
    cut = root / "bass" / "0.mid"
    cut.write_bytes(cut.read_bytes()[:-1])
    return root


def test_scores_are_learned_and_told(folder, tmp_path):
    path = tmp_path / "m.safetensors"
    settings = ("hidden=16", "batch=8", "updates=40", "warm_up=5", "learning_rate=0.01")
    words = [word for setting in settings for word in ("--set", setting)]
    trained = run("train", "classify", folder, "-o", path, "--seed", 1, *words)
    assert trained.exit_code == 0, trained.output
    assert "left out bass/broken.mid" in trained.stderr
    assert "left out flute/song.wav: this model is of scores alone" in trained.stderr
    assert "bass/0.mid: it is cut off: track 2 says" in trained.stderr
    told = run("classify", folder / "bass" / "0.mid", "--model", path)
    assert f"{folder / 'bass' / '0.mid'}: it is cut off: track 2 says" in told.stderr
    for label, low in (("bass", True), ("flute", False)):
        new = tmp_path / f"new-{label}.mid"
        piece(new, 99, low)
        told = run("classify", new, "--model", path, "--json")
        assert json.loads(told.stdout)["label"] == label
    timeline = run("classify", new, "--model", path, "--timeline")
    assert "token 0 - token" in timeline.stdout
    wrong = run("classify", folder / "flute" / "song.wav", "--model", path)
    assert wrong.exit_code == 1
    assert "Traceback" not in wrong.output
