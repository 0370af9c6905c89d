"""Synthetic noise, for where no recording of a background is at hand.

Conventions. Noise float32 [N] at ``rate`` Hz with mean square 1; drawn from ``random`` alone.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Random, Samples


def coloured(random: Random, samples: int, slope: float) -> Samples:
    """Gaussian noise whose power falls by ``slope`` * 3 dB an octave: 0 white, 1 pink, 2 brown."""
    spectrum = np.fft.rfft(random.standard_normal(samples, np.float32))
    octave = np.arange(1, len(spectrum) + 1, dtype=np.float32)
    return unit_power(np.fft.irfft(spectrum * octave ** (-slope / 2), samples))


def tone(random: Random, samples: int, rate: int) -> Samples:
    """A steady tone of 40 to 240 Hz with harmonics, as of the mains or of a motor."""
    time = np.arange(samples, dtype=np.float32) / rate
    pitch = float(random.uniform(40, 240))
    tone = np.zeros(samples, np.float32)
    for harmonic in range(1, 12):
        level = float(random.uniform(0, 1)) / harmonic
        tone += level * np.sin(2 * np.pi * (pitch * harmonic * time + random.uniform()))
    return unit_power(tone)


def impulses(random: Random, samples: int, rate: int) -> Samples:
    """Impulses: short decaying bursts of noise at random times."""
    sound = 0.02 * random.standard_normal(samples).astype(np.float32)
    for _ in range(int(random.integers(2, 10))):
        start = int(random.integers(samples))
        length = int(rate * random.uniform(0.01, 0.15))
        decay = np.exp(-np.arange(length, dtype=np.float32) * 6 / length)
        burst = decay * random.standard_normal(length, np.float32) * random.uniform(0.2, 1)
        sound[start : start + length] += burst[: samples - start]
    return unit_power(sound)


def random_noise(random: Random, samples: int, rate: int) -> Samples:
    """One of the kinds above."""
    kinds: list[Callable[[], Samples]] = [
        lambda: coloured(random, samples, float(random.uniform(0, 2.5))),
        lambda: tone(random, samples, rate),
        lambda: impulses(random, samples, rate),
    ]
    return kinds[int(random.choice(3, p=(0.6, 0.2, 0.2)))]()


def unit_power(sound: NDArray[np.floating]) -> Samples:
    """The same sound with mean square 1; silence stays silence."""
    power = float(np.square(sound, dtype=np.float64).mean()) if sound.size else 0.0
    return (sound / np.sqrt(power)).astype(np.float32) if power > 0 else sound.astype(np.float32)
