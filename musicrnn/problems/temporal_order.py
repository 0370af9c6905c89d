"""Temporal order (Hochreiter and Schmidhuber 1997, experiment 6a).

Among steps of four meaningless symbols two carry X or Y: one in the second tenth of the sequence,
one between half and six tenths. At the last step the order is wanted: XX, XY, YX or YY.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from musicrnn.problems.protocol import Examples, Problem, one_hot

MEANINGLESS = 4  # symbols 0..3; X and Y follow


@dataclass(frozen=True)
class TemporalOrder(Problem):
    """Inputs: one of six symbols. Length: steps."""

    inputs: ClassVar[int] = MEANINGLESS + 2
    classes: ClassVar[int] = 4
    shortest: ClassVar[int] = 10

    def _draw(self, random: np.random.Generator, rows: int, length: int) -> Examples:
        symbols = random.integers(0, MEANINGLESS, (rows, length))
        order = random.integers(0, 2, (rows, 2))  # 0 is X, 1 is Y
        tenth, all_rows = length // 10, np.arange(rows)
        for index, first in enumerate((tenth, 5 * tenth)):
            at = random.integers(first, first + tenth, rows)
            symbols[all_rows, at] = MEANINGLESS + order[:, index]
        answer = 2 * order[:, :1] + order[:, 1:]
        return Examples(one_hot(symbols, self.inputs), np.array([length - 1]), answer)
