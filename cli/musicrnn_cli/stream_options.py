"""The options of ``musicrnn evaluate --stream``, gathered into one argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from musicrnn_cli.options import NUMBER, PATH, SOUNDS_FOLDER, NumberRange

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
        help="Measure a model of words on long recordings that are made of DATA.",
    ),
    *(
        click.option(
            name,
            type=kind,
            expose_value=False,
            callback=_gather,
            show_default=usual,
            help=f"With --stream: {text}",
        )
        for name, kind, usual, text in (
            ("--snr", None, "10", "how many dB the words lie above the background, -40 to 80; "
             "commas between several."),
            ("--hours", NUMBER, "1", "how many hours a recording lasts, 1000 at most."),
            ("--seed", click.IntRange(0), "0", "number that all random choices follow from."),
            ("--unknown", None, None, "corpus or folder of other words, which the model should "
             "not answer to."),
            ("--backgrounds", SOUNDS_FOLDER, None, "folder of more recordings without words, to "
             "lie under the words."),
            ("--wordless", NumberRange(0, 100), "1.1", "hours of music in which no word is "
             "spoken, 0.01 at least, beside all held-out speech, and noise and silence; 0 leaves "
             "that out."),
            ("--plot", PATH, None, "file for the curve of misses against false accepts (DET), "
             ".png or .svg."),
        )
    ),
)  # fmt: skip


def stream_options(command: Command) -> Command:
    """Give a command the options; its argument ``stream`` is what was asked for, else None.

    Options without --stream are refused as wrong usage.
    """
    for option in reversed(OPTIONS):
        command = option(command)
    return command
