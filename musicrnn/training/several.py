"""One of several trainings, one after the other: begun, gone on with, or left as it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import TrainingData
from musicrnn.training.loop import TrainingResult
from musicrnn.training.protocol import Task
from musicrnn.training.run import Run, made_with
from musicrnn.training.run_state import RunState, check_made_with, run_path, stored_state

LEAST_MINUTES = 1 / 600  # of a run whose minutes are spent, but which has not come to its end


def one_of_several(
    train: Callable[..., TrainingResult],
    task: Task,
    data: TrainingData,
    run: Run,
    *,
    settings: Any,
    plan: TrainingConfig,
) -> TrainingResult:
    """``train``, or finish, one run of a set: where it is resumed, one that is at its end stays as
    it is, and one that is not there begins; minutes are what it gets in all."""
    path = run_path(run.output)
    if run.resume and not path.exists() and not run.output.exists():
        run = replace(run, resume=False)
    if run.resume and path.exists():
        state = stored_state(path)
        if reason := _ended(state, plan):
            begun = made_with(task.header(data, settings), data, run, settings=settings)
            return TrainingResult(
                reason, state, warnings=check_made_with(path, begun | plan.fixed())
            )
        if plan.minutes is not None:
            left = max(LEAST_MINUTES, plan.minutes - state.seconds / 60)
            plan = replace(plan, minutes=left)
    return train(task, data, run, settings=settings, plan=plan)


def _ended(state: RunState, plan: TrainingConfig) -> str:
    """How a run came to its end; "" where it goes on, also since more updates are asked for."""
    if state.validations_since_best >= plan.patience:
        return "stopped early"
    more = plan.minutes is None and plan.updates is not None and plan.updates > state.total
    return "finished" if state.update >= state.total and not more else ""
