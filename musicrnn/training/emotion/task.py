"""Valence and arousal of a piece: whether it sounds pleasant, and whether it sounds lively.

Conventions. An axis is positive or not; what it is called for a balanced accuracy depends on
whether it is likelier than among the training pieces, of which one sign may be far commoner. The
quadrants of both axes are called by words of Russell, A Circumplex Model of Affect (Journal of
Personality and Social Psychology 39, 1980); their probabilities are products of those of the axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.io.notes import read_piece
from musicrnn.listening.answer import Answer, Moment
from musicrnn.tokens.changed import changed
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import (
    SPLITS,
    DataRequest,
    Piece,
    SkippedFile,
    Sources,
    Split,
    TrainingData,
    described,
    few,
    read_all,
    reasons,
)
from musicrnn.training.emotion.bars import (
    AXES,
    TOKENIZER,
    Array,
    EmotionSettings,
    EmotionSizes,
    RatedPiece,
    fit_logistic,
    ratings_of,
    read,
    sigmoid,
)
from musicrnn.training.protocol import Task

if TYPE_CHECKING:
    from musicrnn.training.emotion.network import (
        EmotionFigures,
        EmotionNetwork,
        EmotionObjective,
    )

QUADRANTS = {
    "excited": (True, True),
    "tense": (False, True),
    "calm": (True, False),
    "sad": (False, False),
}  # valence and arousal, positive or not


class Emotion(Task):
    """Examples are RatedPieces."""

    name: ClassVar[str] = "emotion"
    does: ClassVar[str] = "tells valence and arousal of a piece"
    verb: ClassVar[str] = "classify"
    unit: ClassVar[str] = "rating"
    items: ClassVar[str] = "pieces"
    example: ClassVar[str] = "rated piece"
    reads: ClassVar[str] = "scores"
    settings: ClassVar[type[EmotionSettings]] = EmotionSettings
    ratings: ClassVar[tuple[str, ...]] = AXES
    floor: ClassVar[str] = "logistic regression"

    def encode(
        self, sources: Sources, request: DataRequest, like: Checkpoint | None = None
    ) -> TrainingData:
        """All models read pieces alike. A piece without a rating is left out.

        Raises:
            MusicRNNError: no piece has ratings.
        """
        found: dict[Split, list[RatedPiece]] = {split: [] for split in SPLITS}
        refused: list[SkippedFile] = []
        told: list[str] = []
        for _, pieces in sources:
            kept, left_out = read_all(pieces, lambda piece: _rated(piece, told))
            refused += left_out
            for item in kept:
                found[item.piece.split].append(item.content)
        if not any(found.values()):
            raise MusicRNNError(f"no piece is rated for {' or '.join(AXES)} ({reasons(refused)})")
        every = [piece for split in SPLITS for piece in found[split]]
        arrays = [a for p in every for a in (p.ratings, p.reading.bars, p.reading.piece)]
        counts = {"pieces": {split: len(pieces) for split, pieces in found.items()}}
        description = described((card for card, _ in sources), arrays, counts, len(refused))
        title = f"{' and '.join(AXES)} of pieces"
        said = few(told)
        return TrainingData(found, None, description, refused=refused, title=title, said=said)

    def check(self, data: TrainingData) -> None:
        super().check(data)
        train, valid = data.examples["train"], data.examples["valid"]
        for pieces, what, least in ((train, "train on, +1 and -1,", 2), (valid, "validate on", 1)):
            for axis, ratings in zip(AXES, ratings_of(pieces).T, strict=True):
                if len({-1, 1} & set(ratings.tolist())) < least:
                    raise MusicRNNError(f"there are no ratings to {what} for {axis}")

    def plan(self, data: TrainingData, settings: EmotionSettings) -> TrainingConfig:
        """200 updates, validated at their end: so few pieces are too few to choose a length on."""
        return TrainingConfig(
            updates=200,
            learning_rate=2e-3,
            warm_up=10,
            weight_decay=0.1,
            average=0.97,
            validate_every=200,
        )

    def config(self, data: TrainingData, settings: EmotionSettings) -> EmotionSizes:
        return settings.extended(EmotionSizes, {})

    def build(self, data: TrainingData, settings: EmotionSettings) -> EmotionNetwork:
        """Its scales and its regression are those of the training pieces."""
        network: EmotionNetwork = super().build(data, settings)
        network.observe(data.examples["train"])
        return network

    def objective(
        self, network: Any, data: TrainingData, settings: EmotionSettings, plan: TrainingConfig
    ) -> EmotionObjective:
        from musicrnn.training.emotion.network import EmotionObjective

        train, valid = data.examples["train"], data.examples["valid"]
        return EmotionObjective(network, train, valid, settings=settings, seed=plan.seed)

    def header(self, data: TrainingData, settings: EmotionSettings) -> dict[str, Any]:
        return {"axes": list(AXES), "labels": list(QUADRANTS)}

    @property
    def network(self) -> type[EmotionNetwork]:
        from musicrnn.training.emotion.network import EmotionNetwork

        return EmotionNetwork

    def baselines(self, data: TrainingData, split: Split) -> dict[str, float]:
        """The mean of both axes."""
        from musicrnn.training.emotion.network import BASELINES, nats_of

        pieces = data.examples[split]
        told = np.stack(baseline_probabilities(data.examples["train"], pieces))
        nats = nats_of(told, ratings_of(pieces)).mean(1)
        return dict(zip(BASELINES, nats.tolist(), strict=True))

    def loss(self, network: Any, data: TrainingData, split: Split) -> float:
        """The mean of both axes."""
        from musicrnn.training.emotion.network import nats_of, probabilities

        pieces = data.require(split, self.example)
        return float(nats_of(probabilities(network, pieces)[None], ratings_of(pieces)).mean())

    def measure(
        self, checkpoints: Sequence[Checkpoint], data: TrainingData, split: Split
    ) -> EmotionFigures:
        from musicrnn.training.emotion.network import emotion_figures

        pieces = data.require(split, self.example)
        told, called = predictions(self.load(checkpoints[0]), data, split)
        return emotion_figures(told, called, pieces)

    def labeller(self, checkpoint: Checkpoint, device: str = "auto") -> PieceLabeller:
        from musicrnn.device import torch_device

        return PieceLabeller(self.load(checkpoint).to(torch_device(device)))


EMOTION = Emotion()


@dataclass(frozen=True, eq=False)
class PieceLabeller:
    """Tells the quadrant of MIDI and ABC files."""

    network: Any

    def classify_file(self, path: str | Path, *, convert: bool = False) -> Answer:
        """The timeline's quadrants are those of windows, from bar to bar; the first bar is 1. Of
        notes there is nothing to convert.

        Raises:
            MusicRNNError: the file cannot be read, or has no pitched note.
        """
        from musicrnn.training.emotion.network import window_probabilities, window_starts

        score = read_piece(path)
        reading = read(score)
        rows, bars = window_probabilities(self.network, [reading])[0], len(reading.bars)
        crop = self.network.config.crop
        moments: list[Moment] = []
        for start, row in zip(window_starts(bars, crop), rows, strict=True):
            label, probability = next(iter(quadrants(row).items()))
            moments.append(Moment(start + 1, min(bars, start + crop), label, probability))
        axes = rows.mean(0)
        found = quadrants(axes)
        label, probability = next(iter(found.items()))
        return Answer(
            label=label,
            probability=probability,
            probabilities=found,
            likely=True,
            timeline=tuple(moments),
            unit="bars",
            axes=dict(zip(AXES, axes.tolist(), strict=True)),
            said=(*score.said, *changed(score, TOKENIZER)),
        )


def quadrants(axes: Array) -> dict[str, float]:
    """The probability of each quadrant, the likeliest first, from those of the axes [A]."""
    found = {
        name: float(np.prod(np.where(signs, axes, 1 - axes))) for name, signs in QUADRANTS.items()
    }
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def predictions(
    network: EmotionNetwork, data: TrainingData, split: Split
) -> tuple[Array, NDArray[np.bool_]]:
    """Probabilities [3, N, A] of the network and the baselines, and what is called positive."""
    from musicrnn.training.emotion.network import probabilities

    train, pieces = data.require("train", EMOTION.example), data.examples[split]
    commonest, regression = baseline_probabilities(train, pieces)
    told = np.stack([probabilities(network, pieces), commonest, regression])
    called = told > commonest
    called[1] = commonest > 0.5
    return told, called


def baseline_probabilities(
    train: Sequence[RatedPiece], pieces: Sequence[RatedPiece]
) -> tuple[Array, Array]:
    """[N, A] of each baseline: the share of positive training pieces, and the regression."""
    ratings = ratings_of(train)
    share = (ratings > 0).sum(0) / np.maximum(1, (ratings != 0).sum(0))
    return np.tile(share, (len(pieces), 1)), sigmoid(fit_logistic(train).logits(pieces))


def _rated(piece: Piece, told: list[str]) -> RatedPiece:
    """A piece that is rated; what is to be known of its file joins ``told``."""
    ratings = np.array([piece.ratings.get(axis, 0) for axis in AXES], np.int8)
    if not ratings.any():
        raise MusicRNNError(f"it is not rated for {' or '.join(AXES)}")
    score = piece.read()
    rated = RatedPiece(piece.name, piece.group or piece.name, ratings, read(score))
    told += [f"{piece.name}: {said}" for said in (*score.said, *changed(score, TOKENIZER))]
    return rated
