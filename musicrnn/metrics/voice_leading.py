"""Errors of voice leading, counted: what a teacher of harmony marks in red.

Conventions. A piece is the pitches that sound, int [T, V], a row a sixteenth, the highest voice
first, -1 where a voice rests. Every kind of error is a number of errors among a number of
occasions, so that pieces of any length compare; a rate is errors in 100 occasions.

* parallel fifths, parallel octaves: two voices go on to the next row in the same direction, and
  are a perfect fifth (unison or octave) apart, octaves aside, before and after. Occasions: moves
  of two voices, that is pairs of voices that both change pitch from one row to the next.
* crossings: rows in which a voice sounds below the next lower one. Occasions: rows of neighbouring
  voices that both sound.
* wide spacing: rows in which two neighbouring voices, the bass and its neighbour aside, are more
  than an octave apart. Occasions: rows of such neighbours that both sound.
* leading tones: a dominant (nothing but root, major third, fifth and seventh, the third and one of
  fifth and root among them) goes straight on to its tonic triad (root, third, maybe fifth, a fourth
  above). A voice on the dominant's third must rise a semitone, or, in an inner voice, may fall a
  major third, as Bach's do. An error is any other move. Occasions: voices on that third.
* out of range: notes beyond the lowest or highest pitch of their voice. Occasions: notes.

The rules are those of any textbook of four-part harmony (Piston, "Harmony", 1941); the counts are
ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import combinations
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pitches = NDArray[Any]  # [T, V], whole numbers
PERFECT = (0, 7)  # semitones, octaves aside


@dataclass(frozen=True)
class Tally:
    """``errors`` among ``occasions``."""

    errors: int = 0
    occasions: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.errors + other.errors, self.occasions + other.occasions)

    @property
    def rate(self) -> float | None:
        """Errors in 100 occasions; None where there was no occasion."""
        return 100 * self.errors / self.occasions if self.occasions else None


@dataclass(frozen=True)
class VoiceLeading:
    """The tallies of one piece or of many."""

    parallel_fifths: Tally = Tally()
    parallel_octaves: Tally = Tally()
    crossings: Tally = Tally()
    wide_spacing: Tally = Tally()
    leading_tones: Tally = Tally()
    out_of_range: Tally = Tally()

    def __add__(self, other: VoiceLeading) -> VoiceLeading:
        return VoiceLeading(*map(add, self.tallies().values(), other.tallies().values()))

    def tallies(self) -> dict[str, Tally]:
        """By name, in the order of the module's text."""
        return {f.name: getattr(self, f.name) for f in fields(VoiceLeading)}


def voice_leading(pitches: Pitches, ranges: Sequence[tuple[int, int]]) -> VoiceLeading:
    """Count one piece; ``ranges`` are the lowest and highest pitch of each voice."""
    voices = range(pitches.shape[1])
    return VoiceLeading(
        parallel_fifths=_sum(_parallels(pitches, *pair, 7) for pair in combinations(voices, 2)),
        parallel_octaves=_sum(_parallels(pitches, *pair, 0) for pair in combinations(voices, 2)),
        crossings=_sum(_apart(pitches, upper, low=0) for upper in voices[:-1]),
        wide_spacing=_sum(_apart(pitches, upper, high=12) for upper in voices[:-2]),
        leading_tones=_leading_tones(pitches),
        out_of_range=_sum(
            _outside(pitches[:, voice], low, high) for voice, (low, high) in enumerate(ranges)
        ),
    )


def voice_leading_of_all(
    pieces: Iterable[Pitches], ranges: Sequence[tuple[int, int]]
) -> VoiceLeading:
    """The sum over pieces."""
    return sum((voice_leading(piece, ranges) for piece in pieces), VoiceLeading())


def _sum(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())


def parallels(pitches: Pitches) -> list[tuple[int, int, int]]:
    """Every parallel fifth and octave: the row that is left, the upper and the lower voice."""
    return [
        (row, upper, lower)
        for upper, lower in combinations(range(pitches.shape[1]), 2)
        for interval in PERFECT
        for row in np.flatnonzero(_parallel_rows(pitches, upper, lower, interval)[0]).tolist()
    ]


def _parallels(pitches: Pitches, upper: int, lower: int, interval: int) -> Tally:
    found, both = _parallel_rows(pitches, upper, lower, interval)
    return Tally(int(found.sum()), int(both.sum()))


def _parallel_rows(
    pitches: Pitches, upper: int, lower: int, interval: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Rows [T - 1] that two voices leave in parallel, and that both leave for other pitches."""
    pair = pitches[:, [upper, lower]].astype(np.int64)
    moves = np.diff(pair, axis=0)
    sound = pair.min(axis=1) >= 0
    both = (np.abs(moves).min(axis=1) > 0) & sound[:-1] & sound[1:]
    apart = np.abs(pair[:, 0] - pair[:, 1]) % 12 == interval
    alike = np.sign(moves[:, 0]) == np.sign(moves[:, 1])
    return both & alike & apart[:-1] & apart[1:], both


def _apart(pitches: Pitches, upper: int, *, low: int = -128, high: int = 128) -> Tally:
    """Rows in which a voice and the next lower one are nearer than ``low`` or further than
    ``high`` semitones."""
    both = (pitches[:, upper] >= 0) & (pitches[:, upper + 1] >= 0)
    distance = (pitches[:, upper] - pitches[:, upper + 1])[both]
    return Tally(int(((distance < low) | (distance > high)).sum()), len(distance))


def _outside(line: Pitches, low: int, high: int) -> Tally:
    notes = line[(np.diff(line, prepend=-1) != 0) & (line >= 0)]
    return Tally(int(((notes < low) | (notes > high)).sum()), len(notes))


def _leading_tones(pitches: Pitches) -> Tally:
    errors = occasions = 0
    before, after = pitches[:-1].astype(np.int64), pitches[1:].astype(np.int64)
    moves = after - before
    last = pitches.shape[1] - 1
    for row in np.flatnonzero((moves != 0).any(axis=1)).tolist():
        tonic = _tonic_reached(_classes(before[row]), _classes(after[row]))
        if tonic is None:
            continue
        for voice, pitch in enumerate(before[row].tolist()):
            if pitch < 0 or (pitch - tonic) % 12 != 11:
                continue
            move = int(moves[row, voice])
            occasions += 1
            errors += move != 1 and not (move == -4 and 0 < voice < last)
    return Tally(errors, occasions)


def _classes(pitches: NDArray[np.int64]) -> set[int]:
    return {int(pitch) % 12 for pitch in pitches if pitch >= 0}


def _tonic_reached(before: set[int], after: set[int]) -> int | None:
    """The tonic whose dominant the first chord is and whose triad the second is."""
    for tonic in after:
        second = {(pitch - tonic) % 12 for pitch in after}
        if not second & {3, 4} or not any(second <= {0, third, 7} for third in (3, 4)):
            continue
        first = {(pitch - tonic) % 12 for pitch in before}
        if 11 in first and first <= {7, 11, 2, 5} and first & {7, 2}:
            return tonic
    return None
