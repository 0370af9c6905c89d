"""Options that several commands have, each stated once: one option, one meaning everywhere."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Option = Callable[[Any], Any]
PATH = click.Path(path_type=Path)
SOUNDS_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


def _checked(context: click.Context, option: click.Parameter, name: str) -> str:
    from musicrnn.device import check_device

    check_device(name)
    return name


data_option = click.option("--data", type=PATH, help="Folder with the corpora.")
device_option = click.option(
    "--device",
    default="auto",
    show_default=True,
    callback=_checked,
    help="auto, cpu, cuda, or one of several: cuda:1.",
)
seed_option = click.option(
    "--seed",
    type=click.IntRange(0),
    default=lambda: secrets.randbelow(2**31),
    help="Else drawn and printed.",
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


def json_option(text: str = "One JSON object for programs.") -> Option:
    return click.option("--json", "as_json", is_flag=True, help=text)


def outputs_option(text: str, *, required: bool = False) -> Option:
    """Files to write, ``outputs``: the suffix says what."""
    return click.option(
        "-o", "--output", "outputs", type=PATH, multiple=True, required=required, help=text
    )


def output_option(text: str | None = None, *, required: bool = True) -> Option:
    """The one file or folder to write, ``output``."""
    return click.option("-o", "--output", type=PATH, required=required, help=text)
