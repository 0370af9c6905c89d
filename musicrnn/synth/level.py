"""The level of a whole sound: as loud as is asked for, and no sample above a ceiling.

Conventions. Loudness is LUFS as :mod:`musicrnn.synth.loudness` has it. One gain brings the sound to
the loudness; where a peak would pass CEILING, a limiter that looks ahead turns the gain down around
it and up again, by MAX_LIMITED_DB at most. Where that is not enough the whole sound stays softer.

The limiter's gain runs straight from node to node, one every chunk (some 6 ms). A node is the mean
of the lowest gains that are needed within REACH chunks of its neighbours, so no chunk ever gets
more than it can take. Both channels get the same gain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float32Array
from musicrnn.synth.loudness import LoudnessMeter, loudness_of

CEILING = 10 ** (-1 / 20)  # the highest sample: -1 dB of full scale
MAX_LIMITED_DB = 12.0
REACH = 8  # chunks, some 50 ms
LIVE_GAIN_DB = 4.0
RECOVERY_DB = 0.5  # a block of 23 ms
ROUNDS = 6  # in which the loudness that the limiter took is given back


class Level:
    """Hears a sound once, stretch after stretch, and then says how it is turned up or down."""

    def __init__(self, rate: int) -> None:
        self.chunk = 1 << round(np.log2(rate / 172))  # frames
        self._meter = LoudnessMeter(rate)
        self._peaks: list[Float32Array] = []

    def push(self, stretch: Float32Array) -> None:
        """The next [2, frames]; frames a multiple of ``chunk``, but at the end."""
        self._meter.push(stretch)
        loudest = np.abs(stretch).max(axis=0)
        padded = np.pad(loudest, (0, -len(loudest) % self.chunk))
        self._peaks.append(padded.reshape(-1, self.chunk).max(axis=1))

    def gains(self, loudness: float) -> Gains:
        """What brings the sound to ``loudness`` LUFS; a sound that is too soft to be measured
        stays as it is."""
        peaks, powers = np.concatenate(self._peaks), self._meter.powers()
        measured = loudness_of(powers)
        if not isfinite(measured):
            return Gains.limited(peaks, 1.0, self.chunk)
        most = CEILING * 10 ** (MAX_LIMITED_DB / 20) / max(float(peaks.max()), 1e-9)
        gain = min(most, 10 ** ((loudness - measured) / 20))
        gains = Gains.limited(peaks, gain, self.chunk)
        for _ in range(ROUNDS):
            if gain >= most or gains.nodes.min() == 1:
                break
            reached = loudness_of(powers * self._powers_left(gains, len(powers)))
            gain = min(most, gain * 10 ** ((loudness - 20 * np.log10(gain) - reached) / 20))
            gains = Gains.limited(peaks, gain, self.chunk)
        return gains

    def _powers_left(self, gains: Gains, steps: int) -> NDArray[np.float64]:
        """The share of each step's power that the limiter leaves, taken as even in the step."""
        sums = np.concatenate([[0.0], np.cumsum(np.square(gains.nodes[1:], dtype=np.float64))])
        at = np.arange(steps + 1) * (self._meter.step / self.chunk)
        return np.diff(np.interp(at, np.arange(len(sums)), sums)) * self.chunk / self._meter.step


class Gains:
    """The gain of every frame: ``gain`` times what runs between ``nodes`` [chunks + 1], 0..1."""

    def __init__(self, gain: float, nodes: Float32Array, chunk: int) -> None:
        self.gain, self.nodes, self.chunk = np.float32(gain), nodes, chunk

    @classmethod
    def limited(cls, peaks: Float32Array, gain: float, chunk: int) -> Gains:
        """Those under which no chunk's peak, [chunks], passes CEILING."""
        needed = np.minimum(1, CEILING / np.maximum(peaks * np.float32(gain), 1e-9))
        if needed.min() == 1:
            return cls(gain, np.ones(len(peaks) + 1, np.float32), chunk)
        around = np.pad(needed, 2 * REACH - 1, constant_values=1)
        lowest = np.lib.stride_tricks.sliding_window_view(around, 2 * REACH).min(axis=1)
        smooth = np.lib.stride_tricks.sliding_window_view(lowest, 2 * REACH - 1)
        nodes = smooth.mean(axis=1, dtype=np.float64)
        return cls(gain, nodes.astype(np.float32), chunk)

    def apply(self, stretch: Float32Array, at: int) -> Float32Array:
        """A stretch [2, frames] that begins at frame ``at``, a multiple of ``chunk``."""
        first = at // self.chunk
        chunks = -(-stretch.shape[1] // self.chunk)
        nodes = self.nodes[first : first + chunks + 1]
        if nodes.min() == 1:
            return stretch * self.gain
        ramp = np.arange(self.chunk, dtype=np.float32) / np.float32(self.chunk)
        gains = nodes[:-1, None] + np.diff(nodes)[:, None] * ramp
        louder = stretch * (gains.reshape(-1)[: stretch.shape[1]] * self.gain)
        return np.clip(louder, -CEILING, CEILING, dtype=np.float32)  # rounding may pass it


def levelled_live(blocks: Iterable[Float32Array]) -> Iterator[Float32Array]:
    """Blocks of a sound whose end is not known yet: LIVE_GAIN_DB louder, turned down around what
    would pass CEILING and up again by RECOVERY_DB a block at most; each comes one block late."""
    gain, recovery = 10 ** (LIVE_GAIN_DB / 20), 10 ** (RECOVERY_DB / 20)
    node, held, room = 1.0, None, 1.0  # the gain at the beginning of the block that is held
    for block in blocks:
        louder = np.multiply(block, gain, dtype=np.float32)
        peak = float(np.abs(louder).max(initial=0))
        needed = min(1.0, CEILING / peak) if peak else 1.0
        if held is None:
            node = needed
        else:
            following = min(room, needed, node * recovery)
            yield held * np.linspace(node, following, held.shape[1], dtype=np.float32)
            node = following
        held, room = louder, needed
    if held is not None:
        yield held * np.float32(node)
