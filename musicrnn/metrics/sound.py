"""What is lost of a sound: beside another that should be the same, block by block.

Conventions. Samples float32 [N], full scale +-1.0, of both sounds alike. Signal to noise is ten
times the logarithm of the power of the first over that of the difference, dB. The log-mel distance
is the mean difference of 80 bands every 16 ms, dB, as in Mel-cepstral distortion without the cosine
transform; the STFT distance that of magnitudes in windows of WINDOWS samples, a quarter of each
apart. Whatever is softer than -80 dB of full scale counts as such.
"""

from __future__ import annotations

import math

import numpy as np

from musicrnn.arrays import Float32Array, Samples
from musicrnn.errors import MusicRNNError
from musicrnn.features.causal_logmel import CausalLogMel, FrameStream

BANDS, SOFTEST = 80, -80.0  # dB
SECONDS_A_WINDOW, SECONDS_A_FRAME = 0.064, 0.016
RATE = 16_000  # Hz, of whole sounds
WINDOWS = (256, 512, 1024, 2048)


class SoundLoss:
    """Grows with what is pushed of both."""

    def __init__(self, rate: int) -> None:
        recipe = CausalLogMel(
            rate=rate,
            n_fft=round(SECONDS_A_WINDOW * rate),
            hop=round(SECONDS_A_FRAME * rate),
            n_mels=BANDS,
            low=0.0,
            high=rate / 2,
            floor=SOFTEST,
        )
        self._streams = FrameStream(recipe), FrameStream(recipe)
        self._signal = self._noise = self._apart = 0.0
        self._bands = 0

    def push(self, sound: Samples, other: Samples) -> None:
        """Some of both, as many samples of each.

        Raises:
            MusicRNNError: they are not.
        """
        if sound.shape != other.shape or sound.ndim != 1:
            raise MusicRNNError(
                f"two sounds are compared sample by sample, got {list(sound.shape)} and "
                f"{list(other.shape)}"
            )
        difference = other.astype(np.float64) - sound
        self._signal += float(np.square(sound, dtype=np.float64).sum())
        self._noise += float(np.square(difference).sum())
        frames, others = (
            stream.push(samples)
            for stream, samples in zip(self._streams, (sound, other), strict=True)
        )
        self._apart += float(np.abs(frames - others).sum(dtype=np.float64))
        self._bands += frames.size

    @property
    def signal_to_noise(self) -> float:
        """dB; infinite where nothing is lost, nan of silence."""
        if self._signal == 0:
            return math.nan
        return math.inf if self._noise == 0 else 10 * math.log10(self._signal / self._noise)

    @property
    def logmel_distance(self) -> float:
        """dB; nan of less than a frame."""
        return self._apart / self._bands if self._bands else math.nan


def logmel_distance(sound: Samples, other: Samples) -> float:
    """Of two whole sounds at RATE, dB; nan of less than a frame."""
    loss = SoundLoss(RATE)
    loss.push(sound, other)
    return loss.logmel_distance


def stft_distance(sound: Samples, other: Samples) -> float:
    """Of two whole sounds, dB; nan where they are shorter than the longest window."""
    if len(sound) < max(WINDOWS):
        return math.nan
    apart = [
        float(np.abs(_magnitudes(sound, size) - _magnitudes(other, size)).mean())
        for size in WINDOWS
    ]
    return float(np.mean(apart))


def _magnitudes(sound: Samples, size: int) -> Float32Array:
    """dB [T, 1 + size / 2], a full-scale sine near 0."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    windows = np.lib.stride_tricks.sliding_window_view(sound, size)[:: size // 4]
    spectrum = np.abs(np.fft.rfft(windows * (hann * 2 / hann.sum()).astype(np.float32)))
    return np.float32(20) * np.log10(np.maximum(spectrum, np.float32(10 ** (SOFTEST / 20))))
