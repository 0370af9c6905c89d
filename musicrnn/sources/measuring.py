"""A model measured on data, alone or beside a second one on the same pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.metrics.paired import PairedDifference
from musicrnn.sources.readers import measured
from musicrnn.training.data import DataRequest, SkippedFile, Split
from musicrnn.training.protocol import Examples, Figures
from musicrnn.training.task import ensemble_task


@dataclass(frozen=True)
class Measured:
    """A model, or an ensemble, to be measured, by its name."""

    name: str
    checkpoints: Sequence[Checkpoint]


@dataclass(frozen=True)
class FiguresOfTwo:
    """The figures of one model, those of another, and their paired difference."""

    name: str
    figures: Figures
    other_name: str
    other: Figures
    difference: PairedDifference

    @property
    def n(self) -> int:
        return self.figures.n

    @property
    def examples(self) -> Examples:
        return self.figures.examples

    def as_json(self) -> dict[str, Any]:
        """The first model's figures; ``against`` has the other's, ``difference`` both."""
        return {
            **self.figures.as_json(),
            "against": {"model": self.other_name, **self.other.as_json()},
            "difference": self.difference.as_json(),
        }

    def as_text(self) -> str:
        return self.figures.as_text() + "\n\n" + self.difference.as_text(self.name, self.other_name)


@dataclass(frozen=True)
class Evaluated:
    """The figures, the files that were left out, and sentences on how the data were split;
    ``whole``: on all of a folder, in place of a split."""

    figures: Figures
    refused: Sequence[SkippedFile]
    said: Sequence[str]
    whole: bool = False


def figures_of(
    model: Measured, request: DataRequest, split: Split = "test", *, against: Measured | None = None
) -> Evaluated:
    """The figures of a model, beside those of ``against`` where there is one, on a split of data.

    With ``request.whole`` all of a folder is measured on that none of the models has learnt from.

    Raises:
        MusicRNNError: no such data, nothing that the model can read in the split, no ensemble, or
            two models that cannot be compared.
    """
    if against is not None:
        task, other_task = map(ensemble_task, (model.checkpoints, against.checkpoints))
        if other_task is not task:
            raise MusicRNNError(
                f"two models are compared where both are of one kind: {model.name} {task.does}, "
                f"{against.name} {other_task.does}"
            )
    figures, data = measured(model.checkpoints, request, split)
    if against is None:
        return Evaluated(figures, data.refused, data.said, data.whole)
    other, theirs = measured(against.checkpoints, request, split)
    if data.whole != theirs.whole:  # one of them has learnt from the folder
        return figures_of(model, replace(request, whole=False), split, against=against)
    difference = figures.examples.against(other.examples)
    refused = list(dict.fromkeys([*data.refused, *theirs.refused]))
    said = list(dict.fromkeys([*data.said, *theirs.said]))
    both = FiguresOfTwo(model.name, figures, against.name, other, difference)
    return Evaluated(both, refused, said, data.whole)
