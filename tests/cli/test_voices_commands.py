"""harmonize, vary, compose, train and evaluate with a voices model, from the command line."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from musicrnn.checkpoint import read_metadata
from musicrnn.io.midi import read_midi, write_midi
from musicrnn.sampling import gibbs
from musicrnn.score import Note, Track, make_score
from musicrnn_cli import voices_files
from musicrnn_cli.main import main
from tests.musicrnn.four_voices import GRID, NAMES, random_score, untrained_voices


def run(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, [*map(str, words)])
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return result.output


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few passes: what the commands do does not depend on how good the music is."""
    small = {"passes": 2, "sweeps": 1, "parts": 2, "repairs": 2, "candidates": 2}

    whole = gibbs.GibbsSettings.__init__

    def init(self: gibbs.GibbsSettings, **given: object) -> None:
        whole(self, **{**small, **given})

    monkeypatch.setattr(gibbs.GibbsSettings, "__init__", init)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    untrained_voices().save(tmp_path / "mine.safetensors")
    return tmp_path / "mine.safetensors"


@pytest.fixture
def four(tmp_path: Path) -> Path:
    write_midi(random_score(0), tmp_path / "four.mid")
    return tmp_path / "four.mid"


def test_a_melody_gets_three_voices(model: Path, four: Path, tmp_path: Path) -> None:
    out, again = tmp_path / "out.mid", tmp_path / "again.mid"
    said = run("harmonize", four, "-o", out, "--model", model, "--seed", 3)
    assert "3 other tracks are left out (kept soprano: Soprano)" in said
    run("harmonize", four, "-o", again, "-o", tmp_path / "out.svg", "--model", model, "--seed", 3)
    assert out.read_bytes() == again.read_bytes()
    assert (tmp_path / "out.svg").stat().st_size > 1000
    found, given = read_midi(out), read_midi(four)
    assert [track.name.lower() for track in found.tracks] == list(NAMES)
    assert found.tracks[0] == given.tracks[0]
    assert (found.tempos, found.time_signatures) == (given.tempos, given.time_signatures)


def test_voices_that_are_kept_and_tracks_that_are_named(model, four, tmp_path) -> None:
    out = tmp_path / "out.mid"
    words = ("harmonize", four, "-o", out, "--model", model, "--json")
    record = json.loads(run(*words, "--keep", "bass, soprano", "--seed", 1).splitlines()[-1])
    assert record["kept"] == ["soprano", "bass"]
    assert record["seed"] == 1
    assert record["files"] == [str(out)]
    given, found = read_midi(four), read_midi(out)
    assert (found.tracks[0], found.tracks[3]) == (given.tracks[0], given.tracks[3])
    assert found.tracks[1] != given.tracks[1]
    run(*words, "--track", "Tenor", "--keep", "bass")
    assert read_midi(out).tracks[3] == given.tracks[2]
    assert "one voice kept" in run(*words, "--track", 1, "--keep", "soprano,alto", code=2)
    assert "got 'tuba'" in run(*words, "--keep", "tuba", code=1)
    assert "some must be, not all" in run(*words, "--keep", ",".join(NAMES), code=1)


def test_bars_are_varied(model: Path, four: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mid"
    words = ("vary", four, "-o", out, "--model", model, "--seed", 2)
    run(*words, "--bars", "2-3", "--voices", "alto")
    given, found = read_midi(four), read_midi(out)
    assert [a == b for a, b in zip(given.tracks, found.tracks, strict=True)] == [
        True, False, True, True,
    ]  # fmt: skip
    record = json.loads(run(*words, "--bars", "1", "--json"))
    assert (record["bars"], record["voices"]) == ([1, 1], list(NAMES))
    assert "bars read like 5-8" in run(*words, "--bars", "five", code=2)
    assert "bars must be in 1..4, got 5 to 8" in run(*words, "--bars", "5-8", code=1)


def test_what_cannot_be_read_or_written(model: Path, four: Path, tmp_path: Path) -> None:
    empty, chords = tmp_path / "empty.mid", tmp_path / "chords.mid"
    write_midi(make_score(480, []), empty)
    piano = Track(tuple(Note(480 * i, p, 480, 80) for i in range(4) for p in (60, 64, 67)))
    write_midi(make_score(480, [piano]), chords)
    words = ("--model", model, "-o", tmp_path / "out.mid")
    assert "the file has no notes: " in run("harmonize", empty, *words, code=1)
    assert "several notes at once in bar 1" in run("harmonize", chords, *words, code=1)
    assert "cannot be told" in run("vary", chords, *words, "--bars", 1, code=1)
    assert "cannot read" in run("harmonize", tmp_path / "none.mid", *words, code=1)
    same = ("harmonize", four, "--model", model, "-o", four)
    assert "is the piece that is read" in run(*same, code=1)
    assert "suffix must be" in run(*same[:-1], tmp_path / "out.doc", code=1)
    pop = run("harmonize", four, "--model", "pop", *words[2:], code=1)
    assert "only a model of voices can" in pop


def test_off_the_grid_and_out_of_range_are_said(model: Path, tmp_path: Path) -> None:
    low = Track((Note(7, 40, 480, 80), Note(500, 45, 480, 80)))
    write_midi(make_score(480, [low]), tmp_path / "low.mid")
    said = run("harmonize", tmp_path / "low.mid", "-o", tmp_path / "o.mid", "--model", model)
    assert "soprano not on the grid of sixteenths" in said
    assert "read 20 semitones higher, and the new voices moved back" in said
    assert read_midi(tmp_path / "o.mid").tracks[0].notes == low.notes


def test_the_top_line_of_a_melody_with_chords(model: Path, tmp_path: Path) -> None:
    piano = Track((Note(0, 60, 480, 80), Note(2, 64, 478, 70), Note(480, 67, 960, 60),
                   Note(960, 62, 480, 80), Note(1200, 71, 480, 90)))  # fmt: skip
    write_midi(make_score(480, [piano]), tmp_path / "chords.mid")
    words = ("harmonize", tmp_path / "chords.mid", "-o", tmp_path / "o.mid", "--model", model)
    assert "its top line alone is taken with --top-line" in run(*words, code=1)
    said = run(*words, "--top-line")
    assert "2 notes below the top line left out" in said
    top = read_midi(tmp_path / "o.mid").tracks[0].notes
    assert top == (Note(2, 64, 478, 70), Note(480, 67, 720, 60), Note(1200, 71, 480, 90))


def test_a_file_that_cannot_be_read_is_refused_before_a_network_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.mid").write_bytes(b"no MIDI")
    words = (tmp_path / "bad.mid", "-o", tmp_path / "o.mid", "--model", tmp_path / "none")
    monkeypatch.setattr(voices_files, "load_model", lambda name: pytest.fail("a model was loaded"))
    assert "cannot read" in run("harmonize", *words, code=1)
    assert "cannot read" in run("vary", *words, "--bars", 1, code=1)


def test_what_takes_long_says_how_long(
    four: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 10_000, 3))
    monkeypatch.setattr(voices_files.time, "monotonic", lambda: float(next(clock)))
    for name in ("chorale", model):
        said = run("harmonize", four, "-o", tmp_path / "o.mid", "--model", name)
        (line,) = [line for line in said.splitlines() if " left" in line and "%" in line]
        assert re.fullmatch(r"\d+% harmonized, about \d+ seconds? left", line)


def test_compose_with_voices(model: Path, tmp_path: Path) -> None:
    words = ("compose", "--model", model, "--bars", 2, "-o", tmp_path / "c.mid", "--seed", 5)
    lines = run(*words, "--count", 2, "--tempo", 66, "--json").splitlines()
    records = [json.loads(line) for line in lines]
    assert [record["seed"] for record in records] == [5, 6]
    first = records[0]
    assert {"style", "key", "notes", "tokens", "seconds", "sampling_seconds"} <= set(first)
    assert (first["bars"], first["tempo"], first["time_signature"]) == (2, 66.0, "4/4")
    content = (tmp_path / "c-002.mid").read_bytes()
    run(*words[:-1], 6, "--tempo", 66)
    assert (tmp_path / "c.mid").read_bytes() == content
    for option, message in {
        ("--chords", "C"): "not by chords",
        ("--density", "2"): "not by density",
        ("--time-signature", "3/4"): "composed in 4/4, got 3/4",
        ("--repetition-penalty", "1.2"): "no repetition penalty",
        ("--device", "cuda"): "drawn on the CPU, got device 'cuda'",
        ("--primer", str(tmp_path / "c.mid")): "go on from no primer",
    }.items():
        assert message in run(*words, *option, code=1)


def test_train_and_evaluate_a_folder_of_chorales(tmp_path: Path) -> None:
    folder, made = tmp_path / "chorales", tmp_path / "made.safetensors"
    folder.mkdir()
    for seed in range(100, 130):
        write_midi(random_score(seed, bars=2, named=seed % 2 == 0), folder / f"{seed}.mid")
    write_midi(make_score(480, random_score(1).tracks[:3]), folder / "three.mid")
    words = ("train", "compose", folder, "--tokens", "voices", "-o", made, "--device", "cpu")
    small = [f"--set={s}" for s in ("hidden=8", "embedding=8", "rows=2", "length=16", "updates=3")]
    said = run(*words, *small)
    assert (
        "left out three.mid: soprano, alto, tenor, bass cannot be told among the 3 tracks" in said
    )
    assert "bigram soprano" in said
    metadata = read_metadata(made)
    assert (metadata["task"], metadata["tokenizer"]["name"]) == ("voices", "voices")
    assert sum(metadata["data"]["pieces"].values()) + metadata["data"]["refused"] == 31
    assert "embedding  8" in run("inspect", made)
    assert "--mix says nothing" in run(*words, "--mix", "1", "--overwrite", code=1)
    said = run("evaluate", made, folder, "--split", "train")
    assert "model, all cells at once" in said
    found = json.loads(run("evaluate", made, folder, "--split", "train", "--json").splitlines()[-1])
    assert set(found["nats_per_cell"]) == {"in_turn", "at_once", "bigram", "unigram"}
    assert np.isfinite(found["nats_per_note"]["in_turn"]["alto"])
    generated = tmp_path / "generated"
    generated.mkdir()
    run("compose", "--model", made, "--bars", 1, "-o", generated / "a.mid", "--count", 2)
    said = run("evaluate", generated, folder, "--split", "valid")
    assert "parallel fifths" in said
    assert "voice leading of 2 generated" in said


def test_the_ranges_of_the_model_are_kept(model: Path, four: Path, tmp_path: Path) -> None:
    run("harmonize", four, "-o", tmp_path / "o.mid", "--model", model)
    for track, (low, high) in zip(read_midi(tmp_path / "o.mid").tracks, GRID.ranges, strict=True):
        assert all(low <= note.pitch <= high for note in track.notes)


def test_the_bundled_style(four: Path, tmp_path: Path) -> None:
    out = tmp_path / "c.mid"
    record = json.loads(
        run("compose", "--style", "chorale", "--bars", 2, "--seed", 1, "-o", out, "--json")
    )
    assert (record["style"], record["bars"]) == ("chorale", 2)
    run("harmonize", out, "-o", tmp_path / "h.mid", "-o", tmp_path / "h.abc", "--seed", 1)
    assert read_midi(tmp_path / "h.mid").tracks[0] == read_midi(out).tracks[0]
    assert "task  compose" in run("inspect", "chorale")
