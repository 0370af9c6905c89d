"""musicrnn train compose: a folder becomes a model; interrupted, resumed, composed with."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from musicrnn.checkpoint import Checkpoint, read_metadata
from musicrnn.io.midi import read_midi, write_midi
from musicrnn.score import Note, Track, make_score
from musicrnn_cli.main import main

SMALL = [
    "--set", "hidden=16", "--set", "embedding=8", "--set", "rows=4", "--set", "length=32",
    "--set", "validate_every=5", "--device", "cpu",
]  # fmt: skip


def run(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, [*map(str, words)])
    assert result.exit_code == code, result.output
    return result.output


def piece(seed: int) -> Track:
    random = np.random.default_rng(seed)
    pitches = 60 + random.integers(0, 12, 64)
    return Track(tuple(Note(240 * i, int(p), 240, 80) for i, p in enumerate(pitches)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve pieces, two of them in folders of folders, and four files that are none."""
    home = tmp_path / "midi"
    (home / "a" / "b").mkdir(parents=True)
    for seed in range(12):
        parent = home / "a" / "b" if seed < 2 else home
        write_midi(make_score(480, [piece(seed)]), parent / f"{seed}.mid")
    (home / "broken.mid").write_bytes(b"MThd\0\0")
    (home / "empty.mid").write_bytes(b"")
    write_midi(make_score(480, []), home / "silent.mid")
    shutil.copy(home / "5.mid", home / "copy.mid")
    return home


def test_every_file_that_is_left_out_is_named_with_its_reason(folder: Path, tmp_path: Path) -> None:
    model = tmp_path / "m.safetensors"
    said = run("train", "compose", folder, "-o", model, *SMALL, "--set", "updates=10")
    for name in ("broken.mid", "empty.mid", "silent.mid", "copy.mid"):
        assert f"left out {name}: " in said
    assert "4 files left out" in said
    assert "unigram" in said
    assert "bigram" in said
    metadata = read_metadata(model)
    assert metadata["data"]["pieces"]["train"] + metadata["data"]["pieces"]["valid"] >= 10
    assert metadata["data"]["baselines"]["bigram"] > 0
    assert "validation_nats_per_token" in metadata["metrics"]
    run("compose", "--model", model, "--bars", 2, "--seed", 1, "-o", tmp_path / "t.mid")
    assert read_midi(tmp_path / "t.mid").note_count > 0
    assert "nats" in run("evaluate", model, folder, "--split", "valid")
    assert "beat" in run("inspect", model)


def test_a_split_file_and_folders_say_what_is_held_out(folder: Path, tmp_path: Path) -> None:
    names = [f"{seed}.mid" for seed in range(2, 12)]
    rows = "".join(f"{name},{'valid' if name == '7.mid' else 'train'}\n" for name in names)
    (tmp_path / "split.csv").write_text("file,split\n" + rows)
    words = ("train", "compose", folder, *SMALL, "--set", "updates=2")
    said = run(*words, "-o", tmp_path / "a.safetensors", "--split", tmp_path / "split.csv")
    assert "train 9 pieces, valid 1 piece, test 0 pieces" in said
    assert "left out a/b/0.mid: the split file does not list it" in said
    for split, part in (("train", names[:8]), ("validation", names[8:])):
        (folder / split).mkdir()
        for name in part:
            (folder / name).rename(folder / split / name)
    said = run(*words, "-o", tmp_path / "b.safetensors")
    assert "train 8 pieces, valid 2 pieces, test 0 pieces" in said
    assert "left out a/b/0.mid: it lies in none of the folders train, valid and test" in said


def test_what_follows_from_the_data_is_said(folder: Path, tmp_path: Path) -> None:
    model = tmp_path / "m.safetensors"
    said = run("train", "compose", folder, "-o", model, *SMALL, "--minutes", "0.002")
    assert "0.002 min: cell lstm, hidden 16, embedding 8, layers 1" in said


def test_nothing_usable_is_an_error(tmp_path: Path) -> None:
    home = tmp_path / "midi"
    home.mkdir()
    (home / "broken.mid").write_bytes(b"MThd\0\0")
    said = run("train", "compose", home, "-o", tmp_path / "m.safetensors", *SMALL, code=1)
    assert "note" in said or "usable" in said
    assert not (tmp_path / "m.safetensors").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--set", "hiden=3"), "did you mean hidden"),
        (("--set", "hidden"), "name=value"),
        (("--set", "hidden=big"), "hidden must be int, got 'big'"),
        (("--cell", "lstn"), "cell must be one of"),
        (("--mix", "1,2"), "a mix is one positive number for each of 1 source, got"),
        (("--mix", "nan"), "a mix is one positive number for each of 1 source, got"),
        (("--mix", "a,b"), "--mix must be numbers with commas between, got 'a,b'"),
        (
            ("--device", "foo"),
            "one of several such as cuda:1, got 'foo'",
        ),
        (("--set", "precision=foo"), "Precision 'foo' is invalid"),
        (("--set", "minutes=abc"), "minutes must be a number, got 'abc'"),
        (("--minutes", "0"), "minutes must be more than 0"),
        (("--resume",), "no run to resume"),
    ],
)
def test_wrong_words_get_one_sentence(folder: Path, tmp_path: Path, words, message) -> None:
    output = tmp_path / "m.safetensors"
    said = run("train", "compose", folder, "-o", output, *SMALL, *words, code=1)
    assert message in said
    assert "Traceback" not in said


def test_where_a_model_cannot_be_written_is_said_before_anything_is_read(folder: Path) -> None:
    said = run("train", "compose", folder, "-o", folder / "x" / "m.safetensors", *SMALL, code=1)
    assert "there is no folder" in said
    assert "left out" not in said
    run("train", "compose", folder, "-o", folder / "m.safetensors", "--seed", -1, code=2)


def test_a_finished_model_is_replaced_only_when_asked_for(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "m.safetensors"
    words = ("train", "compose", folder, "-o", output, *SMALL, "--set", "updates=2")
    run(*words)
    made = output.read_bytes()
    said = run(*words, code=1)
    assert "m.safetensors exists already: name another file, go on with --resume, or" in said
    assert "pieces" not in said  # nothing was read
    assert output.read_bytes() == made
    run(*words, "--seed", 1, "--overwrite")
    assert output.read_bytes() != made


def test_the_log_has_a_line_a_validation_and_says_when_little_was_learnt(
    folder: Path, tmp_path: Path
) -> None:
    model = tmp_path / "m.safetensors"
    said = run("train", "compose", folder, "-o", model, *SMALL, "--set", "updates=10")
    lines = said.splitlines()
    assert sum(line.startswith("update ") and line.endswith("tokens/s") for line in lines) == 2
    assert "" not in lines
    assert "the model has learnt less than a bigram" in said


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent another way there")
def test_ctrl_c_then_resume_on_real_files(corpora: Path, tmp_path: Path) -> None:
    """Fifty real MIDI files: trained, interrupted, resumed, composed with."""
    home = tmp_path / "fifty"
    home.mkdir()
    for path in sorted((corpora / "nottingham" / "midi").glob("*.mid"))[:50]:
        shutil.copy(path, home)
    model = tmp_path / "m.safetensors"
    words = ["train", "compose", str(home), "-o", str(model), *SMALL, "--set", "updates=60"]
    log = tmp_path / "log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "musicrnn_cli.main", *words, "--set", "updates=100000"],
            stderr=file,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        deadline = time.monotonic() + 120
        while "best" not in log.read_text() and time.monotonic() < deadline:
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130, log.read_text()
    said = log.read_text()
    assert "interrupted after" in said
    assert str(model) in said
    assert "--resume" in said
    before = Checkpoint.load(model)
    done = int(said.split("interrupted after ")[1].split()[0])
    words[-1] = f"updates={done + 20}"
    assert f"finished after {done + 20} updates" in run(*words, "--resume")
    after = Checkpoint.load(model)
    assert before.arrays.keys() == after.arrays.keys()
    run("compose", "--model", model, "--bars", 4, "--seed", 1, "-o", tmp_path / "t.mid")
    assert read_midi(tmp_path / "t.mid").note_count > 0


def test_a_run_on_other_pieces_is_refused_in_a_line(folder: Path, tmp_path: Path) -> None:
    other, words = tmp_path / "other", ("-o", tmp_path / "m.safetensors", *SMALL)
    shutil.copytree(folder, other)
    (other / "7.mid").unlink()
    run("train", "compose", folder, *words, "--set", "updates=5")
    said = run("train", "compose", other, *words, "--set", "updates=9", "--resume", code=1)
    assert "m.safetensors.run cannot go on: " in said
    assert "the run was begun on other pieces: midi, this is other" in said
    assert max(map(len, said.splitlines())) < 300
