"""Training a classifier, from labelled recordings to a calibrated model file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted
from musicrnn.features.logmel import LogMel
from musicrnn.layers.settings import LayerSettings
from musicrnn.metrics.classification import calibrate, classification
from musicrnn.models.classifier import Classifier, ClassifierConfig, padded
from musicrnn.models.labelling import mean_probabilities
from musicrnn.tokens.protocol import Tokenizer
from musicrnn.training.classification import (
    ClassificationObjective,
    Drawing,
    Recording,
    for_model,
    recording_logits,
)
from musicrnn.training.loop import Outcome, Watcher, fit
from musicrnn.training.plan import Plan

BATCH = 32
DOUBTFUL = 0.05  # share of the validation recordings that are called "nothing is likely"


@dataclass(frozen=True)
class ClassifierSettings:
    """Sizes of the network and how crops are drawn; ``listeners`` "" chooses by what is heard."""

    listeners: str = ""
    cell: str = "gru"
    hidden: int = 64
    layers: int = 1
    channels: int = 16
    dropout: float = 0.5
    batch: int = BATCH
    crop: int = 256  # frames or tokens
    shift: int = 2  # mel bands
    smoothing: float = 0.1
    layer: LayerSettings = field(default_factory=LayerSettings)

    def __post_init__(self) -> None:
        for name, low, high in (("batch", 1, 4096), ("crop", 16, 100_000), ("shift", 0, 16)):
            if not low <= getattr(self, name) <= high:
                raise MusicRNNError(f"{name} must be in {low}..{high}, got {getattr(self, name)}")
        if not 0 <= self.smoothing < 1:
            raise MusicRNNError(f"smoothing must be in [0, 1), got {self.smoothing}")


def default_plan(recordings: int, minutes: float | None = None) -> Plan:
    """How a classifier is trained when nothing else is said: 30 epochs, 250 updates at least.

    With ``minutes`` the time decides instead.
    """
    return Plan(
        updates=max(250, 30 * recordings // BATCH) if minutes is None else None,
        minutes=minutes,
        learning_rate=1e-3,
        warm_up=50,
        weight_decay=0.1,
        average=0.99,
        validate_every=50,
        patience=20,
    )


@dataclass(frozen=True, eq=False)
class LabelledMaterial:
    """Recordings ready to learn from, heard through ``recipe`` or read through ``tokenizer``."""

    labels: tuple[str, ...]
    train: Sequence[Recording]
    valid: Sequence[Recording]
    recipe: LogMel | None = None
    tokenizer: Tokenizer | None = None
    description: dict[str, Any] = field(default_factory=dict[str, Any])


def train_classifier(
    material: LabelledMaterial,
    output: Path,
    *,
    settings: ClassifierSettings,
    plan: Plan,
    command: str = "",
    watcher: Watcher | None = None,
    resume: bool = False,
) -> Outcome:
    """Train on ``material``, write the model to ``output``, calibrate it on validation; see fit.

    Raises:
        MusicRNNError: a split is empty, fewer than two labels, or as :func:`fit`.
    """
    if len(material.labels) < 2 or not material.train or not material.valid:
        raise MusicRNNError(
            "a classifier needs two labels and recordings to train and validate on, got "
            f"{counted(len(material.labels), 'label')}, {len(material.train)} and "
            f"{len(material.valid)}"
        )
    torch.manual_seed(plan.seed)  # pyright: ignore[reportUnknownMemberType]
    model = Classifier(_config(material, settings))
    model.observe(_batches(material.train, model, settings.batch))
    variations = material.tokenizer.variations() if material.tokenizer else None
    objective = ClassificationObjective(
        model,
        material.train,
        material.valid,
        drawing=Drawing(settings.batch, settings.crop, settings.shift, settings.smoothing),
        seed=plan.seed,
        variations=variations,
        metadata=_metadata(material, command),
    )
    made_with = {
        **asdict(settings),
        "layer": settings.layer.as_json(),
        "labels": list(material.labels),
        "data": material.description.get("sha256_of_windows") or _fingerprint(material),
    }
    outcome = fit(objective, plan, output, watcher=watcher, resume=resume, made_with=made_with)
    if os.environ.get("RANK", "0") == "0":  # the process that wrote the model
        _calibrate(output, material, half=plan.half)
    return outcome


def _config(material: LabelledMaterial, settings: ClassifierSettings) -> ClassifierConfig:
    if material.tokenizer is not None:
        size, default = len(material.tokenizer.vocabulary), "reading"
    elif material.recipe is not None:
        size, default = material.recipe.n_mels, "windowed+whole"
    else:
        raise MusicRNNError("the material has neither a log-mel recipe nor a tokenizer")
    config = ClassifierConfig(
        labels=len(material.labels),
        size=size,
        listeners=settings.listeners or default,
        cell=settings.cell,
        hidden=settings.hidden,
        layers=settings.layers,
        channels=settings.channels,
        dropout=settings.dropout,
        layer=settings.layer,
    )
    if config.reads_tokens != (material.tokenizer is not None):
        raise MusicRNNError(
            f"listeners {config.listeners!r} do not fit: scores are read with "
            "'reading', sounds heard with the others"
        )
    return config


def _batches(
    recordings: Sequence[Recording], model: Classifier, size: int
) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """The first window of every recording, to take the features' scales from."""
    if model.config.reads_tokens:
        return []
    windows = [for_model(recording.windows[0]) for recording in recordings]
    starts = range(0, len(windows), size)
    return [padded(windows[start : start + size], torch.float32) for start in starts]


def _fingerprint(material: LabelledMaterial) -> str:
    digest = hashlib.sha256()
    for recording in (*material.train, *material.valid):
        digest.update(f"{recording.label} {len(recording.windows)} ".encode())
        for window in recording.windows:
            digest.update(np.ascontiguousarray(window).tobytes())
    return digest.hexdigest()


def _metadata(material: LabelledMaterial, command: str) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "task": "classify",
        "labels": list(material.labels),
        "data": material.description,
        "command": command,
    }
    if material.tokenizer is not None:
        tokenizer = material.tokenizer
        metadata["tokenizer"] = {"name": tokenizer.name, **tokenizer.configuration()}
    if material.recipe is not None:
        metadata["features"] = material.recipe.configuration()
    return metadata


def _calibrate(output: Path, material: LabelledMaterial, *, half: bool) -> None:
    """Temperature, threshold and validation scores into the best model's header."""
    checkpoint = Checkpoint.load(output)
    model = Classifier.from_arrays(checkpoint.metadata["model"], checkpoint.arrays)
    logits = recording_logits(model, material.valid)
    labels = [recording.label for recording in material.valid]

    def loss(temperature: float) -> float:
        rows = (mean_probabilities(window, temperature) for window in logits)
        told = [row[label] for row, label in zip(rows, labels, strict=True)]
        return float(-np.log(np.maximum(told, 1e-12)).mean())

    temperature = calibrate(loss)
    told = np.stack([mean_probabilities(rows, temperature) for rows in logits])
    scores = classification(labels, told.argmax(axis=1).tolist(), material.labels)
    metadata = dict(checkpoint.metadata)
    metadata.pop("format", None)
    metadata["temperature"] = temperature
    metadata["threshold"] = float(np.quantile(told.max(axis=1), DOUBTFUL))
    metadata["metrics"] = {
        "valid_n": scores.n,
        "valid_accuracy": scores.accuracy,
        "valid_interval": list(scores.interval),
        "valid_majority": scores.majority,
        "valid_loss": loss(temperature),
    }
    Checkpoint(checkpoint.arrays, metadata).save(output, weights="float16" if half else "float32")
