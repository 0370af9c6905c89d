"""One run: what is measured, and that a process that breaks down is a row like any other."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.comparison.budget import Budget, Course, Trial
from musicrnn.comparison.tokens import TokenSettings, TokenTask
from musicrnn.comparison.trial import run_apart, run_here
from musicrnn.errors import MusicRNNError
from musicrnn.models.frames import FrameModel
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.training.compose import Material
from musicrnn.training.frames import nats_a_frame
from tests.musicrnn.comparison.contests import BreakingDown, Diverging, Dying, frame_task, of_kind

BUDGET = Budget(300, updates=12, seeds=1)
COURSE = Course(validate_every=4, warm_up=2)


def trial(cell: str = "lstm") -> Trial:
    return Trial(cell, 4, 300, 0.02, 0)


def test_the_best_model_on_validation_is_measured_once(tmp_path: Path) -> None:
    task, model = frame_task(), tmp_path / "m.safetensors"
    row = run_here(task, trial(), BUDGET, COURSE, model)
    assert row is not None
    assert row.error == ""
    checkpoint = Checkpoint.load(model)
    network = FrameModel.from_arrays(checkpoint.metadata["model"], checkpoint.arrays)
    assert row.valid == pytest.approx(nats_a_frame(network, task.valid_pieces), rel=1e-6)
    assert row.test == pytest.approx(nats_a_frame(network, task.test_pieces), rel=1e-6)
    assert checkpoint.metadata["metrics"]["validation_nats_per_frame"] == pytest.approx(row.valid)
    assert (row.updates, row.ended) == (12, "finished")
    assert row.best_update in (4, 8, 12)
    assert row.step_seconds is not None
    assert 0 < row.step_seconds < row.seconds
    assert list(tmp_path.iterdir()) == [model]  # the run's own file is gone


def test_a_process_of_its_own_gives_the_same_figures(tmp_path: Path) -> None:
    task = frame_task()
    here = run_here(task, trial(), BUDGET, COURSE, tmp_path / "a.safetensors")
    apart = run_apart(task, trial(), BUDGET, COURSE, tmp_path / "b.safetensors")
    assert here is not None
    assert apart is not None
    measured = {"seconds": 0.0, "step_seconds": None, "memory": None}
    assert replace(here, **measured) == replace(apart, **measured)
    assert apart.memory is not None
    assert 0 < apart.memory < 2**30


@pytest.mark.parametrize(
    ("kind", "cell", "message"),
    [
        (Diverging, "gru", "the loss became nan at update 3"),
        (BreakingDown, "lstm", "RuntimeError: mat1 and mat2"),
        (Dying, "lstm", "the process ended by signal 9, perhaps for want of memory"),
    ],
)
def test_a_run_that_fails_says_why(tmp_path: Path, kind, cell: str, message: str) -> None:
    task = of_kind(kind, frame_task())
    row = run_apart(task, trial(cell), BUDGET, COURSE, tmp_path / "m.safetensors")
    assert row is not None
    assert row.error == message
    assert (row.cell, row.hidden, row.valid, row.test) == (cell, 4, None, None)
    assert list(tmp_path.iterdir()) == []


def token_task(test: int = 2, **sizes) -> TokenTask:
    random = np.random.default_rng(0)
    pieces = [
        np.concatenate([[0], np.tile(random.integers(2, 60, 5), 8), [1]]).astype(np.int32)
        for _ in range(12)
    ]
    material = Material(BeatTokenizer((128,)), pieces[:8], pieces[8:10])
    settings = TokenSettings(embedding=8, rows=3, length=10, dropout=0.0, **sizes)
    return TokenTask("grooves", material, pieces[10 : 10 + test], settings)


def test_tokens_go_through_the_same_door(tmp_path: Path) -> None:
    task = token_task()
    row = run_here(task, trial(), BUDGET, COURSE, tmp_path / "m.safetensors")
    assert row is not None
    assert row.error == ""
    assert row.test is not None
    assert 0 < row.test < np.log(task.vocabulary) * 1.2
    assert set(task.baselines) == {"unigram", "bigram"}
    assert task.parameters("lstm", 4) < task.parameters("lstm", 5) < task.parameters("lstm", 6)
    made = Checkpoint.load(tmp_path / "m.safetensors").metadata["model"]
    assert (made["cell"], made["hidden"], made["embedding"]) == ("lstm", 4, 8)
    with pytest.raises(MusicRNNError, match="has no piece to test on"):
        token_task(test=0)
    with pytest.raises(MusicRNNError, match=r"layers must be in 1\.\.64, got 0"):
        token_task(layers=0)


def test_the_fingerprint_is_of_the_data() -> None:
    task, sizes = frame_task(), frame_task(dropout=0.5)
    assert task.settings() == frame_task().settings()
    assert task.settings()["sha256"] == sizes.settings()["sha256"]
    assert task.settings() != sizes.settings()
    other = frame_task()
    other.test_pieces[0][0, 0] ^= 1
    assert task.settings()["sha256"] != other.settings()["sha256"]
