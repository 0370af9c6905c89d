"""musicrnn train --seeds: a model a seed, interrupted and finished, their mean; its logs."""

import csv
import re
import statistics
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from musicrnn.checkpoint import Checkpoint
from musicrnn.face.progress import ProgressBar
from musicrnn_cli.main import main

SMALL = [
    "--set", "hidden=16", "--set", "embedding=8", "--set", "rows=4", "--set", "length=32",
    "--set", "validate_every=5", "--device", "cpu",
]  # fmt: skip


def train(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["train", "compose", "irish-tunes", *map(str, words)])
    assert result.exit_code == code, result.output
    return result.output


def same(first: Path, second: Path) -> bool:
    a, b = Checkpoint.load(first).arrays, Checkpoint.load(second).arrays
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


def updates_of(log: Path) -> list[int]:
    rows = csv.DictReader(log.read_text("utf-8").splitlines())
    return [int(row["update"]) for row in rows]


def test_seeds_interrupted_and_finished_are_single_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted in the second of three runs, after an update behind the last one saved."""
    words = (*SMALL, "--set", "updates=12", "--csv", tmp_path / "m.csv")
    words = (*words, "-o", tmp_path / "m.safetensors", "--seeds", 3, "--seed", 4)
    told = ProgressBar.updated

    def ctrl_c(self, state, figures) -> None:
        told(self, state, figures)
        if (tmp_path / "m-seed5.csv").exists() and state.update == 7:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ProgressBar, "updated", ctrl_c)
        said = train(*words, code=130)
    assert "go on with --resume" in said
    assert "mean" not in said
    assert not (tmp_path / "m-seed6.safetensors").exists()
    finished = (tmp_path / "m-seed4.safetensors").read_bytes()
    said = train(*words, "--resume")
    assert (tmp_path / "m-seed4.safetensors").read_bytes() == finished
    losses = [float(loss) for loss in re.findall(r"^[456] +(\d\.\d+)$", said, re.MULTILINE)]
    assert len(losses) == 3
    for name, value in (("mean", statistics.fmean), ("standard deviation", statistics.stdev)):
        row = next(line for line in said.splitlines() if line.startswith(f"{name}  "))
        assert float(row.split()[-1]) == pytest.approx(value(losses), abs=2e-4)
    for seed in (4, 5, 6):
        assert updates_of(tmp_path / f"m-seed{seed}.csv") == list(range(1, 13))
    alone = tmp_path / "alone.safetensors"
    train(*SMALL, "--set", "updates=12", "-o", alone, "--seed", 5)
    assert same(alone, tmp_path / "m-seed5.safetensors")
    assert not same(alone, tmp_path / "m-seed6.safetensors")
    said = train(*words, "--resume", "--set", "dropout=0.4", code=1)
    assert "m-seed4.safetensors.run cannot go on: " in said
    assert "dropout was 0.3, got 0.4" in said
    assert "m-seed4.safetensors exists already" in train(*words, code=1)
    more = train(*words, "--resume", "--seeds", 4, "--set", "updates=14")
    assert more.count("finished after 14 updates") == 4
    assert updates_of(tmp_path / "m-seed5.csv") == list(range(1, 15))


def test_minutes_are_what_each_run_gets_in_all(tmp_path: Path) -> None:
    words = (*SMALL, "-o", tmp_path / "m.safetensors", "--seeds", 2)
    train(*words, "--minutes", 0.01)
    before = [(tmp_path / f"m-seed{seed}.safetensors.run").read_bytes() for seed in (0, 1)]
    said = train(*words, "--minutes", 0.01, "--resume")
    assert "standard deviation" in said
    assert "update " not in said  # nothing was trained again
    after = [(tmp_path / f"m-seed{seed}.safetensors.run").read_bytes() for seed in (0, 1)]
    assert before == after


def test_a_log_of_one_run(tmp_path: Path) -> None:
    model, log = tmp_path / "m.safetensors", tmp_path / "log.csv"
    words = (*SMALL, "-o", model, "--csv", log)
    train(*words, "--set", "updates=6")
    assert updates_of(log) == list(range(1, 7))
    last = log.read_text("utf-8").splitlines()[-1].split(",")
    metrics = Checkpoint.load(model).metadata["metrics"]
    best = min(float(row.split(",")[-1]) for row in log.read_text().splitlines()[1:]
               if not row.endswith(","))  # fmt: skip
    assert metrics["validation_nats_per_token"] == pytest.approx(best, rel=1e-5)
    assert last[-1]
    train(*words, "--set", "updates=9", "--resume")
    assert updates_of(log) == list(range(1, 10))
    said = train(*SMALL, "-o", tmp_path / "n.safetensors", "--csv", log, code=1)
    assert "log.csv exists already" in said
    assert "pieces" not in said  # nothing was read
    train(*words, "--set", "updates=2", "--overwrite")
    assert updates_of(log) == [1, 2]


def test_one_seed_is_no_set(tmp_path: Path) -> None:
    said = train("-o", tmp_path / "m.safetensors", "--seeds", 1, code=2)
    assert "1 is not in the range" in said


def test_a_recipe_with_seeds_stands_beside_its_paper(corpora: Path, tmp_path: Path) -> None:
    words = ["polyphonic-jsb", "--recipe", "chung-gru", "-o", tmp_path / "m.safetensors"]
    words += ["--data", corpora, "--device", "cpu", "--set", "updates=2"]
    words += ["--set", "validate_every=2", "--set", "hidden=4", "--seeds", 2]
    result = CliRunner().invoke(main, ["train", "compose", *map(str, words)])
    assert result.exit_code == 0, result.output
    rows = {line.split("  ")[0]: line for line in result.stdout.splitlines()}
    figures = [float(rows[f"chung-gru, seed {seed}"].split()[3]) for seed in (0, 1)]
    mean = float(rows["mean over seeds"].split()[3])
    assert mean == pytest.approx(statistics.fmean(figures), abs=1e-3)
    assert "standard deviation" in rows["mean over seeds"]
    assert "8.540" in rows["Chung et al. 2014"]
    assert "seed  " in result.stdout
