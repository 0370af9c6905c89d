"""What ``harmonize`` and ``vary`` share: a piece and a model in, files out."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from musicrnn.errors import counted
from musicrnn.face.asking import style_of
from musicrnn.io.save import save_pieces
from musicrnn.pretrained import load_model
from musicrnn.sampling.written import Writer, Written
from musicrnn.training.task import task_of


def writer_of(model: str, temperature: float | None, done: str) -> tuple[Writer, Any]:
    """The model, and its style's own settings, at another temperature where one is given.

    From the second second on the writer says how much is ``done``, and how long the rest takes: on
    a terminal in one line, else once.

    Raises:
        MusicRNNError: there is no such model, or it writes no voices.
    """
    checkpoint = load_model(model)
    writer = task_of(checkpoint).writer(checkpoint)
    begun, told, terminal = time.monotonic(), 0.0, sys.stderr.isatty()

    def tell(share: float) -> None:
        nonlocal told
        now = time.monotonic()
        if now - begun < 1 or now - told < 1 or (told and not terminal):
            return
        told, left = now, (now - begun) * (1 - share) / max(share, 0.01)
        line = f"{share:.0%} {done}, about {counted(round(left), 'second')} left"
        click.echo(f"\r{line:40}" if terminal else line, err=True, nl=not terminal)

    writer.tell = tell
    return writer, writer.drawing(style_of(model).settings, temperature)


def say_how_it_was_read(written: Written) -> None:
    """On stderr what the given voices had to undergo before the network saw them."""
    if written.off_grid:
        click.echo(
            f"{', '.join(written.off_grid)} not on the grid of sixteenths: the other voices follow "
            "the nearest ones, the given notes stay as they are",
            err=True,
        )
    if written.shift:
        click.echo(
            "the given voices lie outside the model's ranges: read "
            f"{counted(abs(written.shift), 'semitone')} "
            f"{'higher' if written.shift > 0 else 'lower'}, and the new voices "
            f"{'moved back' if written.moved_back else 'stay in theirs'}",
            err=True,
        )
    if written.folded:
        click.echo(
            f"{counted(written.folded, 'sixteenth lies', 'sixteenths lie')} outside the ranges "
            "even so: read in another octave",
            err=True,
        )


def save_written(
    written: Written, outputs: Sequence[Path], caption: str, facts: dict[str, Any], *, as_json: bool
) -> None:
    """Write the files and say what they are."""
    say_how_it_was_read(written)
    caption = f"{caption}, seed {written.seed}"
    for sentence in save_pieces(written.score, outputs, caption=caption):
        click.echo(sentence, err=True)
    record = {
        "seed": written.seed,
        **facts,
        "notes": written.score.note_count,
        "seconds": round(written.score.seconds, 2),
        "sampling_seconds": round(written.seconds, 4),
        "nats_per_cell": round(written.nats, 4),
        "transposed_to_read": written.shift,
        "files": [str(path) for path in outputs],
    }
    if as_json:
        click.echo(json.dumps(record))
        return
    click.echo(f"seed {written.seed}, {counted(written.score.note_count, 'note')}")
    for path in outputs:
        click.echo(f"  {path}")
