"""A subject that needs no training: its losses are written down, and so the table is known."""

import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from musicrnn.comparison.budget import Budget, RunConfig, Trial
from musicrnn.comparison.compare import Contest
from musicrnn.comparison.rows import Row
from musicrnn.comparison.subject import Subject
from musicrnn.errors import MusicRNNError
from musicrnn.training.frames.settings import FrameSettings
from musicrnn.training.task import TASKS
from tests.musicrnn.training.small import data_of

# Validation loss by cell and rate; the test loss is one higher, and 0.1 more a seed.
LOSSES = {("lstm", 0.1): 3.0, ("lstm", 0.2): 2.0, ("gru", 0.1): 2.5, ("gru", 0.2): 2.75}
UNITS = {"lstm": 40, "gru": 30, "elman": 10}  # parameters a hidden unit


def frames(count: int = 6, seed: int = 0, pitches: int = 4) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    return [(random.random((12, pitches)) < 0.3).astype(np.uint8) for _ in range(count)]


def frame_subject(kind=Subject, data=None, **sizes) -> Subject:
    settings = FrameSettings(**{"batch_size": 3, "sequence_length": 8, **sizes})
    encoding = {"lowest": 21, "step": 0.5}
    data = data or data_of(frames(), frames(2, 1), frames(2, 2), encoding=encoding)
    return kind("tunes", TASKS["frames"], data, settings)


@dataclass(eq=False)
class Written:
    """A Subject and a Runner in one; ``calls`` are the names of the trials that were run."""

    name: str = "tunes"
    unit: str = "frame"
    baselines: dict = field(default_factory=lambda: {"markov": 5.0, "marginal": 6.0})
    calls: list = field(default_factory=list)
    fail: dict = field(default_factory=dict)  # by the trial's name: what is said
    stop: str = ""  # the trial at which Ctrl-C is pressed
    data: str = "a"

    def settings(self):
        return {"data": self.name, "sha256": self.data}

    def as_now(self, settings):
        return settings

    def parameters(self, cell: str, hidden: int) -> int:
        return UNITS[cell] * hidden

    def run(self, subject, trial: Trial, budget: Budget, run_config: RunConfig, model: Path):
        self.calls.append(trial.name)
        if trial.name == self.stop:
            raise KeyboardInterrupt
        if trial.name in self.fail:
            return Row.failed(trial, self.fail[trial.name])
        valid = LOSSES[trial.cell, trial.rate]
        return Row(
            trial.cell, trial.hidden, trial.parameters, trial.rate, trial.seed,
            valid=valid, test=valid + 1 + 0.1 * trial.seed, updates=7, best_update=5 + trial.seed,
            seconds=2.0, step_seconds=0.010 + 0.001 * trial.seed, memory=2**20, ended="finished",
        )  # fmt: skip


def contest(subject, *, cells=("lstm", "gru"), seeds=3, rates=(0.1, 0.2), **run_config) -> Contest:
    return Contest(
        subject, cells, Budget(1200, updates=7, seeds=seeds, rates=rates), RunConfig(**run_config)
    )


class Diverging(Subject):
    def train(self, cell, hidden, *, plan, output, callback):
        if cell == "gru":
            raise MusicRNNError("the loss became nan at update 3")
        return super().train(cell, hidden, plan=plan, output=output, callback=callback)


class BreakingDown(Subject):
    def train(self, cell, hidden, *, plan, output, callback):
        raise RuntimeError("mat1 and mat2\nshapes cannot be multiplied")


class Dying(Subject):
    def train(self, cell, hidden, *, plan, output, callback):
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)
