"""Options that several commands have, each stated once: one option, one meaning everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Decorator = Callable[[Any], Any]


def device_option() -> Decorator:
    return click.option(
        "--device",
        default="auto",
        show_default=True,
        callback=_checked,
        help="auto, cpu, cuda, or one of several: cuda:1.",
    )


def data_option(name: str = "data") -> Decorator:
    """Where corpora lie, as the argument ``name``."""
    return click.option(
        "--data", name, type=click.Path(path_type=Path), help="Folder with the corpora."
    )


def json_option(help: str = "One JSON object for programs.") -> Decorator:
    return click.option("--json", "as_json", is_flag=True, help=help)


def seed_option(help: str = "Else drawn and printed.") -> Decorator:
    return click.option("--seed", type=click.IntRange(0), help=help)


def _checked(context: click.Context, option: click.Parameter, name: str) -> str:
    from musicrnn.device import check_device

    check_device(name)
    return name
