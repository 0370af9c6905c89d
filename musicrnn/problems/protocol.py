"""What every problem offers: examples without end, and what an answer by guessing is worth.

Conventions. Inputs are [B, T, F] float32; ``length`` is how long the lag is, in the unit that the
problem states. Answers are wanted at a few steps, the same in all rows: classes [B, A] or, where a
problem has 0 classes, numbers [B, A]. All randomness comes from the generator that is given.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError


@dataclass(frozen=True, eq=False)
class Examples:
    """Inputs [B, T, F], the steps [A] at which an answer is wanted, and the answers [B, A]."""

    inputs: NDArray[np.float32]
    steps: NDArray[np.int64]
    answers: NDArray[np.int64] | NDArray[np.float32]


@dataclass(frozen=True)
class Problem(ABC):
    """One problem; listed by name in PROBLEMS. Its fields are the options that it has."""

    unit: ClassVar[str] = "steps"  # of a length
    inputs: ClassVar[int]  # numbers a step
    classes: ClassVar[int] = 0  # to choose from at a step; 0: the answer is a number
    shortest: ClassVar[int] = 1
    varied: ClassVar[bool] = True  # False: all examples of a length are the same

    @property
    def measure(self) -> str:
        """What an answer is judged by: "accuracy" (higher is better) or "mse" (lower)."""
        return "accuracy" if self.classes else "mse"

    @property
    def solved(self) -> float:
        """The accuracy or mean squared error from which on the problem counts as solved."""
        return 0.95 if self.classes else 0.01

    def guess(self, length: int) -> float:
        """The measure of the best answer that ignores the inputs; classes are equally likely."""
        return 1 / self.classes

    @abstractmethod
    def _draw(self, random: np.random.Generator, rows: int, length: int) -> Examples: ...

    def draw(self, random: np.random.Generator, rows: int, length: int) -> Examples:
        """``rows`` new examples.

        Raises:
            MusicRNNError: the length is below the shortest, or there is no row.
        """
        if length < self.shortest:
            raise MusicRNNError(
                f"this problem is {self.shortest} or more {self.unit} long, got {length}"
            )
        if rows < 1:
            raise MusicRNNError(f"rows must be 1 or more, got {rows}")
        return self._draw(random, rows, length)

    def is_solved(self, score: float) -> bool:
        return score >= self.solved if self.classes else score <= self.solved


def one_hot(classes: NDArray[np.integer], count: int) -> NDArray[np.float32]:
    """[...] -> [..., count] of 0 and 1."""
    return np.eye(count, dtype=np.float32)[classes]
