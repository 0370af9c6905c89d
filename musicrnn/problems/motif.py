"""Motif recall: a theme is heard, other music follows, then the theme is asked for.

Quarter notes in 4/4, pitches are the eight steps of a major scale from tonic to octave. The first
bar is the motif, its four notes are accented; ``length`` bars of a wandering melody follow without
accents; in the last bar there are four rests with a cue, and at each the motif's note is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from musicrnn.problems.protocol import Examples, Problem, one_hot

PITCHES, BEATS = 8, 4
REST = PITCHES


@dataclass(frozen=True)
class MotifRecall(Problem):
    """Inputs: one of eight pitches or a rest, accent, cue. Length: bars between motif and cue."""

    unit: ClassVar[str] = "bars"
    inputs: ClassVar[int] = PITCHES + 3
    classes: ClassVar[int] = PITCHES

    def _draw(self, random: np.random.Generator, rows: int, length: int) -> Examples:
        motif = random.integers(0, PITCHES, (rows, BEATS))
        steps = random.integers(-2, 3, (rows, BEATS * length)).cumsum(1)
        wandering = (motif[:, -1:] + steps) % (2 * PITCHES - 2)
        wandering = np.minimum(wandering, 2 * PITCHES - 2 - wandering)  # turned back at both ends
        rests = np.full((rows, BEATS), REST)
        symbols = np.concatenate([motif, wandering, rests], axis=1)
        marks = np.zeros((rows, symbols.shape[1], 2), np.float32)
        marks[:, :BEATS, 0] = 1
        marks[:, -BEATS:, 1] = 1
        inputs = np.concatenate([one_hot(symbols, PITCHES + 1), marks], axis=2)
        return Examples(inputs, np.arange(symbols.shape[1] - BEATS, symbols.shape[1]), motif)
