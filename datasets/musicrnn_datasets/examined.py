"""What a model is looked at on, without a figure of its quality: its gradients, lighter weights.

Conventions. ``on`` is the name of a corpus or a folder, of which the test split is read; without it
a model that composes samples pieces itself, as its style likes them, from ``seed`` on. ``found`` is
a folder where corpora lie. Nothing is chosen by what is measured here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import counted
from musicrnn.networks.gradients import DEFAULT_STEPS, GradientNorms
from musicrnn.pretrained import Style
from musicrnn.sampling.divergence import MAX_TOKENS, FormatFigures, format_figures, truncated
from musicrnn.sampling.engine import check_sampled
from musicrnn.sources.readers import read_data
from musicrnn.training.data import DataRequest, SkippedFile, Split, TrainingData
from musicrnn.training.protocol import OwnPieces
from musicrnn.training.task import task_of

OWN_TOKENS = 20_000  # of its own pieces that the cost of lighter weights is measured on


@dataclass(frozen=True)
class Examinee:
    """What of a model is looked at: ``on`` which data, or on its own pieces."""

    checkpoint: Checkpoint
    style: Style
    on: str | None = None
    seed: int = 0
    found: Path | None = None


@dataclass(frozen=True, eq=False)
class Examined:
    """Pieces as the model reads them, what they are in words, and the data where there are any."""

    pieces: Sequence[Any]
    read: str
    data: TrainingData | None = None

    @property
    def refused(self) -> tuple[SkippedFile, ...]:
        """What of the data was left out."""
        return () if self.data is None else tuple(self.data.refused)


def examined(examinee: Examinee, own: OwnPieces) -> Examined:
    """The test split, or pieces that the model samples.

    Raises:
        MusicRNNError: the model makes no pieces of its own, or there are no such data.
    """
    task = task_of(examinee.checkpoint)
    if examinee.on is None:
        pieces = task.own_pieces(examinee.checkpoint, examinee.style, own=own, seed=examinee.seed)
        return Examined(pieces, f"{counted(len(pieces), 'piece')} of its own, seed {examinee.seed}")
    request = DataRequest((examinee.on,), examinee.found)
    data = read_data(task, request, examinee.checkpoint)
    pieces = data.require("test", task.example)
    text = f"{counted(len(pieces), task.example)} of the test split of {examinee.on}"
    return Examined(pieces, text, data)


@dataclass(frozen=True, eq=False)
class ModelGradients:
    """The norms, what one step back is, what was read, and what of it was left out."""

    gradients: GradientNorms
    unit: str  # "tokens" or "frames"
    read: str
    refused: tuple[SkippedFile, ...] = ()


def model_gradients(examinee: Examinee, *, steps: int | None = None) -> ModelGradients:
    """How far back in time the loss of a model is felt; see :mod:`musicrnn.networks.gradients`.

    Raises:
        MusicRNNError: a kind of model that makes no pieces, without data; one that gradients are
            not known of; no such data, or pieces too short for so many ``steps``.
    """
    task = task_of(examinee.checkpoint)
    network = task.load(examinee.checkpoint)

    def enough(pieces: Sequence[Any]) -> bool:
        return len(pieces) >= 16 or sum(len(p) // (DEFAULT_STEPS + 1) for p in pieces) >= 32

    looked_at = examined(examinee, OwnPieces(4, enough, steps or DEFAULT_STEPS))
    norms = task.gradients(network, looked_at.pieces, steps)
    unit = "tokens" if "tokenizer" in examinee.checkpoint.metadata else "frames"
    return ModelGradients(norms, unit, looked_at.read, looked_at.refused)


@dataclass(frozen=True)
class Quantization:
    """What lighter weights cost a model that composes, and on what that was measured.

    Attributes:
        held: one for each way to hold the weights, float32 first.
        read: the pieces in words.
        pieces, tokens: how many were read and predicted.
        cut: the tokens of each piece that were predicted at most, None if all of all.
        baselines: nats a token on the same tokens by counting the train split of the corpus; none
            for pieces of its own.
        refused: files that were left out.
    """

    held: tuple[FormatFigures, ...]
    read: str
    pieces: int
    tokens: int
    cut: int | None
    baselines: dict[str, float]
    refused: tuple[SkippedFile, ...] = ()


def quantization(examinee: Examinee, *, limit: int = MAX_TOKENS) -> Quantization:
    """Measure on ``limit`` tokens at most; see :mod:`musicrnn.sampling.divergence`.

    Raises:
        MusicRNNError: a model that is no language model, no such data, or logits not finite.
    """
    check_sampled(examinee.checkpoint)

    def enough(pieces: Sequence[Any]) -> bool:
        return len(pieces) >= 64 or sum(map(len, pieces)) >= OWN_TOKENS

    looked_at = examined(examinee, OwnPieces(16, enough))
    pieces, cut = truncated(looked_at.pieces, limit)
    baselines: dict[str, float] = {}
    if looked_at.data is not None:
        same: dict[Split, Any] = {**looked_at.data.examples, "test": pieces}
        data = TrainingData(same, looked_at.data.encoding, {})
        baselines = task_of(examinee.checkpoint).baselines(data, "test")
    return Quantization(
        tuple(format_figures(examinee.checkpoint, pieces)),
        looked_at.read,
        len(pieces),
        sum(max(0, len(piece) - 1) for piece in pieces),
        cut,
        baselines,
        looked_at.refused,
    )
