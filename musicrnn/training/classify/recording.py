"""A song, clip or score as a classifier reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.fillers import is_filler


@dataclass(frozen=True, eq=False)
class Recording:
    """One song or clip: its windows and its label."""

    name: str
    label: int
    windows: tuple[NDArray[Any], ...]


def parted(
    recordings: Sequence[Recording], labels: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The places of the recordings that have a label, and of those that have none."""
    others = np.array([is_filler(labels[each.label]) for each in recordings], bool)
    return np.flatnonzero(~others), np.flatnonzero(others)


def drawn_of_others(labelled: int, others: int, share: float) -> int:
    """How many recordings without a label are drawn in an epoch, a ``share`` of it at most."""
    return min(others, round(labelled * share / (1 - share)))
