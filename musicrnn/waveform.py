"""Sampled sound.

Conventions. ``samples`` is float32 of shape [channels, frames], full scale +-1.0; ``rate`` is in Hz
and never has a default, since a wrong rate is a wrong pitch. Nothing resamples or mixes unasked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError, counted
from musicrnn.presentable import Presentable

MEAN, DIFFERENCE = -1, -2  # ways to hear several channels as one; from 0 on a channel alone
CANCELLED = 0.01  # of the loudest channel's power: -20 dB
INAUDIBLE = 1e-8  # of full scale's power: -80 dB


@dataclass(frozen=True, eq=False, repr=False)
class Waveform(Presentable):
    """Sound of one or more channels; samples float32 [channels, frames], rate in Hz.

    ``said``: what is to be known of it, such as that its file was cut off.
    """

    samples: NDArray[np.float32]
    rate: int
    said: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        found = np.asarray(self.samples)
        if found is not self.samples or found.ndim != 2 or found.dtype != np.float32:
            raise MusicRNNError(
                "samples must be a float32 array [channels, frames], got "
                f"{type(self.samples).__name__} of {found.dtype} {list(found.shape)}"
            )
        if not 1 <= self.rate <= 1_000_000:
            raise MusicRNNError(f"a sampling rate must be in 1..1000000 Hz, got {self.rate}")

    def __repr__(self) -> str:
        channels = counted(self.samples.shape[0], "channel")
        told = "".join(f"; {sentence}" for sentence in self.said)
        return f"<Waveform: {channels}, {self.rate} Hz, {self.seconds:.2f} s{told}>"

    @property
    def seconds(self) -> float:
        return self.samples.shape[1] / self.rate

    def mono(self) -> Waveform:
        """The mean of the channels, [1, frames]; a louder way where they cancel (in_mono)."""
        return next(in_mono([self]))

    def resampled(self, rate: int) -> Waveform:
        """The same sound at another rate (soxr, high quality)."""
        if rate == self.rate:
            return self
        import soxr

        moved = soxr.resample(self.samples.T, self.rate, rate)
        return Waveform(np.ascontiguousarray(moved.T, dtype=np.float32), rate, self.said)


def in_mono(pieces: Iterable[Waveform]) -> Iterator[Waveform]:
    """Consecutive pieces of one sound as one channel: the mean of the channels.

    Channels in antiphase (a cable that was soldered wrongly) have no mean that is heard. Where it
    is CANCELLED times weaker than the loudest channel, the louder of the difference of two channels
    and of the channels alone is heard, until that cancels, and the piece's ``said`` tells it once.
    """
    way, told = MEAN, False
    for piece in pieces:
        channels = piece.samples.shape[0]
        if channels == 1:
            yield piece
            continue
        sound = _heard(piece.samples, way)
        loudest = max(_power(channel) for channel in piece.samples)
        if loudest > INAUDIBLE and _power(sound) < CANCELLED * loudest:
            ways = [MEAN, *([DIFFERENCE] if channels == 2 else []), *range(channels)]
            way = max(ways, key=lambda each: _power(_heard(piece.samples, each)))
            sound = _heard(piece.samples, way)
        said = piece.said
        if way != MEAN and not told:
            heard = "their difference" if way == DIFFERENCE else f"channel {way + 1} alone"
            said, told = (*said, f"its channels cancel each other: {heard} is heard"), True
        yield Waveform(sound[None], piece.rate, said)


def _heard(samples: NDArray[np.float32], way: int) -> NDArray[np.float32]:
    if way == MEAN:
        return samples.mean(axis=0, dtype=np.float32)
    return (samples[0] - samples[1]) / np.float32(2) if way == DIFFERENCE else samples[way]


def _power(sound: NDArray[np.float32]) -> float:
    """Mean square, without a constant offset."""
    return float(np.var(sound, dtype=np.float64)) if sound.size else 0.0


def in_full_scale(sounds: NDArray[np.int16]) -> NDArray[np.float32]:
    """Sixteen-bit samples of any shape as float32, full scale +-1.0."""
    return sounds.astype(np.float32) * np.float32(1 / 32768)
