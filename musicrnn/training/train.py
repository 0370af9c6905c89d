"""Training a model of any kind: one network, or several where few people are crossed over."""

from __future__ import annotations

from typing import Any

from musicrnn.training.config import TrainingConfig
from musicrnn.training.crossed import learn_crossed
from musicrnn.training.data import TrainingData
from musicrnn.training.loop import TrainingResult
from musicrnn.training.protocol import Task
from musicrnn.training.run import Run, learn


def train(
    task: Task,
    data: TrainingData,
    run: Run,
    *,
    settings: Any = None,
    plan: TrainingConfig | None = None,
) -> TrainingResult:
    """Train a model of kind ``task``, write the one that is best on validation, calibrate it.

    Args:
        settings: of ``task.settings``, its defaults if not given.
        plan: the task's own for such data if not given.

    Raises:
        MusicRNNError: too little to learn from, settings that do not fit, or as :func:`fit`.
    """
    settings = settings or task.settings()
    plan = plan or task.plan(data, settings)
    task.check(data)
    trained = learn if data.folds is None else learn_crossed
    return trained(task, data, run, settings=settings, plan=plan)
