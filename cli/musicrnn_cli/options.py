"""Options that several commands have, each stated once: one option, one meaning everywhere."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Option = Callable[[Any], Any]


class NumberRange(click.FloatRange):
    """A finite number within bounds: click's own ranges hold nan for one."""

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        return _finite(self, super().convert(value, param, ctx), param, ctx)


class Number(type(click.FLOAT)):
    """A finite number, whose bounds are looked at later."""

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        return _finite(self, super().convert(value, param, ctx), param, ctx)


def _finite(kind: click.ParamType[Any], value: float, param: Any, ctx: Any) -> float:
    if not math.isfinite(value):
        kind.fail(f"it must be a finite number, got {value}", param, ctx)
    return value


NUMBER = Number()
PATH = click.Path(path_type=Path)
SOUNDS_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


def _checked(context: click.Context, option: click.Parameter, name: str) -> str:
    from musicrnn.device import check_device

    check_device(name)
    return name


data_option = click.option(
    "--data",
    type=PATH,
    help="Folder with the corpora.",
    show_default="$MUSICRNN_DATA, then the user's cache folder",
)
device_option = click.option(
    "--device",
    default="auto",
    show_default=True,
    callback=_checked,
    help="Where to compute: auto, cpu, cuda (a GPU), or one of several GPUs, such as cuda:1. auto "
    "composes on the CPU, and else takes a GPU where there is one.",
)
seed_option = click.option(
    "--seed",
    type=click.IntRange(0),
    default=lambda: secrets.randbelow(2**31),
    show_default="drawn and printed",
    help="Number that all random choices follow from: the same seed gives the same piece.",
)


def renamed(old: str, new: str) -> type[click.Command]:
    """The class of a command whose option ``new`` was called ``old``, which still works."""

    class Renamed(click.Command):
        def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
            return super().parse_args(ctx, [_now(arg) for arg in args])

    def _now(arg: str) -> str:
        name, equals, value = arg.partition("=")
        if name != old:
            return arg
        click.echo(f"{old} is called {new} now", err=True)
        return f"{new}{equals}{value}"

    return Renamed


temperature_option = click.option(
    "--temperature",
    type=NUMBER,
    show_default="what suits the model",
    help="How daring: above 1 unlikely choices are made more often, below 1 less often. "
    "From 0.000001 to 100.",
)
soundfont_option = click.option(
    "--soundfont",
    type=PATH,
    show_default="TimGM6mb.sf2",
    help="SoundFont with the instruments that are heard: an .sf2 file, or the name of one that is "
    "installed (musicrnn data soundfonts lists them).",
)


convert_option = click.option(
    "--convert",
    is_flag=True,
    help="Let the program ffmpeg decode sound of kinds that are not read, such as m4a and wma; it "
    "is said of each file.",
)


none_option = click.option(
    "--none-of-these/--only-these",
    "none_of_these",
    default=None,
    show_default="none of these for corpora of music by name",
    help="Of songs, learn also what is none of the labels, from speech and sounds made by code, so "
    "that the model can say so.",
)


def set_option(example: str) -> Option:
    """Settings by name, ``settings``."""
    return click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="NAME=VALUE",
        help=f"A setting by name, such as {example}, repeatable. musicrnn docs "
        "training and musicrnn docs cells list them.",
    )


def json_option(text: str = "Print one JSON object, for programs.") -> Option:
    return click.option("--json", "as_json", is_flag=True, help=text)


def outputs_option(text: str, *, required: bool = False, default: str | None = None) -> Option:
    """Files to write, ``outputs``: the suffix says what; ``default``: which if none is given."""
    return click.option(
        "-o",
        "--output",
        "outputs",
        type=PATH,
        multiple=True,
        required=required,
        show_default=default,
        help=text,
    )


def output_option(text: str, *, required: bool = True) -> Option:
    """The one file or folder to write, ``output``."""
    return click.option("-o", "--output", type=PATH, required=required, help=text)
