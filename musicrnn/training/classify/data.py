"""Recordings ready to learn labels from, and others that have none of the labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from musicrnn.training.classify.recording import Recording
from musicrnn.training.data import Split, TrainingData


def nothing_else(split: Split) -> Sequence[Recording]:
    """Where none of these is not learnt."""
    del split
    return ()


@dataclass(frozen=True, eq=False)
class RecordingData(TrainingData):
    """``others`` gives the recordings of a split that have none of the labels, and are made or read
    when they are asked for; their label is NONE."""

    others: Callable[[Split], Sequence[Recording]] = nothing_else

    def every(self, split: Split) -> list[Recording]:
        """All recordings of a split, those that have a label first."""
        return [*self.examples[split], *self.others(split)]
