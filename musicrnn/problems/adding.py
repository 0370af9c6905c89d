"""Adding (Hochreiter and Schmidhuber 1997, as Le et al. 2015, 1504.00941, set it).

Every step gives a number drawn evenly from [0, 1] and a mark. Two numbers are marked, one in each
half; at the last step their sum is wanted. Always answering 1 has a squared error of 1/6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from musicrnn.problems.protocol import Examples, Problem


@dataclass(frozen=True)
class Adding(Problem):
    """Inputs: number, mark. Length: steps."""

    inputs: ClassVar[int] = 2
    shortest: ClassVar[int] = 2

    def guess(self, length: int) -> float:
        return 1 / 6  # the variance of the sum of two even numbers

    def _draw(self, random: np.random.Generator, rows: int, length: int) -> Examples:
        x = np.zeros((rows, length, 2), np.float32)
        x[..., 0] = random.random((rows, length))
        all_rows, half = np.arange(rows), length // 2
        x[all_rows, random.integers(0, half, rows), 1] = 1
        x[all_rows, random.integers(half, length, rows), 1] = 1
        total = (x[..., 0] * x[..., 1]).sum(1, keepdims=True)
        return Examples(x, np.array([length - 1]), total)
