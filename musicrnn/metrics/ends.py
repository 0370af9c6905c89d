"""How a piece begins and how it ends.

Conventions. The tonic is that of the key that the piece says at its beginning, else of the key
heard in it. The last notes are those that begin with the last onset (within a twelfth of a
quarter). The last bar is the last in which a note begins, and the piece's end is the end of that
bar. Drums are left out, but for the notes of the last sixteenth and of the last bar. Whole pieces
are meant: an excerpt's end is no ending.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from musicrnn.metrics.heard_chords import MAJOR_TRIAD, MINOR_TRIAD, heard_chords
from musicrnn.metrics.notes import NoteArrays
from musicrnn.metrics.repetition import BAR_STEPS
from musicrnn.score import Key

CADENCE_BARS = 4
FIFTH = 7  # semitones
SIXTEENTHS = 4  # a quarter


@dataclass(frozen=True)
class Ends:
    """The numbers of one piece: 0 or 1 for what is so or not, NaN for what it cannot have."""

    ends_on_tonic_triad: float
    """All its last notes are in the triad of the tonic, as its key has it."""
    top_ends_on_tonic: float
    """The highest of its last notes is the tonic."""
    last_top_duration: float
    """The duration of that note in quarters."""
    bass_begins_on_tonic: float
    """The lowest of its first notes is the tonic."""
    cadence: float
    """The last two chords heard in its last 4 bars are triads on the fifth and on the tonic."""
    last_sixteenth_notes: float
    """Notes that begin on the last sixteenth."""
    last_bar_weight: float
    """Notes of the last bar by the mean of all bars up to it."""


def ends(notes: NoteArrays, key: Key | None) -> Ends:
    """Beginning and end of one piece, in its key, see musicrnn.metrics.obedience.key_of."""
    if not len(notes):
        return Ends(*[math.nan] * 7)
    pitched = notes.where(~notes.drum)
    last_bar = int(np.searchsorted(notes.bars, notes.start[-1], side="right")) - 1
    last_bar = min(last_bar, len(notes.bars) - 2)
    end, quarter = notes.bars[last_bar + 1], notes.ticks_per_quarter
    counts = np.diff(np.searchsorted(notes.start, notes.bars))[: last_bar + 1]
    return Ends(
        *(_tonal(pitched, key) if key is not None and len(pitched) else [math.nan] * 5),
        last_sixteenth_notes=int(np.count_nonzero(notes.start >= end - quarter / SIXTEENTHS)),
        last_bar_weight=float(counts[-1] / counts.mean()),
    )


def _tonal(notes: NoteArrays, key: Key) -> list[float]:
    """What needs pitches: the first five of Ends."""
    together = notes.ticks_per_quarter / BAR_STEPS
    last = notes.where(notes.start >= notes.start[-1] - together)
    first = notes.where(notes.start <= notes.start[0] + together)
    triad = [(key.tonic + step) % 12 for step in (MINOR_TRIAD if key.minor else MAJOR_TRIAD)]
    top = int(np.argmax(last.pitch))
    bars = int(np.searchsorted(notes.bars, notes.start[-1], side="right"))
    close = replace(notes, bars=notes.bars[max(0, bars - CADENCE_BARS) : bars + 1])
    roots = [chord.root for chord in heard_chords(close)]
    return [
        float(np.isin(last.pitch % 12, triad).all()),
        float(last.pitch[top] % 12 == key.tonic),
        float(last.duration[top]) / notes.ticks_per_quarter,
        float(first.pitch.min() % 12 == key.tonic),
        float(roots[-2:] == [(key.tonic + FIFTH) % 12, key.tonic]),
    ]
