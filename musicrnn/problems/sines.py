"""A sum of sines out of nothing, after the sound generation of Koutnik et al. (2014, 1402.3511).

The input is 1 at every step, so the network must make the wave by itself. Four sines with periods
of 8, 32, 80 and 160 steps, phases drawn once from ``phases``; their sum is halved, so that its
variance, the error of silence, is about 0.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from musicrnn.problems.protocol import Examples, Problem

PERIODS = (8, 32, 80, 160)


@dataclass(frozen=True)
class SumOfSines(Problem):
    """Inputs: 1. Length: steps. All examples are the same; ``phases`` is the seed of the wave."""

    inputs: ClassVar[int] = 1
    varied: ClassVar[bool] = False
    phases: int = 0

    def wave(self, length: int) -> NDArray[np.float32]:
        """The target [length]."""
        phases = np.random.default_rng(self.phases).uniform(0, 2 * np.pi, len(PERIODS))
        turns = np.arange(length)[:, None] / np.array(PERIODS)
        return (np.sin(2 * np.pi * turns + phases).sum(1) / 2).astype(np.float32)

    def guess(self, length: int) -> float:
        return float(self.wave(length).var())

    def _draw(self, random: np.random.Generator, rows: int, length: int) -> Examples:
        del random  # nothing is
        wave = np.repeat(self.wave(length)[None], rows, axis=0)
        return Examples(np.ones((rows, length, 1), np.float32), np.arange(length), wave)
