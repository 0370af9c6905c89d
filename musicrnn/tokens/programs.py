"""Instruments as tokens number them: the programs of General MIDI, 0 to 127, and the drums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from musicrnn.score import Score

DRUM_PROGRAM = 128


def notes_by_program(scores: Sequence[Score]) -> Counter[int]:
    """How many notes each instrument has in the scores; those without a note are not listed."""
    notes: Counter[int] = Counter()
    for score in scores:
        for track in score.tracks:
            notes[DRUM_PROGRAM if track.is_drum else track.program] += len(track.notes)
    return +notes


def has_drums(score: Score) -> bool:
    """Whether a drum is struck."""
    return any(track.is_drum and track.notes for track in score.tracks)
