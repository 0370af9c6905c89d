"""A song, clip or score as a classifier reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Recording:
    """One song or clip: its windows and its label."""

    name: str
    label: int
    windows: tuple[NDArray[Any], ...]
