"""The options of ``musicrnn evaluate --stream``, gathered into one argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from musicrnn_cli.options import PATH, SOUNDS_FOLDER

Command = Callable[..., None]


def _given(context: click.Context) -> dict[str, Any]:
    """What has been said of a stream so far, by option."""
    return context.meta.setdefault(__name__, {})


def _gather(context: click.Context, option: click.Parameter, value: Any) -> None:
    if value is not None:
        _given(context)[str(option.name)] = value


def _asked(context: click.Context, option: click.Parameter, stream: bool) -> dict[str, Any] | None:
    """All that is said, which may go on; an option left out is looked at after those given."""
    given = _given(context)
    if given and not stream:
        raise click.UsageError(f"--{next(iter(given))} needs --stream")
    return given if stream else None


OPTIONS = (
    click.option(
        "--stream",
        is_flag=True,
        callback=_asked,
        help="Find words in long recordings made of DATA.",
    ),
    *(
        click.option(name, type=kind, expose_value=False, callback=_gather, help=text)
        for name, kind, text in (
            ("--snr", None, "dB from the words down to the background, as 10,20.  [10]"),
            ("--hours", float, "How long a recording lasts.  [1]"),
            ("--seed", click.IntRange(0), "Of what is drawn for it.  [0]"),
            ("--unknown", None, "A corpus or folder of words not to be answered to."),
            ("--backgrounds", SOUNDS_FOLDER, "A folder of further recordings without words."),
            ("--plot", PATH, "DET curve, .png or .svg."),
        )
    ),
)


def stream_options(command: Command) -> Command:
    """Give a command the options; its argument ``stream`` is what was asked for, else None.

    Options without --stream are refused as wrong usage.
    """
    for option in reversed(OPTIONS):
        command = option(command)
    return command
