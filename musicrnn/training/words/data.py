"""Clips of words and backgrounds ready to learn from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Samples
from musicrnn.training.data import Split, TrainingData


@dataclass(frozen=True, eq=False)
class Clips:
    """Words: int16 [n, N], mapped from disk or in memory, and the index of each label [n]."""

    sounds: NDArray[np.int16]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Other:
    """Sound int16 [N] in which no keyword is spoken, of a kind: sentences, words or music."""

    kind: str
    samples: NDArray[np.int16]


def nothing_else(split: Split) -> Sequence[Other]:
    """Where no other sound is at hand."""
    del split
    return ()


@dataclass(frozen=True, eq=False)
class WordsData(TrainingData):
    """Examples are Clips, ``encoding`` a CausalLogMel, ``labels`` the words alone.

    ``backgrounds`` are put under words in training, kind by kind; ``recordings``, without words,
    are what a stream of a split is made with. Both have a mean square of 1. ``others`` gives the
    sounds of a split in which no word is spoken, ``coded`` the clips of training as a codec leaves
    them, where it has their rate: both are read when they are asked for.
    """

    backgrounds: list[list[Samples]] = field(default_factory=list[list[Samples]])
    recordings: dict[Split, list[Samples]] = field(default_factory=dict[Split, list[Samples]])
    others: Callable[[Split], Sequence[Other]] = nothing_else
    coded: Callable[[], NDArray[np.int16] | None] = lambda: None
