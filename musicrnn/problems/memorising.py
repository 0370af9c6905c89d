"""Copying, or noiseless memorisation (Hochreiter and Schmidhuber 1997; Martens and Sutskever 2011).

Five bits come first, then ``length`` steps of nothing, then a sign; after it the five bits are
wanted in their order. Nothing disturbs the memory, so it is the plainest of long lags: 32 different
sequences in all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from musicrnn.problems.protocol import Examples, Problem, one_hot

BITS = 5
NOTHING, SIGN = 2, 3


@dataclass(frozen=True)
class Copying(Problem):
    """Inputs: bit 0, bit 1, nothing, sign. Length: steps between the last bit and the sign."""

    inputs: ClassVar[int] = 4
    classes: ClassVar[int] = 2

    def _draw(self, random: np.random.Generator, rows: int, length: int) -> Examples:
        bits = random.integers(0, 2, (rows, BITS))
        symbols = np.full((rows, 2 * BITS + length), NOTHING)
        symbols[:, :BITS] = bits
        symbols[:, BITS + length] = SIGN
        steps = np.arange(BITS + length, 2 * BITS + length)
        return Examples(one_hot(symbols, 4), steps, bits)
