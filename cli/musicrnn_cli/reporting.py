"""Sentences that several commands say on stderr."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from musicrnn.training.loop import Outcome, run_path
from musicrnn_datasets.corpus import Refusal


def say(text: str) -> None:
    """A line on stderr, from the first process alone where torchrun started several."""
    if os.environ.get("RANK", "0") == "0":
        click.echo(text, err=True)


def report_refused(refused: Sequence[Refusal]) -> None:
    """One line for every file that was left out."""
    for refusal in refused:
        say(f"left out {refusal.name}: {refusal.reason}")
    if refused:
        say(f"{len(refused)} files left out")


def report_outcome(outcome: Outcome, output: Path) -> None:
    """How a training run ended and where its model is."""
    state = outcome.state
    say(
        f"{outcome.reason} after {state.update} updates and {state.seconds:.0f} s, "
        f"best validation loss {state.best:.4f}: {output}"
    )
    if outcome.reason == "interrupted":
        say(f"go on with --resume (the run is in {run_path(output)})")
