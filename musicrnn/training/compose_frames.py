"""Training a model of frames, from pieces of 0 and 1 to a model file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from musicrnn.layers.settings import LayerSettings
from musicrnn.metrics.frames import fit_frame_baselines
from musicrnn.models.frame_config import FrameConfig
from musicrnn.models.frame_past import Frames
from musicrnn.models.frames import FrameModel
from musicrnn.training.frames import FrameObjective, Reading
from musicrnn.training.loop import Outcome, Watcher, fit
from musicrnn.training.plan import Plan


@dataclass(frozen=True)
class FrameSettings:
    """Sizes of a frame model, see FrameConfig, and of a batch: ``rows`` pieces at once, ``length``
    frames a window, each piece up to ``augment`` semitones higher or lower. ``pascanu`` is the
    weight of the regulariser that keeps the gradient's length in time."""

    cell: str = "lstm"
    hidden: int = 128
    layers: int = 1
    dropout: float = 0.0
    body: str = "whole"
    inner: int = 64
    context: int = 0
    head: str = "bernoulli"
    head_hidden: int = 64
    orders: int = 1
    clock: bool = False
    copy: bool = False
    layer: LayerSettings = field(default_factory=LayerSettings)
    rows: int = 16
    length: int = 256
    augment: int = 0
    pascanu: float = 0.0

    def config(self, pitches: int) -> FrameConfig:
        """The model's part.

        Raises:
            MusicRNNError: a value is out of its bounds.
        """
        values = {name: getattr(self, name) for name in vars(self) if name not in BATCH}
        return FrameConfig(pitches=pitches, **values)

    @property
    def reading(self) -> Reading:
        return Reading(self.rows, self.length, self.augment, self.pascanu)


BATCH = ("rows", "length", "augment", "pascanu")  # what is no part of the model


@dataclass(frozen=True, eq=False)
class FrameMaterial:
    """Pieces uint8 [T, P], column 0 the pitch ``lowest``, a step of ``step`` quarters.

    ``description`` goes into the checkpoint: corpus, licence, counts.
    """

    train: Sequence[Frames]
    valid: Sequence[Frames]
    description: dict[str, Any] = field(default_factory=dict[str, Any])
    lowest: int = 21
    step: float = 0.5


def train_frames(
    material: FrameMaterial,
    output: Path,
    *,
    settings: FrameSettings,
    plan: Plan,
    command: str = "",
    watcher: Watcher | None = None,
    resume: bool = False,
) -> Outcome:
    """Train a frame model on ``material`` and write it to ``output``; see :func:`fit`."""
    torch.manual_seed(plan.seed)
    model = FrameModel(settings.config(material.train[0].shape[1]))
    model.begin_at(fit_frame_baselines(material.train).marginal)
    objective = FrameObjective(
        model,
        material.train,
        material.valid,
        reading=settings.reading,
        seed=plan.seed,
        metadata={
            "frames": {"lowest": material.lowest, "step": material.step},
            "data": material.description,
            "command": command,
        },
    )
    made_with = {
        **asdict(settings),
        "layer": settings.layer.as_json(),
        "data": fingerprint([material.train, material.valid]),
    }
    return fit(objective, plan, output, watcher=watcher, resume=resume, made_with=made_with)


def fingerprint(splits: Sequence[Sequence[Frames]]) -> str:
    """sha256 of the pieces, in their order."""
    digest = hashlib.sha256()
    for pieces in splits:
        for piece in pieces:
            digest.update(f"{piece.shape} ".encode() + np.ascontiguousarray(piece).tobytes())
    return digest.hexdigest()
