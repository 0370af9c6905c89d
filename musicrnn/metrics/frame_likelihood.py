"""From the losses of frames to a figure: nats a time step, an interval over pieces, ensembles.

Conventions. A forecaster is given pieces, uint8 [T, P] of 0 and 1, and gives the loss of every
frame of each, float64 [T] in nats, the first frame predicted from nothing: a network, an ensemble,
or counting (:mod:`musicrnn.metrics.frames`). The figure is the sum of all losses by the number of
all frames, silent ones too: every time step weighs the same, never every piece (protocol of
Boulanger-Lewandowski, Bengio and Vincent, ICML 2012).

The interval is over pieces (:mod:`musicrnn.metrics.bootstrap`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from musicrnn.arrays import Float64Array, Frames
from musicrnn.errors import MusicRNNError, counted
from musicrnn.metrics.bootstrap import Interval, ratio_interval

Forecaster = Callable[[Sequence[Frames]], list[Float64Array]]


@dataclass(frozen=True)
class FrameLikelihood:
    """Of ``n`` pieces with so many ``frames``; the interval is None of a single piece."""

    n: int
    frames: int
    nats_per_step: float
    interval: Interval | None


def frame_likelihood(losses: Sequence[Float64Array], *, seed: int = 0) -> FrameLikelihood:
    """The figure of pieces whose frames have these losses; ``seed`` draws the bootstrap.

    Raises:
        MusicRNNError: there is no frame.
    """
    sums, frames = [piece.sum() for piece in losses], list(map(len, losses))
    interval = ratio_interval(sums, frames, seed=seed)
    return FrameLikelihood(len(losses), sum(frames), nats_a_step(losses), interval)


def nats_a_step(losses: Sequence[Float64Array]) -> float:
    """All losses by the number of all frames.

    Raises:
        MusicRNNError: there is no frame.
    """
    frames = sum(map(len, losses))
    if frames == 0:
        raise MusicRNNError(f"there is no frame to measure in {counted(len(losses), 'piece')}")
    return float(sum(piece.sum() for piece in losses)) / frames


def ensemble(members: Sequence[Forecaster]) -> Forecaster:
    """A forecaster whose probability of a frame is the mean of its members'.

    Raises:
        MusicRNNError: there is no member.
    """
    if not members:
        raise MusicRNNError("an ensemble needs a member at least, got none")

    def losses(pieces: Sequence[Frames]) -> list[Float64Array]:
        every = [member(pieces) for member in members]
        return [
            np.log(len(members)) - np.logaddexp.reduce([-loss for loss in piece], axis=0)
            for piece in zip(*every, strict=True)
        ]

    return losses


def known(pieces: Sequence[Frames], others: Sequence[Frames]) -> list[bool]:
    """Of each piece whether the very same frames are one of the ``others``."""
    seen = {_print(piece) for piece in others}
    return [_print(piece) in seen for piece in pieces]


def _print(piece: Frames) -> tuple[tuple[int, ...], bytes]:
    return piece.shape, np.ascontiguousarray(piece).tobytes()
