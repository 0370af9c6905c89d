"""Sentences that several commands say on stderr."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from musicrnn.errors import MusicRNNError
from musicrnn.face.report import left_out, outcome_lines, read_lines
from musicrnn.training.data import SkippedFile, TrainingData
from musicrnn.training.lock import first_process
from musicrnn.training.loop import TrainingResult


def say(text: str) -> None:
    """A line on stderr, from the first process alone where torchrun started several."""
    if first_process():
        click.echo(text, err=True)


@contextmanager
def before_first_update(
    output: Path, *, begun: Callable[[], bool] = lambda: False
) -> Generator[None]:
    """A Ctrl-C inside, as long as the run is not ``begun``, says that nothing has been written."""
    try:
        yield
    except KeyboardInterrupt:
        if not begun():
            say(f"ended before the first update: nothing is written to {output}")
        raise


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
    """One line for every file that was left out, a few of a kind."""
    for line in left_out(refused):
        say(line)


def report_read(data: TrainingData) -> None:
    """What was left out of data, and what was moved from one split to another."""
    for line in read_lines(data):
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
