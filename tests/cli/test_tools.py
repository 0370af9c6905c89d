"""musicrnn tokenize, inspect and data."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from musicrnn.io.midi import read_midi, write_midi
from musicrnn.pretrained import bundled_names, load_model
from musicrnn.score import Note, TimeSignature, Track, make_score
from musicrnn.training.task import task_of
from musicrnn_cli.main import main
from musicrnn_datasets.corpora import CORPORA

SCALE = (60, 62, 64, 65, 67, 69, 71)


def run(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, [*map(str, words)])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    notes = tuple(Note(480 * i, p, 480, 80) for i, p in enumerate(SCALE))
    path = tmp_path / "tune.mid"
    metre = [TimeSignature(0, 3, 4), TimeSignature(1440, 4, 4)]
    write_midi(make_score(480, [Track(notes)], time_signatures=metre), path)
    return path


def test_tokens_are_shown_as_words(tune: Path) -> None:
    words = run("tokenize", tune).split()
    assert words[:4] == ["key_C:maj", "density_1", "bar", "time_3/4"]
    assert words.count("bar") == 2
    assert [word for word in words if word.startswith("pitch")][:2] == ["pitch_60", "pitch_62"]


@pytest.mark.parametrize("tokens", ["beat", "performance", "abc"])
def test_the_round_trip_is_checked(tune: Path, tokens: str) -> None:
    said = run("tokenize", tune, "--check", "--tokens", tokens)
    assert "the round trip holds, 7 of 7 notes kept" in said
    counts = json.loads(run("tokenize", tune, "--check", "--json", "--tokens", tokens))
    assert list(counts) == ["file", "tokenizer", "round_trip", "tokens", "notes", "kept", "said"]
    assert (counts["notes"], counts["kept"]) == (7, 7)
    assert counts["tokens"] > 7
    record = json.loads(run("tokenize", tune, "--json", "--tokens", tokens))
    assert (record["tokenizer"], record["round_trip"]) == (tokens, True)


def test_notes_that_the_tokens_drop_are_counted(tmp_path: Path) -> None:
    melody = Track(tuple(Note(480 * i, 72, 480, 80) for i in range(4)))
    bass = Track((Note(0, 40, 1920, 80),), program=32)
    drums = Track((Note(0, 36, 10, 80),), is_drum=True)
    path = tmp_path / "band.mid"
    write_midi(make_score(480, [melody, bass, drums]), path)
    assert "4 of 6 notes kept" in run("tokenize", path, "--check", "--tokens", "abc")


@pytest.mark.parametrize("model", bundled_names())
def test_a_model_shows_its_tokens_or_says_what_it_does(tune: Path, model: str) -> None:
    checkpoint = load_model(model)
    if checkpoint.metadata["task"] == "compose":
        drums = model == "drums"  # has no token for the notes of a tune
        said = run("tokenize", tune, "--model", model, "--check", code=int(drums))
        assert ("which is all these tokens hold" if drums else "tokens, the round trip") in said
        return
    said = run("tokenize", tune, "--model", model, code=1)
    assert f"{model} reads no tokens: it {task_of(checkpoint).does}; give --tokens beat or" in said


def test_every_tune_of_a_file_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "two.abc"
    path.write_text("X:1\nK:C\nCDEF|\n\nX:2\nK:G\nGABc|\n", encoding="utf-8")
    lines = run("tokenize", path, "--check", "--tokens", "abc").splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{path}:1", f"{path}:2"]
    result = CliRunner().invoke(main, ["render", str(path), "-o", str(tmp_path / "two.mid")])
    assert result.exit_code == 0, result.output
    assert result.stderr == f"{path}: its first tune of 2 is taken\n"
    assert read_midi(tmp_path / "two.mid").tracks[0].notes[0].pitch == 60


def test_a_file_that_cannot_be_read_does_not_stop_the_others(tune: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mid"
    bad.write_bytes(b"nothing")
    said = run("tokenize", bad, tune, "--check", code=1)
    assert f"cannot read {bad}: not a MIDI file" in said
    assert said.count("bad.mid") == 1
    assert "tune.mid: " in said


def test_a_model_says_what_it_is(models, tmp_path: Path) -> None:
    assert "hidden  16" in run("inspect", models["beat"])
    assert json.loads(run("inspect", models["beat"], "--json"))["task"] == "compose"
    assert "there is no model" in run("inspect", "nonsense", code=1)
    (tmp_path / "m.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{}")
    assert "model file" in run("inspect", tmp_path / "m.safetensors", code=1)


def test_corpora_are_listed_with_their_terms(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv("MUSICRNN_DATA", raising=False)
    (tmp_path / "pop909").mkdir()
    said = run("data", "list", "--data", tmp_path)
    assert str(tmp_path / "pop909") in said
    assert "not on this computer" in said
    names = [json.loads(line)["name"] for line in run("data", "list", "--json").splitlines()]
    assert set(CORPORA) < set(names)


def test_a_folder_is_surveyed_and_prepared(tune: Path, tmp_path: Path) -> None:
    home = tune.parent
    (home / "bad.mid").write_bytes(b"nothing")
    said = run("data", "inspect", home)
    assert "1 piece, 7 notes" in said
    assert "refused bad.mid: " in said
    assert json.loads(run("data", "inspect", home, "--json"))["tokens"] == "beat"
    said = run("data", "prepare", home, "-o", tmp_path / "out")
    assert "1 piece in" in said
    assert "left out bad.mid" in said
    (written,) = (tmp_path / "out").glob("*/tune.mid")
    assert read_midi(written).note_count == 7
