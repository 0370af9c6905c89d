"""Sentences that several commands say on stderr."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from musicrnn.errors import MusicRNNError
from musicrnn.face.report import left_out, outcome_lines
from musicrnn.training.data import SkippedFile
from musicrnn.training.lock import first_process
from musicrnn.training.loop import TrainingResult


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
    for line in left_out(refused):
        say(line)


def report_outcome(
    outcome: TrainingResult, output: Path, *, floor: tuple[str, float | None, str] = ("", None, "")
) -> None:
    """How a training run ended and where its model is; see :func:`outcome_lines`.

    Raises:
        SystemExit: a signal ended it; the exit code says which.
    """
    for line in outcome_lines(outcome, output, floor=floor):
        say(line)
    if outcome.reason == "interrupted":
        raise SystemExit(outcome.exit_code)
