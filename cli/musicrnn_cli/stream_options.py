"""The options of ``musicrnn evaluate --stream``, gathered into one argument."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

Command = Callable[..., None]
NAMES = ("snr", "hours", "seed", "unknown", "backgrounds", "plot")
OPTIONS = (
    click.option("--stream", is_flag=True, help="Find words in long recordings made of DATA."),
    click.option("--snr", help="dB from the words down to the background, as 10,20.  [10]"),
    click.option("--hours", type=float, help="How long a recording lasts.  [1]"),
    click.option("--seed", type=click.IntRange(0), help="Of what is drawn for it.  [0]"),
    click.option("--unknown", help="A corpus or folder of words not to be answered to."),
    click.option(
        "--backgrounds",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        help="A folder of further recordings without words.",
    ),
    click.option("--plot", type=click.Path(path_type=Path), help="DET curve, .png or .svg."),
)


def stream_options(command: Command) -> Command:
    """Give a command the options; its argument ``stream`` is what was asked for, else None.

    Options without --stream are refused as wrong usage.
    """

    @wraps(command)
    def gathered(*arguments: Any, **options: Any) -> None:
        wished = {name: options.pop(name) for name in NAMES}
        given = {name: value for name, value in wished.items() if value is not None}
        asked = bool(options.pop("stream"))
        if given and not asked:
            raise click.UsageError(f"--{next(iter(given))} needs --stream")
        command(*arguments, **options, stream=given if asked else None)

    for option in reversed(OPTIONS):
        gathered = option(gathered)
    return gathered
