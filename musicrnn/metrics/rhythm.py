"""How dense a piece is, how long its notes last, and where they stand.

Conventions. Times in quarters. Onsets are told apart by twelfths of a quarter, so that the small
timing of a player does not make one chord many onsets. Densities count all notes, drums too;
lengths are those of the pitched notes, as written. Entropies in bits over the twelve classes of
length of musicrnn.metrics.statistics. What a piece cannot have is NaN.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from musicrnn.arrays import Float64Array
from musicrnn.metrics.notes import Integers, NoteArrays
from musicrnn.metrics.repetition import BAR_STEPS
from musicrnn.metrics.statistics import length_histogram

LONG, SHORT = 2.0, 0.25  # quarters
SIXTEENTH = 0.25


@dataclass(frozen=True)
class Rhythm:
    """The numbers of one piece."""

    notes_a_quarter: float
    """Notes by the quarters of the piece's bars."""
    onsets_a_quarter: float
    notes_an_onset: float
    silent_share: float
    """Share of the time from the beginning to the end of the last pitched note in which no pitched
    note sounds; how long a stroke on a drum is written says nothing."""
    duration_median: float
    duration_entropy: float
    long_notes: float
    """Share of notes of 2 quarters and more."""
    short_notes: float
    """Share of notes of a quarter of a quarter and less."""
    onset_distance: float
    """Mean time between successive onsets."""
    onset_distance_entropy: float
    bar_count_variation: float
    """Standard deviation of the notes a bar by their mean."""
    off_grid_share: float
    """Share of notes nearer to another twelfth of a quarter than to one that is a sixteenth."""


def rhythm(notes: NoteArrays) -> Rhythm:
    """The rhythm of one piece."""
    if not len(notes):
        return Rhythm(*[math.nan] * 12)
    quarter = notes.ticks_per_quarter
    place = np.floor(notes.start * (BAR_STEPS / quarter) + 0.5).astype(np.int64)
    onsets = np.unique(place)
    between = np.diff(onsets) / BAR_STEPS
    length = notes.duration[~notes.drum] / quarter
    quarters = float(notes.bars[-1] - notes.bars[0]) / quarter
    counts = np.diff(np.searchsorted(notes.start, notes.bars))
    some = len(length) > 0
    return Rhythm(
        notes_a_quarter=len(notes) / quarters,
        onsets_a_quarter=len(onsets) / quarters,
        notes_an_onset=len(notes) / len(onsets),
        silent_share=_silent_share(notes.where(~notes.drum)) if some else math.nan,
        duration_median=float(np.median(length)) if some else math.nan,
        duration_entropy=_entropy(length_histogram(length)),
        long_notes=float((length >= LONG).mean()) if some else math.nan,
        short_notes=float((length <= SHORT).mean()) if some else math.nan,
        onset_distance=float(between.mean()) if len(between) else math.nan,
        onset_distance_entropy=_entropy(length_histogram(between)),
        bar_count_variation=float(counts.std() / counts.mean()),
        off_grid_share=float((place % round(BAR_STEPS * SIXTEENTH) != 0).mean()),
    )


def _silent_share(notes: NoteArrays) -> float:
    ends: Integers = np.maximum.accumulate(notes.end)
    gaps = np.maximum(notes.start[1:] - ends[:-1], 0).sum() + notes.start[0]
    return float(gaps) / float(ends[-1])


def _entropy(shares: Float64Array) -> float:
    """NaN for a histogram of NaN."""
    some = shares[shares != 0]
    return float(-(some * np.log2(some)).sum()) + 0.0
