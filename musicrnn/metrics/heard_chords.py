"""The chords heard in a piece, from its notes alone.

Conventions. A piece is heard in half bars (bars of three quarters and less whole, longer ones in
two): a half is the major or minor triad that the most note time is on, the one on the lowest note
where several are equal. A root is a pitch class, 0 = C. Drums are left out.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from musicrnn.arrays import Float64Array
from musicrnn.metrics.notes import Integers, NoteArrays
from musicrnn.metrics.tonality import pitch_class_time

MAJOR_TRIAD, MINOR_TRIAD = (0, 4, 7), (0, 3, 7)
UNDIVIDED_QUARTERS = 3
BASS_SHARE = 0.25  # what the lowest note counts as a root, of all note time


@dataclass(frozen=True)
class HeardChord:
    """A triad that is heard."""

    root: int
    minor: bool


def heard_chords(notes: NoteArrays) -> list[HeardChord]:
    """The chords of the bars of a piece, each different from the one before; silence says nothing.

    For a few bars: every half is looked for in all the notes.
    """
    pitched = notes.where(~notes.drum)
    chords: list[HeardChord] = []
    for first, last in itertools.pairwise(_halves(notes).tolist()):
        time = np.minimum(pitched.end, last) - np.maximum(pitched.start, first)
        sounding = time > 0
        if sounding.any():
            pitch = pitched.pitch[sounding]
            length = pitch_class_time(pitch, time[sounding])
            chord = _triad(length, int(pitch.min()) % 12)
            if not chords or chord != chords[-1]:
                chords.append(chord)
    return chords


def _halves(notes: NoteArrays) -> Integers:
    lengths = np.diff(notes.bars)
    long = lengths > UNDIVIDED_QUARTERS * notes.ticks_per_quarter
    middles = (notes.bars[:-1] + lengths // 2)[long]
    return np.sort(np.concatenate([notes.bars, middles]))


def _triad(time: Float64Array, bass: int) -> HeardChord:
    """The triad that fits how long the pitch classes sound, [12], above a bass."""
    weights = time.copy()
    weights[bass] += BASS_SHARE * time.sum()  # a root is mostly below
    fits = [
        (sum(weights[(root + step) % 12] for step in steps) + (root == bass) * 1e-9, root, minor)
        for minor, steps in ((False, MAJOR_TRIAD), (True, MINOR_TRIAD))
        for root in range(12)
    ]
    _, root, minor = max(fits, key=lambda fit: fit[0])
    return HeardChord(root, minor)
