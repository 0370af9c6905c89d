"""Evaluate a classifier on a split of a labelled corpus or folder.

Conventions. ``data`` is the name of a labelled corpus, a folder a label, or a split CSV; ``found``
a folder where corpora lie. Accuracy is by recording, with all its windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.listening.labeller import Labeller
from musicrnn.metrics.classification import Classification, classification
from musicrnn.models.labelling import mean_probabilities
from musicrnn.training.classification import recording_logits
from musicrnn.training.classify import LabelledMaterial
from musicrnn_datasets.classifying import PreparedLabels, prepare_labels
from musicrnn_datasets.corpus import Refusal, Split


@dataclass(frozen=True)
class ClassifierEvaluation:
    """Scores of the split, the mean negative log-likelihood in nats, and what was left out."""

    n: int
    scores: Classification
    nats: float
    refused: tuple[Refusal, ...]

    def as_json(self) -> dict[str, Any]:
        """n, accuracy, interval, majority, labels, confusion, scores, nats."""
        return {**asdict(self.scores), "nats": self.nats}


def evaluate_classifier(
    checkpoint: Checkpoint,
    data: str,
    *,
    split: Split = "test",
    found: Path | None = None,
    split_file: Path | None = None,
) -> ClassifierEvaluation:
    """How well a model file tells the recordings of a split.

    Raises:
        MusicRNNError: the file is no classifier, or the split holds nothing that it can hear.
    """
    labeller = Labeller.from_checkpoint(checkpoint)
    prepared = held_out_recordings(labeller, data, split=split, found=found, split_file=split_file)
    recordings = prepared.recordings[split]
    logits = recording_logits(labeller.model, recordings)
    told = np.stack([mean_probabilities(rows, labeller.temperature) for rows in logits])
    labels = [recording.label for recording in recordings]
    return scored(told, labels, labeller.labels, refused=prepared.refused)


def scored(
    told: NDArray[np.float64],
    labels: Sequence[int],
    names: Sequence[str],
    *,
    refused: Sequence[Refusal],
) -> ClassifierEvaluation:
    """The scores of what was told, probabilities [n, K], where ``labels`` [n] are right."""
    right = told[np.arange(len(labels)), labels]
    return ClassifierEvaluation(
        n=len(labels),
        scores=classification(labels, told.argmax(axis=1).tolist(), names),
        nats=float(-np.log(np.maximum(right, 1e-12)).mean()),
        refused=tuple(refused),
    )


def held_out_recordings(
    labeller: Labeller,
    data: str,
    *,
    split: Split,
    found: Path | None = None,
    split_file: Path | None = None,
) -> PreparedLabels:
    """All recordings of ``data`` as a model hears them.

    Raises:
        MusicRNNError: there is no such data, or the split has nothing that the model can hear.
    """
    like = LabelledMaterial(
        labeller.labels, (), (), recipe=labeller.recipe, tokenizer=labeller.tokenizer
    )
    prepared = prepare_labels(data, split_file=split_file, data=found, like=like)
    if not prepared.recordings[split]:
        raise MusicRNNError(f"the {split} split of {data} has no recording that the model can hear")
    return prepared
