"""What a model of samples is told of the next one: the samples before, and linear prediction.

Conventions. Sound is mu-law levels. Of frame after frame of ``size`` samples, the coefficients and
the spread of linear prediction are fitted on the frame before, so that nothing of the future is
known. ``heard`` [N, HEARD] are the last ORDER samples as they are off the guess, in spreads, the
guess itself in spreads and as mu-law, and the spread in octaves, each around one at most.
``logits`` [N, SAID] say what the prediction thinks of each level; a network adds what it knows to
them, as a vocoder does that leaves what is linear to a filter (LPCNet, Valin and Skoglund 2019).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float32Array, Float64Array
from musicrnn.features.linear_prediction import ORDER, fitted, guesses, level_logs
from musicrnn.features.mulaw import LEVELS, companded, of_levels

HEARD, SAID = ORDER + 3, LEVELS
FAR = 4.0  # spreads: what is as far off, or farther, is told as one
MIDDLE, OCTAVES = -8.0, 8.0  # of the spreads' base 2 logarithms


@dataclass(frozen=True, eq=False)
class Foreseen:
    """``heard`` [..., HEARD], ``logits`` [..., SAID]."""

    heard: Float32Array
    logits: Float32Array


def foreseen(levels: NDArray[np.integer], span: slice, size: int) -> Foreseen:
    """Of the samples in a span of a whole sound [T]."""
    first, last = span.start // size, -(-span.stop // size)
    begin = (first - 1) * size - ORDER
    padded = np.zeros(ORDER + (last - first + 1) * size)
    there = of_levels(levels[max(0, begin) : span.stop].astype(np.int32))
    padded[max(0, -begin) : max(0, -begin) + len(there)] = there
    cut = np.lib.stride_tricks.sliding_window_view(padded, ORDER + size)[::size]
    found, spreads = fitted(cut[:-1])
    past = np.lib.stride_tricks.sliding_window_view(cut[1:, :-1], ORDER, axis=1)
    inside = slice(span.start - first * size, span.stop - first * size)
    return _told(
        past.reshape(-1, ORDER)[inside],
        guesses(cut[1:], found).reshape(-1)[inside],
        np.repeat(spreads, size)[inside],
    )


class LinearPredictor:
    """The same of ``rows`` sounds side by side, sample after sample."""

    def __init__(self, rows: int, size: int) -> None:
        self.size, self.at = size, ORDER + size
        self.samples = np.zeros((rows, ORDER + 2 * size))
        self._fit()

    def foreseen(self) -> Foreseen:
        """Of the next sample of each row."""
        past = self.samples[:, self.at - ORDER : self.at]
        return _told(past, np.einsum("no,no->n", past, self.found[:, ::-1]), self.spreads)

    def push(self, levels: NDArray[np.integer]) -> None:
        """The next sample of each row [B]."""
        self.samples[:, self.at] = of_levels(levels.astype(np.int32))
        self.at += 1
        if self.at == self.samples.shape[1]:
            self.at -= self.size
            self.samples[:, : self.at] = self.samples[:, self.size :]
            self._fit()

    def keep(self, rows: NDArray[np.integer]) -> None:
        """Go on with these rows alone, in this order."""
        self.samples, self.found = self.samples[rows], self.found[rows]
        self.spreads = self.spreads[rows]

    def _fit(self) -> None:
        self.found, self.spreads = fitted(self.samples[:, : self.at])


def _told(past: Float64Array, guess: Float64Array, spread: Float64Array) -> Foreseen:
    """Samples before [N, ORDER], guesses and spreads [N]."""
    heard = np.empty((len(past), HEARD), np.float32)
    off = (past - guess[:, None]) / spread[:, None]
    heard[:, :ORDER] = np.clip(off / FAR, -FAR, FAR)
    heard[:, ORDER] = np.clip(guess / spread / FAR, -FAR, FAR)
    heard[:, ORDER + 1] = companded(guess)
    heard[:, ORDER + 2] = (np.log2(spread) - MIDDLE) / OCTAVES
    return Foreseen(heard, level_logs(guess, spread))
