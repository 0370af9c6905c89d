"""Whether a piece is what was asked for: key, tempo, metre, density and chords.

Conventions. What was asked stands in the piece itself: the key signature at its beginning and its
chords, as the composing model writes down what it was asked for (or chose itself, when nothing was
asked). Wishes that a file does not keep are given as :class:`Asked`. Of human pieces the same is
asked, with the labels of their corpus: no piece obeys a label wholly. What does not apply is NaN.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float64Array
from musicrnn.key import relative_key
from musicrnn.metrics.notes import Integers, NoteArrays
from musicrnn.metrics.tonality import key_heard
from musicrnn.score import Key, Score

TEMPO_TOLERANCE = 0.01  # a MIDI file rounds a tempo to microseconds, a model to a class
CHORD_TONES = {
    "maj": (0, 4, 7), "min": (0, 3, 7), "dim": (0, 3, 6), "aug": (0, 4, 8), "sus2": (0, 2, 7),
    "sus4": (0, 5, 7), "7": (0, 4, 7, 10), "maj7": (0, 4, 7, 11), "min7": (0, 3, 7, 10),
    "dim7": (0, 3, 6, 9), "hdim7": (0, 3, 6, 10), "maj6": (0, 4, 7, 9), "min6": (0, 3, 7, 9),
}  # fmt: skip


@dataclass(frozen=True)
class Obedience:
    """The numbers of one piece: 0 or 1 for what is so or not."""

    key_heard: float
    """The key heard is the key at its beginning."""
    key_or_relative_heard: float
    """It is that or its relative."""
    on_chord_tones: float
    """Share of note time, drums apart, on tones of the chord that holds there."""
    bass_on_root: float
    """Share of the time in which a chord holds and something sounds in which the lowest note is
    the chord's root."""


@dataclass(frozen=True)
class Asked:
    """Wishes that are checked where they are not None."""

    bpm: float | None = None
    metre: str | None = None
    """As 6/8."""
    notes_a_quarter: float | None = None


@dataclass(frozen=True)
class AsAsked:
    """The numbers of one piece: 0 or 1 for what is so or not; NaN for what was not asked."""

    tempo: float
    """All its tempos are the one asked, to a hundredth."""
    metre: float
    density: float
    """Its notes a quarter by those asked."""


def key_of(score: Score, notes: NoteArrays) -> Key | None:
    """The key at the beginning of a piece, else the one heard; None without pitched notes."""
    return score.keys[0] if score.keys else key_heard(notes)


def obedience(score: Score, notes: NoteArrays) -> Obedience:
    """What one piece makes of its key and its chords."""
    heard = key_heard(notes)
    is_heard = is_relative = math.nan
    if score.keys and heard is not None:
        key = Key(0, score.keys[0].tonic, score.keys[0].minor)
        is_heard = float(heard == key)
        is_relative = float(heard in (key, relative_key(key)))
    tones, root = _on_chords(score, notes.where(~notes.drum))
    return Obedience(is_heard, is_relative, tones, root)


def as_asked(score: Score, asked: Asked) -> AsAsked:
    """What one piece makes of wishes."""
    tempo = metre = density = math.nan
    if asked.bpm is not None:
        off = [abs(change.bpm / asked.bpm - 1) for change in score.tempos]
        tempo = float(max(off) <= TEMPO_TOLERANCE)
    if asked.metre is not None:
        metre = float(all(change.name == asked.metre for change in score.time_signatures))
    if asked.notes_a_quarter is not None:
        quarters = score.bar_lines()[-1] / score.ticks_per_quarter
        density = score.note_count / quarters / asked.notes_a_quarter
    return AsAsked(tempo, metre, density)


def _on_chords(score: Score, notes: NoteArrays) -> tuple[float, float]:
    """(share of note time on chord tones, share of sounding time with the root in the bass)."""
    if not score.chords or not len(notes):
        return math.nan, math.nan
    begins = np.array([chord.tick for chord in score.chords])
    roots = np.array([chord.root for chord in score.chords])
    members = np.zeros((len(begins), 12), dtype=np.bool_)
    for row, chord in zip(members, score.chords, strict=True):
        row[[(chord.root + step) % 12 for step in CHORD_TONES.get(chord.quality, ())]] = True
    pieces = np.unique(np.concatenate([notes.start, notes.end, begins]))
    at = np.searchsorted(begins, pieces[:-1], side="right") - 1
    sounding, lowest = _sounding(notes, pieces)
    length = np.diff(pieces) * ((at >= 0) & (roots[at] >= 0))
    all_time = float(sounding.sum(axis=1) @ length)
    right = float((sounding * members[at]).sum(axis=1) @ length)
    heard = length * (lowest < 128)
    bass = float(heard @ (lowest % 12 == roots[at]))
    time = float(heard.sum())
    return (right / all_time if all_time else math.nan, bass / time if time else math.nan)


def _sounding(notes: NoteArrays, times: Integers) -> tuple[Float64Array, NDArray[np.int64]]:
    """Between each two of the times: [T, 12] how many notes of each pitch class sound, and [T] the
    lowest pitch, 128 where none does."""
    change = np.zeros((len(times), 128))
    np.add.at(change, (np.searchsorted(times, notes.start), notes.pitch), 1)
    np.add.at(change, (np.searchsorted(times, notes.end), notes.pitch), -1)
    sounding = np.cumsum(change, axis=0)[:-1]
    lowest = np.where(sounding.any(axis=1), (sounding > 0).argmax(axis=1), 128)
    classes = np.zeros((len(sounding), 12))
    for pitch in range(128):
        classes[:, pitch % 12] += sounding[:, pitch]
    return classes, lowest
