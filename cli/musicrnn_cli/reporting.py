"""Sentences that several commands say on stderr."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import click

from musicrnn.errors import MusicRNNError, counted
from musicrnn.training.data import SkippedFile
from musicrnn.training.lock import first_process
from musicrnn.training.loop import TrainingResult, run_path


def say(text: str) -> None:
    """A line on stderr, from the first process alone where torchrun started several."""
    if first_process():
        click.echo(text, err=True)


def numbers(name: str, text: str) -> list[float]:
    """Numbers written with commas between; ``name`` is the option's.

    Raises:
        MusicRNNError: one is no number.
    """
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise MusicRNNError(f"{name} must be numbers with commas between, got {text!r}") from None


def report_refused(refused: Sequence[SkippedFile]) -> None:
    """One line for every file that was left out."""
    for skipped in refused:
        say(f"left out {skipped.name}: {skipped.reason}")
    if refused:
        say(f"{counted(len(refused), 'file')} left out")


def report_outcome(
    outcome: TrainingResult, output: Path, *, floor: tuple[str, float | None, str] = ("", None, "")
) -> None:
    """How a training run ended and where its model is; ``floor`` is what counting needs: its name,
    nats, and a unit of them.

    Raises:
        SystemExit: a signal ended it; the exit code says which.
    """
    state = outcome.state
    validated = state.best < math.inf
    found = f"best validation loss {state.best:.4f}" if validated else "no validation yet"
    spent = f"{counted(state.update, 'update')} and {state.seconds:.0f} s"
    say(f"{outcome.reason} after {spent}, {found}: {output}")
    for warning in outcome.warnings:
        say(warning)
    name, needed, unit = floor
    if validated and needed is not None and state.best > needed:
        say(
            f"the model has learnt less than a {name} ({state.best:.3f} nats a {unit}, "
            f"a {name} {needed:.3f}): train longer"
        )
    if outcome.reason == "interrupted":
        say(f"go on with --resume (the run is in {run_path(output)})")
        raise SystemExit(outcome.exit_code)
