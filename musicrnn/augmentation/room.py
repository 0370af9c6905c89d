"""Reverberation with random room responses.

Conventions. Responses [N] start with the direct sound, 1, so that nothing is delayed; after it
comes noise that decays by 60 dB within the reverberation time (Moorer 1979; Polack 1988).
"""

from __future__ import annotations

import numpy as np

from musicrnn.arrays import Samples


def random_response(random: np.random.Generator, rate: int) -> Samples:
    """The response of a room with a reverberation time of 0.1 to 0.7 s."""
    seconds = float(random.uniform(0.1, 0.7))
    time = np.arange(int(seconds * rate), dtype=np.float32) / rate
    tail = random.standard_normal(len(time), np.float32) * np.exp(-6.91 * time / seconds)
    tail[: int(rate * random.uniform(0.001, 0.01))] = 0  # the first wall is some metres away
    tail *= np.sqrt(10 ** (-random.uniform(0, 12) / 10) / max(1e-9, float(np.square(tail).sum())))
    tail[0] = 1.0
    return tail


def reverberate(sounds: Samples, response: Samples) -> Samples:
    """Sounds [B, N] convolved with a room's response, [B, N]; the tail beyond the end is cut."""
    size = 1 << (sounds.shape[-1] + len(response) - 1).bit_length()
    spectrum = np.fft.rfft(sounds, size) * np.fft.rfft(response, size)
    return np.fft.irfft(spectrum, size)[..., : sounds.shape[-1]].astype(np.float32)
