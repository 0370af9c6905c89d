"""Test sounds for the graph of a classifier: silence, noise, a sweep, and something like words.

Conventions. float32 [N], full scale +-1.0; drawn from a generator, so always the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Samples

MAX_SYLLABLE_SECONDS = 0.8  # seconds of a syllable


def trial_sounds(samples: int, rate: int) -> Samples:
    """Some different ones, [n, samples]."""
    random = np.random.default_rng(0)
    time = np.arange(samples) / rate
    noise = random.standard_normal((2, samples)) * np.array([[0.2], [0.001]])
    sweep = 0.5 * np.sin(2 * np.pi * (100 + 0.2 * rate * time / max(time[-1], 1e-3)) * time)
    spoken = [_syllables(time, random) for _ in range(3)]
    sounds = np.stack([np.zeros(samples), *noise, sweep, *spoken])
    return sounds.astype(np.float32)


def _syllables(time: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Gliding tones with overtones, three a second, over faint noise."""
    sound = 0.003 * random.standard_normal(len(time))
    for begin in np.arange(0.05, time[-1], 1 / 3):
        part = slice(*np.searchsorted(time, (begin, begin + MAX_SYLLABLE_SECONDS)).tolist())
        after = time[part] - begin
        turns = random.uniform(90, 300) * (1 + random.uniform(-0.3, 0.3) * after) * after
        levels = random.uniform(0, 0.3, 12) / np.arange(1, 13)
        tones = np.sin(2 * np.pi * np.arange(1, 13)[:, None] * turns)
        sound[part] += (levels @ tones) * after * np.exp(-12 * after)
    return sound * 0.7 / max(1e-9, float(np.abs(sound).max()))
