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
STORE = ("--store", "--weights", "store")  # the second is what it was called


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
