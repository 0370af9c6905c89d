"""Options that several commands have, each with one name and one meaning."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Option = Callable[[Callable[..., Any]], Callable[..., Any]]
PATH = click.Path(path_type=Path)

data_option = click.option("--data", type=PATH, help="Folder with the corpora.")
seed_option = click.option(
    "--seed",
    type=click.IntRange(0),
    default=lambda: secrets.randbelow(2**31),
    help="Else drawn and printed.",
)


def outputs_option(text: str, *, required: bool = False) -> Option:
    """Files to write, ``outputs``: the suffix says what."""
    return click.option(
        "-o", "--output", "outputs", type=PATH, multiple=True, required=required, help=text
    )
