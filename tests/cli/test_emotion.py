"""Valence and arousal from the command line and from Python, on a small corpus made up."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import musicrnn as mr
from musicrnn_cli.main import main
from tests.properties.small_data import write_rated

WORDS = ("--set", "hidden=4", "--set", "updates=3", "--set", "crop=4", "--device", "cpu")


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [*map(str, words)])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of corpora, and a model that learnt from the one in it."""
    root = tmp_path_factory.mktemp("rated")
    corpus = write_rated(root)
    trained = run("train", "classify", corpus, "--data", root, "-o", root / "m.safetensors", *WORDS)
    assert trained.exit_code == 0, trained.output
    assert "valence and arousal of pieces; train 8 rated pieces, valid 8" in trained.stderr
    assert "commonest label" in trained.stderr
    return root


def test_it_is_measured(home: Path) -> None:
    words = ("evaluate", home / "m.safetensors", "vgmidi", "--data", home)
    found = json.loads(run(*words, "--json").stdout)
    assert (found["n"], found["groups"]) == (8, 2)
    for axis in ("valence", "arousal"):
        assert set(found[axis]) == {"n", "accuracy", "interval", "majority", "nats", "baselines"}
        assert set(found[axis]["baselines"]) == {"commonest label", "logistic regression"}
    text = run(*words).stdout
    assert "balanced accuracy" in text
    assert "bootstrap over 2 groups" in text


def test_it_tells_midi_and_abc(home: Path, tmp_path: Path) -> None:
    path = sorted((home / "vgmidi" / "labelled" / "midi").glob("*.mid"))[0]
    found = json.loads(run("classify", path, "--model", home / "m.safetensors", "--json").stdout)
    assert set(found["probabilities"]) == {"excited", "tense", "calm", "sad"}
    assert sum(found["probabilities"].values()) == pytest.approx(1)
    assert found["label"] == next(iter(found["probabilities"]))
    high = found["probabilities"]["excited"] + found["probabilities"]["calm"]
    assert high == pytest.approx(found["axes"]["valence"])
    shown = run("classify", path, "--model", home / "m.safetensors", "--timeline").stdout
    assert "valence is positive" in shown
    assert "bar 1 - bar 2" in shown
    tune = tmp_path / "tune.abc"
    mr.read(path).save(tune)
    assert run("classify", tune, "--model", home / "m.safetensors").exit_code == 0
    broken = run("classify", __file__, "--model", home / "m.safetensors")
    assert broken.exit_code == 1
    assert "Traceback" not in broken.output
    answer = mr.load(home / "m.safetensors").classify(path)
    assert answer.axes == pytest.approx(found["axes"])


def test_other_classifiers_have_no_axes() -> None:
    from musicrnn.listening.answer import Answer
    from musicrnn_cli.classify import _object

    plain = Answer("a", 1.0, {"a": 1.0}, True, (), "seconds")
    assert set(_object("f.wav", plain, False)) == {
        "file", "label", "probability", "probabilities", "likely",
    }  # fmt: skip


def test_a_folder_has_no_ratings(home: Path) -> None:
    folder = home / "vgmidi" / "labelled" / "midi"
    told = run("evaluate", home / "m.safetensors", folder)
    assert told.exit_code == 1
    assert "no piece is rated for valence or arousal" in told.stderr
