"""One training with several seeds: a model file a seed, and what their validation losses come to.

Conventions. The runs are one after the other, each with a file, a run file and a lock of its own.
A set that is resumed is finished: runs that are at their end stay as they are, the one that was
interrupted goes on, the others begin; ``minutes`` are what each run gets in all, so that all get
the same. The deviation is the sample's (n - 1); the interval is Student's of the mean, at 95 %, and
speaks of the spread over seeds alone.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from musicrnn.metrics.student import half_width
from musicrnn.metrics.tables import table
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import TrainingData
from musicrnn.training.loop import TrainingResult
from musicrnn.training.protocol import Task
from musicrnn.training.run import Run
from musicrnn.training.several import one_of_several
from musicrnn.training.train import train


def of_seed(path: Path, seed: int) -> Path:
    """The file of one seed: ``mine.safetensors`` becomes ``mine-seed0.safetensors``."""
    return path.with_stem(f"{path.stem}-seed{seed}")


def train_one(
    task: Task, data: TrainingData, run: Run, *, settings: Any, plan: TrainingConfig
) -> TrainingResult:
    """Train, or finish, one run of a set; see the module's text and :func:`train`."""
    if data.folds is not None:  # which are a set themselves
        return train(task, data, run, settings=settings, plan=plan)
    return one_of_several(train, task, data, run, settings=settings, plan=plan)


def summary_text(losses: Mapping[int, float], unit: str) -> str:
    """The validation losses by seed, two at least, their mean and its spread."""
    values = list(losses.values())
    mean, width = statistics.fmean(values), half_width(values)
    rows = [[str(seed), f"{loss:.4f}"] for seed, loss in losses.items()]
    rows += [["mean", f"{mean:.4f}"], ["standard deviation", f"{statistics.stdev(values):.4f}"]]
    if width is not None:
        rows.append(["95 % interval of the mean", f"{mean - width:.4f} to {mean + width:.4f}"])
    return table(["seed", f"validation loss, nats a {unit}"], rows)
