"""Training a model that composes, from ids to a model file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from musicrnn.layers.settings import LayerSettings
from musicrnn.models.language import LanguageModel
from musicrnn.models.language_config import LanguageConfig
from musicrnn.tokens.protocol import Tokenizer
from musicrnn.training.language import LanguageObjective
from musicrnn.training.loop import Outcome, Watcher, fit
from musicrnn.training.plan import Plan
from musicrnn.training.windows import Windows

Ids = NDArray[np.int32]


@dataclass(frozen=True)
class ComposerSettings:
    """Sizes of the network and of a batch: ``rows`` pieces at once, ``length`` ids a window."""

    cell: str = "lstm"
    embedding: int = 192
    hidden: int = 384
    layers: int = 2
    dropout: float = 0.2
    tied: bool = False
    rows: int = 32
    length: int = 256
    augment: bool = True
    pascanu: float = 0.0  # weight of the regulariser that keeps the gradient's length in time
    layer: LayerSettings = field(default_factory=LayerSettings)


@dataclass(frozen=True, eq=False)
class Material:
    """Pieces as ids, ready to learn from.

    ``weights`` say how often each training piece is read (None: once an epoch); ``description``
    goes into the checkpoint: corpora, licences, hashes, counts.
    """

    tokenizer: Tokenizer
    train: Sequence[Ids]
    valid: Sequence[Ids]
    weights: NDArray[np.float64] | None = None
    description: dict[str, Any] = field(default_factory=dict[str, Any])


def train_composer(
    material: Material,
    output: Path,
    *,
    settings: ComposerSettings,
    plan: Plan,
    command: str = "",
    watcher: Watcher | None = None,
    resume: bool = False,
) -> Outcome:
    """Train a language model on ``material`` and write it to ``output``; see :func:`fit`."""
    tokenizer = material.tokenizer
    torch.manual_seed(plan.seed)
    model = LanguageModel(
        LanguageConfig(
            vocabulary=len(tokenizer.vocabulary),
            cell=settings.cell,
            embedding=settings.embedding,
            hidden=settings.hidden,
            layers=settings.layers,
            dropout=settings.dropout,
            tied=settings.tied,
            layer=settings.layer,
        )
    )
    windows = Windows(
        material.train,
        tokenizer.variations() if settings.augment else tokenizer.variations()[:1],
        rows=settings.rows,
        length=settings.length,
        seed=plan.seed,
        weights=material.weights,
    )
    metadata = {
        "tokenizer": {"name": tokenizer.name, **tokenizer.configuration()},
        "data": material.description,
        "command": command,
    }
    objective = LanguageObjective(
        model, windows, material.valid, metadata=metadata, pascanu=settings.pascanu
    )
    made_with = {
        **asdict(settings),
        "layer": settings.layer.as_json(),
        "tokens": tokenizer.name,
        "data": _fingerprint(material.train, material.valid),
        "weights": None if material.weights is None else _fingerprint([material.weights]),
    }
    return fit(objective, plan, output, watcher=watcher, resume=resume, made_with=made_with)


def _fingerprint(*parts: Sequence[NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        for array in part:
            digest.update(f"{len(array)} ".encode() + array.tobytes())
    return digest.hexdigest()[:16]
