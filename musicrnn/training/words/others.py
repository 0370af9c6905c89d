"""Real speech and music in a batch: excerpts, of which those that were mistaken come again.

Conventions. Sounds int16 at one rate. A place is half a second of one of them; an excerpt of N
samples begins up to a quarter of a second beside a place. How much of a word was heard at a place
when it was last drawn is its weight, 0 to 1, half of it what it was before; 1 at first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Random, Samples
from musicrnn.augmentation.noise import unit_power
from musicrnn.training.words.data import Other
from musicrnn.waveform import in_full_scale

PLACE_SECONDS = 0.5
LEVEL_DB = -23.0  # of a sound as a whole, relative to full scale
MIN_POWER = 1e-8
BACKGROUNDS = 30
SEED = 20_261_130


class Places:
    """Where excerpts may begin, and their weights float32 [n]."""

    def __init__(self, others: Sequence[Other], *, rate: int, samples: int) -> None:
        self.samples, self.step = samples, round(PLACE_SECONDS * rate)
        self.others = [other for other in others if len(other.samples) >= samples]
        counts = [(len(other.samples) - samples) // self.step + 1 for other in self.others]
        self.sound = np.repeat(np.arange(len(counts)), counts)
        starts = [np.arange(count) * self.step for count in counts]
        self.start = np.concatenate(starts) if starts else np.zeros(0, np.int64)
        self.weights = np.ones(len(self.start), np.float32)
        self.gains = [_gain(other.samples) for other in self.others]

    def __len__(self) -> int:
        return len(self.start)

    def draw(self, random: Random, count: int, mined: float) -> tuple[Samples, NDArray[np.int64]]:
        """Excerpts float32 [count, N], a share ``mined`` of them drawn by the square of
        their weight; their places."""
        by_weight = random.uniform(size=count) < mined
        places = random.integers(len(self), size=count)
        total = np.cumsum(np.square(self.weights, dtype=np.float64))
        if total[-1] > 0:
            drawn = np.searchsorted(total, random.uniform(size=count) * total[-1], side="right")
            places = np.where(by_weight, drawn.clip(0, len(self) - 1), places)
        beside = random.integers(-self.step // 2, self.step // 2, size=count)
        out = np.empty((count, self.samples), np.float32)
        for row, (place, off) in enumerate(zip(places.tolist(), beside.tolist(), strict=True)):
            index = int(self.sound[place])
            sound = self.others[index].samples
            start = min(max(0, int(self.start[place]) + off), len(sound) - self.samples)
            out[row] = self.gains[index] * in_full_scale(sound[start : start + self.samples])
        return out, places

    def tell(self, places: NDArray[np.int64], heard: NDArray[np.float32]) -> None:
        """How much of a word was heard at these places."""
        self.weights[places] = (self.weights[places] + heard) / 2


def some_of(others: Sequence[Other], samples: int) -> list[list[Samples]]:
    """Up to BACKGROUNDS pieces with a mean square of 1 of speech, and as many of music."""
    random, found = np.random.default_rng(SEED), list[list[Samples]]()
    for is_music in (False, True):
        own = [o for o in others if (o.kind == "music") == is_music and len(o.samples) >= samples]
        found.append([])
        for _ in range(BACKGROUNDS if own else 0):
            sound = own[int(random.integers(len(own)))].samples
            start = int(random.integers(len(sound) - samples + 1))
            found[-1].append(unit_power(in_full_scale(sound[start : start + samples])))
    return found


def _gain(sound: NDArray[np.int16]) -> np.float32:
    some = in_full_scale(sound[:: max(1, len(sound) // 500_000)])
    power = max(MIN_POWER, float(np.square(some, dtype=np.float64).mean()))
    return np.float32(10 ** (LEVEL_DB / 20) / np.sqrt(power))
