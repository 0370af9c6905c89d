"""Sentences that several commands say on stderr."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from musicrnn.training.loop import Outcome, run_path
from musicrnn_datasets.corpus import Refusal


def report_refused(refused: Sequence[Refusal]) -> None:
    """One line for every file that was left out."""
    for refusal in refused:
        click.echo(f"left out {refusal.name}: {refusal.reason}", err=True)
    if refused:
        click.echo(f"{len(refused)} files left out", err=True)


def report_outcome(outcome: Outcome, output: Path) -> None:
    """How a training run ended and where its model is."""
    state = outcome.state
    click.echo(
        f"{outcome.reason} after {state.update} updates and {state.seconds:.0f} s, "
        f"best validation loss {state.best:.4f}: {output}",
        err=True,
    )
    if outcome.reason == "interrupted":
        click.echo(f"go on with --resume (the run is in {run_path(output)})", err=True)
