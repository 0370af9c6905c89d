"""A kind of model that is new: it tells a piece's mean pitch. musicrnn/training/mean_pitch.py

The network, its objective and its figures are in musicrnn/networks/mean_pitch.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from musicrnn.bounds import whole
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.networks.sizes import Sizes
from musicrnn.score import Score
from musicrnn.training.data import SPLITS, DataRequest, Split, TrainingData, described, read_all
from musicrnn.training.protocol import Sources, Task


@dataclass(frozen=True)
class MeanPitchSizes(Sizes):
    cell: str = "gru"
    hidden: int = whole(32, 1, 4096)


@dataclass(frozen=True)
class MeanPitchSettings(MeanPitchSizes):
    batch_size: int = whole(8, 1, 4096)


class MeanPitch(Task):
    name: ClassVar[str] = "mean_pitch"
    verb: ClassVar[str] = "estimate"
    does: ClassVar[str] = "tells the mean pitch of a piece"
    unit: ClassVar[str] = "piece"
    items: ClassVar[str] = "pieces"
    reads: ClassVar[str] = "scores"
    settings: ClassVar[type[MeanPitchSettings]] = MeanPitchSettings

    def encode(
        self, sources: Sources, request: DataRequest, like: Checkpoint | None = None
    ) -> TrainingData:
        examples: dict[Split, list[Any]] = {split: [] for split in SPLITS}
        refused: list[Any] = []
        for _, pieces in sources:
            read, left_out = read_all(pieces, lambda piece: pitches_of(piece.read()))
            refused += left_out
            for each in read:
                examples[each.piece.split].append(each.content)
        arrays = [piece for split in SPLITS for piece in examples[split]]
        counts = {"pieces": {split: len(found) for split, found in examples.items()}}
        cards = [card for card, _ in sources]
        description = described(cards, arrays, counts, len(refused))
        return TrainingData(examples, None, description, refused=refused, title="pitches")

    def config(self, data: TrainingData, settings: MeanPitchSettings) -> MeanPitchSizes:
        return settings.extended(MeanPitchSizes, {})

    def objective(self, network: Any, data: TrainingData, settings: Any, plan: Any) -> Any:
        from musicrnn.networks.mean_pitch import MeanPitchObjective

        return MeanPitchObjective(network, data, settings.batch_size, plan.seed)

    @property
    def network(self) -> Any:
        from musicrnn.networks.mean_pitch import MeanPitchModel

        return MeanPitchModel

    def baselines(self, data: TrainingData, split: Split) -> dict[str, float]:
        middle = np.mean([piece.mean() for piece in data.examples["train"]])
        errors = [(piece.mean() - middle) ** 2 for piece in data.examples[split]]
        return {"the training pieces' mean": float(np.mean(errors))}

    def measure(self, checkpoints: Sequence[Checkpoint], data: TrainingData, split: Split) -> Any:
        from musicrnn.networks.mean_pitch import MeanPitchFigures, squared_errors

        data.require(split, self.example)
        found = squared_errors(self.load(checkpoints[0]), data.examples[split])
        return MeanPitchFigures(len(found), float(found.mean()), self.baselines(data, split))


def pitches_of(score: Score) -> Any:
    """[N], of the notes in the order of their starts."""
    notes = sorted(note for track in score.tracks for note in track.notes)
    if not notes:
        raise MusicRNNError("it has no notes")
    return np.array([note.pitch for note in notes[:512]], np.int64)


MEAN_PITCH = MeanPitch()
