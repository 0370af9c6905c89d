"""The chord of each beat of four voices, found in their notes.

Conventions. A beat is a quarter. Its chord is the triad or seventh whose tones sound longest in it,
less what else sounds and half of what is missing, a root in the bass a little more; as a quality
and a root, a pitch class. Ids of chords say what is to come in the beat and are no notes: a network
plans with them, and decoding leaves them out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicrnn.tokens.voices import STEPS_A_QUARTER, GridPositions, sounding

QUALITIES = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "hdim7": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
}
MISSING, SEVENTH, ROOT = 0.5, 0.6, 0.5  # sixteenths of one voice

_TONES = np.array(
    [
        [(pitch_class - root) % 12 in tones for pitch_class in range(12)]
        for tones in QUALITIES.values()
        for root in range(12)
    ],
    np.float64,
)  # [chords, 12]
_SIZES = _TONES.sum(axis=1)


def chord_of(classes: NDArray[np.float64], bass: int) -> int:
    """The number of the chord, 12 * quality + root, of how long each pitch class [12] sounds, and
    the bass's, -1 for none."""
    inside = _TONES @ classes
    missing = _SIZES - (_TONES @ (classes > 0))
    value = inside - (classes.sum() - inside) - STEPS_A_QUARTER * MISSING * missing
    value -= SEVENTH * (_SIZES > 3)
    if bass >= 0:
        value[np.arange(len(value)) % 12 == bass] += ROOT
    return int(value.argmax())


def chords_of_beats(positions: GridPositions, first: int) -> dict[int, int]:
    """By step, the chord of each beat in which something sounds; beats begin at step ``first`` and
    every quarter from there, an upbeat's before it, be the first of them whole or not."""
    pitches = sounding(positions)
    found: dict[int, int] = {}
    before = first % STEPS_A_QUARTER - STEPS_A_QUARTER
    for begin in range(before, len(pitches), STEPS_A_QUARTER):
        beat = pitches[max(0, begin) : max(0, begin + STEPS_A_QUARTER)]
        heard = beat[beat >= 0]
        if len(heard):
            classes = np.bincount(heard % 12, minlength=12).astype(np.float64)
            lowest = beat[0][beat[0] >= 0]
            bass = int(lowest.min()) % 12 if len(lowest) else -1
            found[max(0, begin)] = chord_of(classes, bass)
    return found
