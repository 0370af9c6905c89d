"""One run: what is measured, and that a process that breaks down is a row like any other."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.comparison.budget import Budget, RunConfig, Trial
from musicrnn.comparison.subject import Subject
from musicrnn.comparison.trial import run_apart, run_here
from musicrnn.errors import MusicRNNError
from musicrnn.networks.frames import FrameModel
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.training.compose.data import TokenData
from musicrnn.training.compose.settings import ComposeSettings
from musicrnn.training.frames.objective import nats_a_frame
from musicrnn.training.task import TASKS
from tests.musicrnn.comparison.contests import BreakingDown, Diverging, Dying, frame_subject
from tests.musicrnn.training.small import data_of

BUDGET = Budget(300, updates=12, seeds=1)
COURSE = RunConfig(validate_every=4, warm_up=2)


def trial(cell: str = "lstm") -> Trial:
    return Trial(cell, 4, 300, 0.02, 0)


def test_the_best_model_on_validation_is_measured_once(tmp_path: Path) -> None:
    subject, model = frame_subject(), tmp_path / "m.safetensors"
    row = run_here(subject, trial(), BUDGET, COURSE, model)
    assert row is not None
    assert row.error == ""
    checkpoint = Checkpoint.load(model)
    network = FrameModel.from_arrays(checkpoint.metadata["model"], checkpoint.arrays)
    assert row.valid == pytest.approx(
        nats_a_frame(network, subject.data.examples["valid"]), rel=1e-6
    )
    assert row.test == pytest.approx(nats_a_frame(network, subject.data.examples["test"]), rel=1e-6)
    assert checkpoint.metadata["metrics"]["validation_nats_per_frame"] == pytest.approx(row.valid)
    assert (row.updates, row.ended) == (12, "finished")
    assert row.best_update in (4, 8, 12)
    assert row.step_seconds is not None
    assert 0 < row.step_seconds < row.seconds
    assert list(tmp_path.iterdir()) == [model]  # the run's own file is gone


def test_a_process_of_its_own_gives_the_same_figures(tmp_path: Path) -> None:
    subject = frame_subject()
    here = run_here(subject, trial(), BUDGET, COURSE, tmp_path / "a.safetensors")
    apart = run_apart(subject, trial(), BUDGET, COURSE, tmp_path / "b.safetensors")
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
    subject = frame_subject(kind)
    row = run_apart(subject, trial(cell), BUDGET, COURSE, tmp_path / "m.safetensors")
    assert row is not None
    assert row.error == message
    assert (row.cell, row.hidden, row.valid, row.test) == (cell, 4, None, None)
    assert list(tmp_path.iterdir()) == []


def token_subject(test: int = 2, **sizes) -> Subject:
    random = np.random.default_rng(0)
    pieces = [
        np.concatenate([[0], np.tile(random.integers(2, 60, 5), 8), [1]]).astype(np.int32)
        for _ in range(12)
    ]
    data = data_of(
        pieces[:8],
        pieces[8:10],
        pieces[10 : 10 + test],
        encoding=BeatTokenizer((128,)),
        kind=TokenData,
    )
    sizes = {"embedding": 8, "batch_size": 3, "sequence_length": 10, "dropout": 0.0, **sizes}
    settings = ComposeSettings(**{"layers": 1, **sizes})
    return Subject("grooves", TASKS["compose"], data, settings)


def test_tokens_go_through_the_same_door(tmp_path: Path) -> None:
    subject = token_subject()
    row = run_here(subject, trial(), BUDGET, COURSE, tmp_path / "m.safetensors")
    assert row is not None
    assert row.error == ""
    assert row.test is not None
    assert 0 < row.test < np.log(len(subject.data.encoding.vocabulary)) * 1.2
    assert set(subject.baselines) == {"unigram", "bigram"}
    assert (
        subject.parameters("lstm", 4)
        < subject.parameters("lstm", 5)
        < subject.parameters("lstm", 6)
    )
    made = Checkpoint.load(tmp_path / "m.safetensors").metadata["model"]
    assert (made["cell"], made["hidden"], made["embedding"]) == ("lstm", 4, 8)
    with pytest.raises(MusicRNNError, match="has no piece to test on"):
        token_subject(test=0)
    with pytest.raises(MusicRNNError, match=r"layers must be in 1\.\.64, got 0"):
        token_subject(layers=0)


def test_the_fingerprint_is_of_the_data() -> None:
    subject, sizes = frame_subject(), frame_subject(dropout=0.5)
    assert subject.settings() == frame_subject().settings()
    assert subject.settings()["sha256"] == sizes.settings()["sha256"]
    assert subject.settings() != sizes.settings()
    data = frame_subject().data.examples
    data["test"][0][0, 0] ^= 1
    other = frame_subject(data=data_of(*data.values(), encoding={}))
    assert subject.settings()["sha256"] != other.settings()["sha256"]
