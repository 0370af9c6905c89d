"""What is said of a training before it begins and after it ended: lines for people."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from musicrnn.errors import counted
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import SkippedFile, TrainingData
from musicrnn.training.loop import TrainingResult
from musicrnn.training.protocol import Task
from musicrnn.training.run_state import run_path

SHOWN = 10  # lines on files that were left out for one kind of reason


def left_out(refused: Sequence[SkippedFile]) -> list[str]:
    """One line for every file that was left out, SHOWN of a kind, and how many they are."""
    lines = each_left_out(refused)
    return [*lines, f"{counted(len(refused), 'file')} left out"] if refused else []


def each_left_out(refused: Sequence[SkippedFile], word: str = "left out") -> list[str]:
    """The lines of :func:`left_out` without the last; ``word`` stands before each file."""
    lines: list[str] = []
    kinds: dict[str, list[str]] = {}
    for skipped in refused:
        kind = kinds.setdefault(_kind(skipped.reason), [])
        kind.append(skipped.reason)
        if len(kind) <= SHOWN:
            lines.append(f"{word} {skipped.name}: {skipped.reason}")
    for kind in kinds.values():
        if len(kind) > SHOWN:
            why = ":" if len(set(kind)) == 1 else " for reasons such as:"
            lines.append(f"... and {len(kind) - SHOWN} more {word}{why} {kind[0]}")
    return lines


def _kind(reason: str) -> str:
    """The reason without numbers and names of files."""
    return " ".join(word for word in reason.split() if re.fullmatch(r"[A-Za-z',:]+", word))


def read_lines(data: TrainingData) -> list[str]:
    """What is said of data as they were read: what was left out, and what was moved."""
    return [*left_out(data.refused), *data.said]


def summary(task: Task, data: TrainingData, baselines: dict[str, Any]) -> str:
    """What was found, and what counting alone reaches."""
    found = ", ".join(f"{split} {counted(n, task.example)}" for split, n in data.counts().items())
    title = f"{data.title}; {found}" if data.title else found
    if not baselines:
        return title
    named = ", ".join(f"{name} {_nats(value)}" for name, value in baselines.items())
    return f"{title}; nats a {task.unit} on the validation pieces without a network: {named}"


def chosen(task: Task, data: TrainingData, settings: Any, plan: TrainingConfig) -> list[str]:
    """What followed from the data and the minutes, by the names of the settings."""
    if not task.follows:
        return []
    values = {**vars(settings), **vars(plan)}
    named = ", ".join(f"{name} {values[name]:g}" for name in task.follows if values[name])
    tokens = sum(map(len, data.examples["train"]))
    time = "" if plan.minutes is None else f" and {plan.minutes:g} min"
    return [f"settings for {tokens:,} {task.items}{time}: cell {settings.cell}, {named}"]


def outcome_lines(
    outcome: TrainingResult, output: Path, *, floor: tuple[str, float | None, str] = ("", None, "")
) -> list[str]:
    """How a training ended and where its model is; ``floor`` is what counting needs: its name,
    nats, and a unit of them."""
    state, output = outcome.state, outcome.output or output
    validated = state.best < math.inf
    found = f"best validation loss {state.best:.4f}" if validated else "no validation yet"
    spent = f"{counted(state.update, 'update')} and {state.seconds:.0f} s"
    name, needed, unit = floor
    if validated and needed is not None:
        found += f" nats a {unit}, {name} {needed:.3f}"
    ended = outcome.reason + (f" ({outcome.because})" if outcome.because else "")
    lines = [f"{ended} after {spent}, {found}: {output}", *outcome.warnings]
    if validated and needed is not None and state.best > needed:
        lines.append(
            f"the model has learnt less than a {name} ({state.best:.3f} nats a {unit}, "
            f"a {name} {needed:.3f}): train longer"
        )
    if outcome.reason == "interrupted":
        lines.append(f"go on with --resume (the run is in {run_path(output)})")
    return lines


def _nats(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{part} {nats:.3f}" for part, nats in value.items())
    return f"{value:.3f}"
