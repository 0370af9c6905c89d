"""musicrnn compare: two cells on the real JSB set, Ctrl-C, the same command again; own scores."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from musicrnn.io.midi import write_midi
from musicrnn.score import Note, Track, make_score
from musicrnn_cli.main import main

QUICK = ["--cells", "lstm,elman", "--updates", "40", "--seeds", "2", "--set", "validate_every=20"]


def run(*words: object, code: int = 0) -> tuple[str, str]:
    """What is printed, and what is said on stderr."""
    result = CliRunner().invoke(main, ["compare", *map(str, words)])
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return result.stdout, result.stderr


def rows(folder: Path) -> dict[str, float]:
    """When each row was written."""
    return {path.name: path.stat().st_mtime_ns for path in (folder / "rows").glob("*.json")}


def test_two_cells_on_the_chorales(corpora: Path, tmp_path: Path) -> None:
    words = ["polyphonic-jsb", "-o", tmp_path / "jsb", "--data", corpora, *QUICK]
    printed, said = run(*words)
    lines = printed.splitlines()
    assert lines[0].split()[:2] == ["cell", "test"]
    assert {lines[1].split()[0], lines[2].split()[0]} == {"lstm", "elman"}
    assert "(markov, no network)    10.469" in printed
    assert "(marginal, no network)  11.060" in printed
    assert said.count("valid ") == 4
    assert "3 runs left" in said
    before = rows(tmp_path / "jsb")
    assert len(before) == 4
    found = json.loads(run(*words, "--json")[0])
    assert rows(tmp_path / "jsb") == before  # nothing was run again
    assert found["data"] == "polyphonic-jsb"
    assert found["complete"] is True
    assert found["missing"] == []
    for cell in found["cells"]:
        assert 8.5 < cell["test"] < 10.6  # between a trained network and the marginal
        assert len(cell["tests"]) == 2
        assert cell["interval"] > 0
        assert abs(cell["parameters"] / 20_000 - 1) < 0.02
        assert cell["step_seconds"] > 0
    page = (tmp_path / "jsb" / "table.md").read_text("utf-8")
    assert "20000 parameters, 2 seeds" in page
    assert (tmp_path / "jsb" / "plot.svg").read_text("utf-8").startswith("<svg")
    other = run(*words, "--set", "rows=8", code=1)[1]
    assert "holds rows of other settings: batch_size was 16, got 8; take another folder" in other


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent another way there")
def test_ctrl_c_loses_the_run_that_is_under_way(corpora: Path, tmp_path: Path) -> None:
    words = ["compare", "polyphonic-jsb", "-o", str(tmp_path), "--data", str(corpora), *QUICK]
    log = tmp_path / "log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "musicrnn_cli.main", *words],
            stdout=file,
            stderr=file,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            start_new_session=True,
        )
        deadline = time.monotonic() + 120
        while "runs left" not in log.read_text() and time.monotonic() < deadline:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of its processes
        assert process.wait(60) == 130, log.read_text()
    said = log.read_text()
    assert "interrupted; the same command goes on" in said
    assert "Traceback" not in said
    assert "of 2 seeds" in said
    kept = rows(tmp_path)
    assert 1 <= len(kept) < 4
    printed, _ = run(*words[1:])
    assert "of 2 seeds" not in printed
    after = rows(tmp_path)
    assert len(after) == 4
    assert {name: after[name] for name in kept} == kept


def test_a_folder_of_scores(tmp_path: Path) -> None:
    home = tmp_path / "midi"
    home.mkdir()
    for seed in range(30):
        steps = np.random.default_rng(seed).integers(60, 72, 32)
        notes = tuple(Note(240 * i, int(p), 240, 80) for i, p in enumerate(steps))
        write_midi(make_score(480, [Track(notes)]), home / f"{seed}.mid")
    (home / "broken.mid").write_bytes(b"MThd")
    printed, said = run(
        home, "-o", tmp_path / "out", "--cells", "gru", "--seeds", 1, "--updates", 4,
        "--parameters", 30_000, "--set", "embedding=16", "--layers", 2,
    )  # fmt: skip
    assert "left out broken.mid: " in said
    assert "(bigram, no network)" in printed
    assert "nats a token" in said
    settings = json.loads((tmp_path / "out" / "settings.json").read_text())
    assert (settings["layers"], settings["embedding"], settings["data"]) == (2, 16, "midi")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("polyfonic-jsb",), "did you mean polyphonic-jsb?"),
        (("polyphonic-jsb", "--cells", "lstm, gruu"), "got 'gruu'; did you mean gru"),
        (("polyphonic-jsb", "--rates", "a"), "rates must be numbers with commas between, got 'a'"),
        (("polyphonic-jsb", "--rates", "nan"), "learning_rate must be more than 0"),
        (("polyphonic-jsb", "--updates", "3", "--minutes", "1"), "a budget is updates or minutes"),
        (("polyphonic-jsb", "--set", "hidden=3"), "there is no setting 'hidden'"),
        (("polyphonic-jsb", "--set", "embedding=3"), "there is no setting 'embedding'"),
        (("polyphonic-jsb", "--layers", "0"), "layers must be in 1..64, got 0"),
        (("polyphonic-jsb", "--parameters", "100"), "100 parameters are too few"),
        (("polyphonic-jsb", "--seeds", "0"), "seeds must be in 1..1000, got 0"),
    ],
)
def test_wrong_words_get_one_sentence(
    corpora: Path, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    said = run(*words, "-o", tmp_path / "out", "--data", corpora, code=1)[1]
    assert message in said
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists()
