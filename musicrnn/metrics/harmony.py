"""What a piece of four voices is, told from its pitches alone: its chords, its lines, its end.

Conventions. Pitches are int [T, V], a row a sixteenth, the highest voice first, -1 for silence. A
vertical is what sounds in a sixteenth; it counts as a triad or seventh if its pitch classes are all
of one, be it incomplete: major, minor, diminished or augmented triads, and sevenths on them as they
come in major and minor. Steps are melodic intervals of one or two semitones among those that are
not 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError

Pitches = NDArray[np.integer]

TRIADS = ((0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 8))
SEVENTHS = (
    (0, 4, 7, 10), (0, 4, 7, 11), (0, 3, 7, 10), (0, 3, 6, 10), (0, 3, 6, 9), (0, 3, 7, 11),
)  # fmt: skip
CHORDS = {
    frozenset((root + tone) % 12 for tone in chord)
    for chord in (*TRIADS, *SEVENTHS)
    for root in range(12)
}
STEPS = (1, 2)


@dataclass(frozen=True)
class FourVoices:
    """Shares, 0 to 1, of some pieces together: of verticals that are triads or sevenths, of the
    moves of bass and soprano that are steps, and of pieces whose last chord is a major or minor
    triad on its bass."""

    chords: float
    bass_steps: float
    soprano_steps: float
    ends_on_triad: float


def four_voices(pieces: Sequence[Pitches]) -> FourVoices:
    """Of some pieces.

    Raises:
        MusicRNNError: none, or one in which never all voices sound.
    """
    ends = [_last(piece) for piece in pieces]
    if not pieces or any(end is None for end in ends):
        raise MusicRNNError("pieces are needed in which all voices sound somewhere at once")
    return FourVoices(
        float(np.mean(np.concatenate([_are_chords(piece) for piece in pieces]))),
        float(np.mean(np.concatenate([_are_steps(piece[:, -1]) for piece in pieces]))),
        float(np.mean(np.concatenate([_are_steps(piece[:, 0]) for piece in pieces]))),
        float(np.mean([is_triad_on_bass(end) for end in ends if end is not None])),
    )


def last_bass(piece: Pitches) -> int:
    """The pitch class of the bass where all voices sound for the last time; -1 for nowhere."""
    end = _last(piece)
    return -1 if end is None else int(end[-1]) % 12


def is_triad_on_bass(chord: Pitches) -> bool:
    """Whether pitches [V], the bass last, are a major or minor triad on it, its third there."""
    above = {int(pitch - chord[-1]) % 12 for pitch in chord}
    return any(above <= set(triad) and triad[1] in above for triad in TRIADS[:2])


def _are_chords(piece: Pitches) -> NDArray[np.bool_]:
    """Of each sixteenth with a sound."""
    found: list[bool] = []
    for row in piece:
        classes = frozenset(int(pitch) % 12 for pitch in row if pitch >= 0)
        if classes:
            found.append(any(classes <= chord for chord in CHORDS))
    return np.array(found, np.bool_)


def _are_steps(line: Pitches) -> NDArray[np.bool_]:
    """Of each move of a voice [T]."""
    moves = np.abs(np.diff(line[line >= 0].astype(np.int64)))
    return np.isin(moves[moves > 0], STEPS)


def _last(piece: Pitches) -> Pitches | None:
    whole = np.flatnonzero((piece >= 0).all(axis=1))
    return piece[whole[-1]] if len(whole) else None
