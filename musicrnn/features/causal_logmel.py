"""Log-mel frames that need nothing from the future: for words, and for sound that is still coming.

Conventions. In: samples float32 [N] or a batch [B, N] at ``rate`` Hz, full scale +-1.0. Out:
float32 [T, n_mels] or [B, T, n_mels] in dB relative to full scale (a full-scale sine is near 0),
never below ``floor``. Frame j is there once its last sample is: it covers the ``n_fft`` samples
before (j + 1) * hop, zeros before the start, so T = N // hop. Nothing is normalised by the loudest
frame, which a stream does not know yet. Fed in pieces, the frames are those of the whole.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Samples
from musicrnn.bounds import check, number, whole
from musicrnn.errors import MusicRNNError
from musicrnn.features.logmel import configured

NAME = "causal-log-mel"


@dataclass(frozen=True)
class CausalLogMel:
    """A recipe: Hann windows of 32 ms every 16 ms, 40 bands of Slaney's mel scale."""

    rate: int = whole(16_000, 1000, 192_000)
    n_fft: int = whole(512, 16, 65_536)
    hop: int = whole(256, 1, 65_536)
    n_mels: int = whole(40, 1, 1024)
    low: float = number(60.0, 0)  # Hz, the lowest and the highest band's edge
    high: float = number(7600.0, 1)
    floor: float = number(-100.0, -200, -1)  # dB
    seconds: float = number(1.0, 0.1, 60)  # how much of a clip is used

    def __post_init__(self) -> None:
        check(self, "causal log-mel ")
        if not self.hop <= self.n_fft or not self.low + 1 <= self.high <= self.rate / 2:
            raise MusicRNNError(
                f"a causal log-mel has hop <= n_fft and low + 1 <= high <= {self.rate / 2:g} Hz, "
                f"got hop {self.hop}, n_fft {self.n_fft}, low {self.low:g}, high {self.high:g}"
            )

    @property
    def samples(self) -> int:
        """The length of a clip."""
        return round(self.seconds * self.rate)

    @property
    def frame_seconds(self) -> float:
        """From one frame to the next."""
        return self.hop / self.rate

    def frames(self, samples: Samples) -> NDArray[np.float32]:
        """[N] or [B, N] -> [T, n_mels] or [B, T, n_mels]."""
        past = np.zeros((*samples.shape[:-1], self.n_fft - self.hop), np.float32)
        return self.continued(np.concatenate([past, samples], axis=-1))

    def continued(self, samples: Samples) -> NDArray[np.float32]:
        """The frames of sound whose first n_fft - hop samples are those of the block before."""
        count = max(0, (samples.shape[-1] - self.n_fft) // self.hop + 1)
        if count == 0:
            return np.zeros((*samples.shape[:-1], 0, self.n_mels), np.float32)
        views = np.lib.stride_tricks.sliding_window_view(samples, self.n_fft, axis=-1)
        spectrum = np.fft.rfft(views[..., :: self.hop, :][..., :count, :] * self.window)
        power = (np.square(spectrum.real) + np.square(spectrum.imag)) @ self.bands
        least = np.float32(10.0 ** (self.floor / 10))
        return np.float32(10.0) * np.log10(power.astype(np.float32) + least)

    @cached_property
    def window(self) -> NDArray[np.float32]:
        """Hann [n_fft], scaled so that a full-scale sine has a power near 1."""
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self.n_fft) / self.n_fft)
        return (hann * 2 / hann.sum()).astype(np.float32)

    @cached_property
    def bands(self) -> NDArray[np.float32]:
        """[1 + n_fft // 2, n_mels]; every band's weights add up to 1, at least one bin each."""
        from librosa.filters import mel

        bands = mel(
            sr=self.rate,
            n_fft=self.n_fft,
            n_mels=self.n_mels,
            fmin=self.low,
            fmax=self.high,
            norm=None,
            dtype=np.float32,
        )
        return np.ascontiguousarray(bands.T)

    def configuration(self) -> dict[str, Any]:
        """What :func:`causal_logmel_from` takes, as JSON."""
        return {"name": NAME, **asdict(self)}


class FrameStream:
    """Frames of sound that comes in pieces of any length: of one sound, or of ``rows`` in step."""

    def __init__(self, recipe: CausalLogMel, rows: tuple[int, ...] = ()) -> None:
        self.recipe = recipe
        self.waiting = np.zeros((*rows, recipe.n_fft - recipe.hop), np.float32)

    def push(self, samples: Samples) -> NDArray[np.float32]:
        """The frames that these samples [N] or [B, N] complete, [T, n_mels] or [B, T, n_mels].

        T may be 0.
        """
        heard = np.concatenate([self.waiting, samples], axis=-1)
        frames = self.recipe.continued(heard)
        self.waiting = heard[..., frames.shape[-2] * self.recipe.hop :]
        return frames


def causal_logmel_from(configuration: object) -> CausalLogMel:
    """The recipe that a checkpoint's "features" entry describes.

    Raises:
        MusicRNNError: it is not one.
    """
    return configured(CausalLogMel, NAME, configuration, called="causal log-mel")
