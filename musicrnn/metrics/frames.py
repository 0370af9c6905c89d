"""How well frames of pitches are predicted by counting alone: what a network has to beat.

Conventions. A piece is [T, P] of 0 and 1, a row a time step, a column a pitch. The loss of a frame
is the sum over its P pitches of the Bernoulli cross-entropy, natural logarithm. How losses become
a figure is the business of :mod:`musicrnn.metrics.frame_likelihood`, as it is for networks.

Baselines, both with half a count added (Krichevsky and Trofimov 1981): the marginal, one
probability a pitch (the "note 1-gram" of Boulanger-Lewandowski, Bengio and Vincent, ICML 2012); and
a first-order Markov chain for each pitch by itself, whose first frame is the marginal's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicrnn.arrays import Float64Array, Frames
from musicrnn.errors import MusicRNNError, counted
from musicrnn.metrics.frame_likelihood import Forecaster, nats_a_step

ADDED_COUNTS = 0.5  # counts


@dataclass(frozen=True, eq=False)
class FrameBaselines:
    """Probabilities that a pitch sounds, [P] each: at all, after silence, after itself."""

    marginal: Float64Array
    after_silence: Float64Array
    after_sound: Float64Array

    @property
    def forecasters(self) -> dict[str, Forecaster]:
        """Each baseline by its name: marginal, markov."""
        return {
            "marginal": lambda pieces: [_nats(self.marginal, piece) for piece in pieces],
            "markov": lambda pieces: [self._markov(piece) for piece in pieces],
        }

    def nats(self, pieces: Sequence[Frames]) -> dict[str, float]:
        """Nats a frame of each baseline over all frames of the pieces."""
        return {name: nats_a_step(losses(pieces)) for name, losses in self.forecasters.items()}

    def _markov(self, piece: Frames) -> Float64Array:
        """The loss of every frame, [T]."""
        chances = np.where(piece[:-1] > 0, self.after_sound, self.after_silence)
        return _nats(np.concatenate([self.marginal[None], chances]), piece)


def fit_frame_baselines(train: Sequence[Frames]) -> FrameBaselines:
    """Count the training pieces.

    Raises:
        MusicRNNError: there is no frame to count.
    """
    count = sum(map(len, train))
    if count == 0:
        raise MusicRNNError(f"there is no frame to count in {counted(len(train), 'piece')}")
    sounding = np.sum([piece.sum(axis=0, dtype=np.int64) for piece in train], axis=0)
    before = np.concatenate([piece[:-1] for piece in train]).astype(np.int64)
    after = np.concatenate([piece[1:] for piece in train]).astype(np.int64)
    kept = (before * after).sum(axis=0)
    begun = after.sum(axis=0) - kept
    sounded = before.sum(axis=0)
    return FrameBaselines(
        (sounding + ADDED_COUNTS) / (count + 2 * ADDED_COUNTS),
        (begun + ADDED_COUNTS) / (len(before) - sounded + 2 * ADDED_COUNTS),
        (kept + ADDED_COUNTS) / (sounded + 2 * ADDED_COUNTS),
    )


def _nats(chances: Float64Array, piece: Frames) -> Float64Array:
    """The loss of every frame, [T], under probabilities [P] or [T, P]."""
    return -np.where(piece > 0, np.log(chances), np.log1p(-chances)).sum(axis=1)
