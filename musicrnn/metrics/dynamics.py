"""How loud a piece is, note by note and bar by bar.

Conventions. Velocities are 1 to 127; drums count. A piece without notes has NaN throughout.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from musicrnn.metrics.notes import NoteArrays


@dataclass(frozen=True)
class Dynamics:
    """The numbers of one piece."""

    velocity_deviation: float
    """Standard deviation over the notes."""
    velocity_count: float
    """Distinct velocities."""
    velocity_deviation_between_bars: float
    """Standard deviation of the mean velocities of the bars in which notes start; NaN with fewer
    than two of them."""


def dynamics(notes: NoteArrays) -> Dynamics:
    """The dynamics of one piece."""
    if not len(notes):
        return Dynamics(math.nan, math.nan, math.nan)
    bar = np.clip(np.searchsorted(notes.bars, notes.start, side="right") - 1, 0, None)
    counts = np.bincount(bar)
    sums = np.bincount(bar, weights=notes.velocity)
    means = sums[counts > 0] / counts[counts > 0]
    return Dynamics(
        velocity_deviation=float(notes.velocity.std()),
        velocity_count=len(np.unique(notes.velocity)),
        velocity_deviation_between_bars=float(means.std()) if len(means) > 1 else math.nan,
    )
