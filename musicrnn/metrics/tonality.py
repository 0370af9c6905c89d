"""Which pitches a piece uses, how clear its key is, and how much it rubs.

Conventions. Drums are left out. A pair of notes is dissonant when it is a second, a seventh or a
tritone, in any octave. What a piece without pitched notes cannot have is NaN.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from musicrnn.arrays import Float64Array
from musicrnn.key import heard_key
from musicrnn.metrics.notes import Integers, NoteArrays
from musicrnn.score import Key

DISSONANT = (1, 2, 6)  # semitones between pitch classes, at most 6


@dataclass(frozen=True)
class Tonality:
    """The numbers of one piece."""

    pitch_mean: float
    pitch_deviation: float
    key_clarity: float
    """The correlation of its pitch classes, by duration, with the key heard in them."""
    dissonant_pairs: float
    """Share of the pairs of notes that sound together, by time, that are dissonant; 0 where no
    two sound together."""


def tonality(notes: NoteArrays) -> Tonality:
    """The pitches of one piece."""
    pitched = notes.where(~notes.drum)
    if not len(pitched):
        return Tonality(*[math.nan] * 4)
    return Tonality(
        pitch_mean=float(pitched.pitch.mean()),
        pitch_deviation=float(pitched.pitch.std()),
        key_clarity=heard_key(pitch_class_time(pitched.pitch, pitched.duration))[1],
        dissonant_pairs=_dissonant_pairs(pitched),
    )


def key_heard(notes: NoteArrays) -> Key | None:
    """The key heard in a piece; None without pitched notes."""
    pitched = notes.where(~notes.drum)
    return heard_key(pitch_class_time(pitched.pitch, pitched.duration))[0] if len(pitched) else None


def pitch_class_time(pitch: Integers, duration: Integers) -> Float64Array:
    """[12], how long each pitch class sounds, of notes at once each."""
    return np.bincount(pitch % 12, weights=duration, minlength=12).astype(np.float64)


def _dissonant_pairs(notes: NoteArrays) -> float:
    times = np.concatenate([notes.start, notes.end])
    order = np.argsort(times, kind="stable")
    change = np.zeros((len(times), 12))
    change[np.arange(len(times)), np.tile(notes.pitch % 12, 2)] = np.repeat([1, -1], len(notes))
    sounding = np.cumsum(change[order], axis=0)[:-1]  # [T, 12], notes of each class
    lengths = np.diff(times[order])
    at_once = sounding.sum(axis=1)
    pairs = float((at_once * (at_once - 1) / 2) @ lengths)
    apart = [
        float((sounding * np.roll(sounding, distance, axis=1)).sum(axis=1) @ lengths)
        / (2 if distance == 6 else 1)
        for distance in DISSONANT
    ]
    return sum(apart) / pairs if pairs else 0.0
