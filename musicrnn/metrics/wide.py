"""The wide statistics of a piece, all that is compared of composed and human music, by group.

Conventions. A piece is a mapping from the names of statistics to numbers, NaN for what it cannot
have. Each name is a field of one of the dataclasses in PARTS, which say what it means. The wide
overlap of two sets of pieces is the mean, over the statistics in OVERLAP that vary in either, of
musicrnn.metrics.overlap.distribution_overlap: the area that the Gaussian kernel densities of their
values (Scott's rule) have in common. 1 = alike.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np

from musicrnn.arrays import Float64Array
from musicrnn.metrics.dynamics import dynamics
from musicrnn.metrics.form import form
from musicrnn.metrics.notes import NoteArrays
from musicrnn.metrics.overlap import RELATIVE_TOLERANCE, distribution_overlap
from musicrnn.metrics.rhythm import rhythm
from musicrnn.metrics.statistics import Statistics, statistics
from musicrnn.metrics.tonality import tonality
from musicrnn.metrics.top_line import top_line_statistics

Values = Mapping[str, float]

GROUPS: dict[str, tuple[str, ...]] = {
    "form": (
        "best_return_4", "best_return_8", "best_return_16", "has_return", "exact_returns",
        "transposed_returns", "rhythm_returns", "repeated_bars", "similarity_1", "similarity_2",
        "similarity_4", "similarity_8", "similarity_16", "similarity_32", "nearest_earlier_bar",
        "returning_section_share",
    ),
    "dynamics": (
        "velocity", "velocity_deviation", "velocity_count", "velocity_deviation_between_bars",
    ),
    "top line": (
        "top_interval", "top_leaps", "top_steps", "top_repeats", "top_pitch_deviation",
        "top_duration",
    ),
    "register": ("register_gap", "pitch_range", "pitch_mean", "pitch_deviation", "pitch_count"),
    "tonality": (
        "pitch_classes", "pitch_class_entropy", "in_scale_share", "key_clarity",
        "dissonant_pairs",
    ),
    "rhythm": (
        "notes_a_quarter", "onsets_a_quarter", "notes_an_onset", "polyphony", "silent_share",
        "duration", "duration_median", "duration_entropy", "long_notes", "short_notes",
        "onset_distance", "onset_distance_entropy", "groove_consistency", "bar_count_variation",
        "empty_bar_share", "off_grid_share",
    ),
}  # fmt: skip
# what follows from others, or has no density
NOT_IN_OVERLAP = ("has_return", "returning_section_share", "register_gap")
OVERLAP = tuple(name for names in GROUPS.values() for name in names if name not in NOT_IN_OVERLAP)


def wide_statistics(notes: NoteArrays, found: Statistics | None = None) -> dict[str, float]:
    """All statistics of GROUPS of one piece; ``found`` where its Statistics are known already."""
    parts = (form, dynamics, top_line_statistics, tonality, rhythm)
    values: dict[str, float] = {}
    for part in parts:
        values |= asdict(part(notes))
    found = found or statistics(notes)
    return {
        name: float(values[name] if name in values else getattr(found, name))
        for names in GROUPS.values()
        for name in names
    }


def column(name: str, pieces: Sequence[Values]) -> Float64Array:
    """[P], one statistic of the pieces that have it."""
    values = np.array([piece[name] for piece in pieces], dtype=np.float64)
    return values[np.isfinite(values)]


def mean_of(name: str, pieces: Sequence[Values]) -> float:
    """The mean over the pieces that have it; NaN without any."""
    values = column(name, pieces)
    return float(values.mean()) if len(values) else math.nan


def wide_overlaps(one: Sequence[Values], other: Sequence[Values]) -> dict[str, float]:
    """The overlap of each statistic of OVERLAP that two pieces or more of both sets have, and that
    is not one and the same number in all of them."""
    columns = {name: (column(name, one), column(name, other)) for name in OVERLAP}
    return {
        name: distribution_overlap(*pair)
        for name, pair in columns.items()
        if all(len(values) > 1 for values in pair) and _varies(np.concatenate(pair))
    }


def _varies(values: Float64Array) -> bool:
    return bool(np.ptp(values) > RELATIVE_TOLERANCE * max(1.0, float(np.abs(values).max())))
