"""Sampled sound.

Conventions. ``samples`` is float32 of shape [channels, frames], full scale +-1.0; ``rate`` is in Hz
and never has a default, since a wrong rate is a wrong pitch. Nothing resamples or mixes unasked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError, counted
from musicrnn.presentable import Presentable


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
        """The mean of the channels, [1, frames]."""
        return Waveform(self.samples.mean(axis=0, keepdims=True, dtype=np.float32), self.rate)

    def resampled(self, rate: int) -> Waveform:
        """The same sound at another rate (soxr, high quality)."""
        if rate == self.rate:
            return self
        import soxr

        moved = soxr.resample(self.samples.T, self.rate, rate)
        return Waveform(np.ascontiguousarray(moved.T, dtype=np.float32), rate)


def in_full_scale(sounds: NDArray[np.int16]) -> NDArray[np.float32]:
    """Sixteen-bit samples of any shape as float32, full scale +-1.0."""
    return sounds.astype(np.float32) * np.float32(1 / 32768)
