"""Training a network that hears words, from clips to a calibrated model file.

Conventions. See musicrnn.training.words for the objective. A network that reads forwards can be
streamed: its detector's threshold is chosen here too, on a stream made of the validation clips.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from musicrnn.augmentation.stream import StreamSource
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted
from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.layers.settings import LayerSettings
from musicrnn.metrics.classification import calibrate, classification
from musicrnn.models.labelling import probabilities
from musicrnn.models.words import WordsModel, clip_logits
from musicrnn.models.words_config import WordsConfig
from musicrnn.training.calibrate_words import calibrate_detector
from musicrnn.training.loop import Outcome, Watcher, fit
from musicrnn.training.plan import Plan
from musicrnn.training.words import (
    SILENCE,
    UNKNOWN,
    Clips,
    Drawing,
    WordsObjective,
)
from musicrnn.waveform import in_full_scale

LEAST_UPDATES, EPOCHS = 600, 40


@dataclass(frozen=True)
class WordsSettings:
    """Sizes of the network (see WordsConfig) and how batches are drawn."""

    both_ways: bool = False
    cell: str = "gru"
    hidden: int = 192
    layers: int = 1
    channels: int = 32
    last: int = 64
    depth: int = 1
    heads: int = 4
    hold: float = 0.92
    dropout: float = 0.2
    layer: LayerSettings = field(default_factory=LayerSettings)
    drawing: Drawing = field(default_factory=Drawing)


RECIPES: dict[str, WordsSettings] = {
    "commands-micro": WordsSettings(hidden=84, channels=12, last=28, depth=0, dropout=0.05),
    "commands-small": WordsSettings(),
    "commands-full": WordsSettings(
        both_ways=True,
        hidden=128,
        last=128,
        dropout=0.3,
        drawing=Drawing(unknown=0.0, silence=0.0, carry=0.0, mixed=0.2),
    ),
}
DEFAULT_RECIPE = "commands-small"


@dataclass(frozen=True, eq=False)
class WordsMaterial:
    """Clips and backgrounds ready to learn from; ``labels`` are the words alone.

    ``valid_recordings``, without words, are what a validation stream is made with.
    """

    labels: tuple[str, ...]
    recipe: CausalLogMel
    train: Clips
    valid: Clips
    backgrounds: list[NDArray[np.float32]]
    valid_recordings: list[NDArray[np.float32]]
    description: dict[str, Any] = field(default_factory=dict[str, Any])


def words_plan(clips: int, batch: int, minutes: float | None = None) -> Plan:
    """How words are learnt when nothing else is said: 40 epochs, 600 updates at least.

    With ``minutes`` the time decides instead.
    """
    return Plan(
        updates=max(LEAST_UPDATES, EPOCHS * clips // batch) if minutes is None else None,
        minutes=minutes,
        learning_rate=3e-3,
        warm_up=200,
        weight_decay=0.02,
        average=0.998,
        validate_every=100,
        patience=1000,
    )


def train_words(
    material: WordsMaterial,
    output: Path,
    *,
    settings: WordsSettings,
    plan: Plan,
    command: str = "",
    watcher: Watcher | None = None,
    resume: bool = False,
) -> Outcome:
    """Train on ``material``, write the model to ``output``, calibrate it on validation; see fit.

    Raises:
        MusicRNNError: fewer than two words, a word without training clips, no validation clips, or
            as :func:`fit`.
    """
    _check(material)
    torch.manual_seed(plan.seed)  # pyright: ignore[reportUnknownMemberType]
    labels = _labels(material, settings.drawing)
    model = WordsModel(_config(material, settings, len(labels)))
    recipe = material.recipe
    some = material.train.sounds[:: max(1, len(material.train.labels) // 1000)]
    model.observe([torch.from_numpy(recipe.frames(in_full_scale(some)))])
    objective = WordsObjective(
        model,
        recipe,
        train=material.train,
        labels=labels,
        backgrounds=material.backgrounds,
        drawing=settings.drawing,
        seed=plan.seed,
    )
    objective.validate_on(material.valid)
    objective.metadata = {
        "task": "words",
        "labels": list(labels),
        "features": recipe.configuration(),
        "data": material.description,
        "command": command,
    }
    made_with = {
        **asdict(settings),
        "layer": settings.layer.as_json(),
        "labels": list(labels),
        "data": material.description.get("sha256_of_sounds", ""),
    }
    outcome = fit(objective, plan, output, watcher=watcher, resume=resume, made_with=made_with)
    if os.environ.get("RANK", "0") == "0":  # the process that wrote the model
        _calibrate(output, material, objective, half=plan.half)
    return outcome


def _check(material: WordsMaterial) -> None:
    learnt = set(material.train.labels.tolist())
    missing = [word for number, word in enumerate(material.labels) if number not in learnt]
    if len(material.labels) < 2 or missing or not len(material.valid.labels):
        raise MusicRNNError(
            "words need two labels, clips of each to learn from and some to validate on, got "
            f"{counted(len(material.labels), 'label')}, {len(material.train.labels)} and "
            f"{counted(len(material.valid.labels), 'clip')}"
            + (f"; none is left to learn {missing[0]!r} from" if missing else "")
        )


def _labels(material: WordsMaterial, drawing: Drawing) -> tuple[str, ...]:
    """The words, and the two labels that training adds."""
    added = [UNKNOWN] if drawing.unknown else []
    added += [SILENCE] if drawing.silence else []
    return (*material.labels, *(label for label in added if label not in material.labels))


def _config(material: WordsMaterial, settings: WordsSettings, labels: int) -> WordsConfig:
    sizes = {name: value for name, value in vars(settings).items() if name != "drawing"}
    return WordsConfig(labels=labels, bands=material.recipe.n_mels, **sizes)


def _calibrate(
    output: Path, material: WordsMaterial, objective: WordsObjective, *, half: bool
) -> None:
    """Temperature, detector and validation scores into the best model's header."""
    checkpoint = Checkpoint.load(output)
    model = WordsModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    logits = clip_logits(model, objective.valid_frames)
    labels = objective.valid_labels

    def loss(temperature: float) -> float:
        right = probabilities(logits, temperature)[np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(right, 1e-12)).mean())

    temperature = calibrate(loss)
    told = probabilities(logits, temperature).argmax(axis=1).tolist()
    scores = classification(labels.tolist(), told, objective.labels)
    metadata = {name: value for name, value in checkpoint.metadata.items() if name != "format"}
    metadata["temperature"] = temperature
    metadata["metrics"] = {
        "valid_n": scores.n,
        "valid_accuracy": scores.accuracy,
        "valid_interval": list(scores.interval),
        "valid_majority": scores.majority,
        "valid_loss": loss(temperature),
    }
    if not model.config.both_ways and len(set(labels.tolist())) > 1:  # a stream needs two words
        source = StreamSource(
            material.valid.sounds,
            [objective.labels[label] for label in labels],
            material.recipe.rate,
            material.valid_recordings,
        )
        detector, figures = calibrate_detector(
            model, material.recipe, source, labels=objective.labels, temperature=temperature
        )
        metadata["detector"] = detector.as_json()
        metadata["metrics"] |= figures
    Checkpoint(checkpoint.arrays, metadata).save(output, weights="float16" if half else "float32")
