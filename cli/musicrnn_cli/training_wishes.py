"""The options that every kind of training has, as one value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Wishes:
    """What the command line asked for; None where it said nothing."""

    output: Path
    minutes: float | None
    seed: int
    cell: str | None
    recipe: str | None
    settings: Sequence[str]
    resume: bool
    device: str
    data: Path | None
    tensorboard: str | None
    overwrite: bool
