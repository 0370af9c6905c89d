"""Parity: is the number of ones odd? One wrong bit anywhere turns the answer.

``Parity`` gives a bit a step and wants the parity of all bits so far after every step, or with
``at_end`` after the last one alone, which is far harder to learn. For a network without steps in
time :func:`parity_of` gives whole strings (Kalchbrenner et al. 2015, 1507.01526, section 4.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from musicrnn.problems.protocol import Examples, Problem


@dataclass(frozen=True)
class Parity(Problem):
    """Inputs: the bit as -1 or 1. Length: bits."""

    unit: ClassVar[str] = "bits"
    inputs: ClassVar[int] = 1
    classes: ClassVar[int] = 2
    at_end: bool = False

    def _draw(self, random: np.random.Generator, rows: int, length: int) -> Examples:
        bits = random.integers(0, 2, (rows, length))
        x = (2 * bits - 1).astype(np.float32)[..., None]
        steps = np.arange(length - 1 if self.at_end else 0, length)
        return Examples(x, steps, (bits.cumsum(1) % 2)[:, steps])


def parity_of(
    random: np.random.Generator, rows: int, bits: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Strings [rows, bits] of -1 and 1 and their parity [rows], 1 for an odd number of ones."""
    drawn = random.integers(0, 2, (rows, bits))
    return (2 * drawn - 1).astype(np.float32), drawn.sum(1) % 2
