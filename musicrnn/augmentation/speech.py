"""Non-word speech made from words: negatives for word spotting.

Conventions. Words float32 [N] at any rate, all of one length. The parts of a word are found by its
energy: :func:`extent`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Samples
from musicrnn.augmentation.noise import unit_power

# a word is where the level, dB, is more than so far up from the floor to the peak
WORD_LEVEL_SHARE = 0.15


def extent(sound: NDArray[np.float32] | NDArray[np.int16], rate: int) -> tuple[int, int]:
    """Where a word begins and ends, in samples: first and last 10 ms that stand out."""
    block = max(1, rate // 100)
    count = len(sound) // block
    if count < 2:
        return 0, len(sound)
    power = np.square(sound[: count * block].astype(np.float64)).reshape(count, block).mean(1)
    scale = 32_768.0**2 if sound.dtype.kind == "i" else 1.0
    level = 10 * np.log10(power / scale + 1e-9)
    floor, peak = float(np.quantile(level, 0.1)), float(level.max())
    loud = np.flatnonzero(level > floor + max(WORD_LEVEL_SHARE * (peak - floor), 6.0))
    return (int(loud[0]) * block, int(loud[-1] + 1) * block) if len(loud) else (0, len(sound))


def beginning(word: Samples, rate: int, share: float) -> Samples:
    """A word that is broken off after ``share`` of it."""
    start, end = extent(word, rate)
    cut = start + int(share * (end - start))
    fade = min(rate // 100, len(word) - cut)
    broken = word.copy()
    broken[cut : cut + fade] *= np.linspace(1, 0, fade, dtype=np.float32)
    broken[cut + fade :] = 0
    return broken


def spliced(first: Samples, second: Samples, rate: int) -> Samples:
    """The first half of one word and the second half of another."""
    start, end = extent(first, rate)
    begin, finish = extent(second, rate)
    middle, other = (start + end) // 2, (begin + finish) // 2
    joined = np.concatenate([first[:middle], second[other:]])[: len(first)]
    return np.pad(joined, (0, len(first) - len(joined)))


def babble(random: np.random.Generator, words: NDArray[np.int16], samples: int) -> Samples:
    """Many voices at once, of which none is understood; mean square 1 [samples]."""
    length = words.shape[1]
    sound = np.zeros(samples + length, np.float32)
    for start in range(0, samples, length // 8):
        word = unit_power(words[int(random.integers(len(words)))].astype(np.float32))
        at = start + int(random.integers(length // 8))
        sound[at : at + length] += word[: len(sound) - at]
    return unit_power(sound[:samples])


def no_word(random: np.random.Generator, one: Samples, other: Samples, rate: int) -> Samples:
    """Speech that is no word: reversed, cut off, or spliced."""
    kind = int(random.integers(3))
    if kind == 0:
        return np.ascontiguousarray(one[::-1])
    if kind == 1:
        return beginning(one, rate, float(random.uniform(0.25, 0.6)))
    return spliced(one, other, rate)
