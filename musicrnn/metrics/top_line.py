"""The top line of a piece, and how far above the rest it lies.

Conventions. The top line is the melody of musicrnn.metrics.lines: at every onset the highest
pitched note, unless a higher one of the line still sounds. Pitches and intervals in semitones,
lengths in quarters. What a line of fewer than two notes cannot have is NaN.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from musicrnn.metrics.lines import top_line
from musicrnn.metrics.notes import NoteArrays

LEAP = 7  # semitones; what is more than a fifth is a leap


@dataclass(frozen=True)
class TopLine:
    """The numbers of one piece."""

    top_interval: float
    """Mean absolute interval between successive notes of the line."""
    top_leaps: float
    """Share of the intervals that are more than 7 semitones."""
    top_steps: float
    """Share of the intervals that are 1 or 2 semitones."""
    top_repeats: float
    """Share of the intervals that are none."""
    top_pitch_deviation: float
    """Standard deviation of the line's pitches."""
    top_duration: float
    """Mean duration of the line's notes, in quarters."""
    register_gap: float
    """The mean pitch of the line minus that of all other pitched notes; NaN without others."""


def top_line_statistics(notes: NoteArrays) -> TopLine:
    """The top line of one piece."""
    chosen = top_line(notes)
    line, rest = notes.where(chosen), notes.where(~chosen & ~notes.drum)
    if len(line) < 2:
        return TopLine(*[math.nan] * 7)
    intervals = np.abs(np.diff(line.pitch))
    return TopLine(
        top_interval=float(intervals.mean()),
        top_leaps=float((intervals > LEAP).mean()),
        top_steps=float(((intervals == 1) | (intervals == 2)).mean()),
        top_repeats=float((intervals == 0).mean()),
        top_pitch_deviation=float(line.pitch.std()),
        top_duration=float(line.duration.mean()) / notes.ticks_per_quarter,
        register_gap=float(line.pitch.mean() - rest.pitch.mean()) if len(rest) else math.nan,
    )
