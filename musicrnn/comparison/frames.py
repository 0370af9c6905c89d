"""Comparing cells on frames of pitches: nats a frame with Bernoulli outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.metrics.frames import fit_frame_baselines
from musicrnn.models.frame_config import FrameConfig
from musicrnn.models.frame_past import Frames
from musicrnn.models.frames import FrameModel
from musicrnn.training import compose_frames as frames
from musicrnn.training.frames import nats_a_frame
from musicrnn.training.loop import Outcome, Watcher
from musicrnn.training.plan import Plan


@dataclass(frozen=True)
class FrameSettings:
    """Sizes of a frame model but its hidden one; ``rows`` pieces an update, ``length`` frames."""

    layers: int = 1
    dropout: float = 0.0
    rows: int = 16
    length: int = 256


@dataclass(frozen=True, eq=False)
class FrameTask:
    """Implements Task: pieces uint8 [T, P] of three splits; ``card`` goes into the model files."""

    name: str
    train_pieces: Sequence[Frames]
    valid_pieces: Sequence[Frames]
    test_pieces: Sequence[Frames]
    sizes: FrameSettings = field(default_factory=FrameSettings)
    card: dict[str, Any] = field(default_factory=dict[str, Any])

    unit = "frame"

    def __post_init__(self) -> None:
        for split in (self.train_pieces, self.valid_pieces, self.test_pieces):
            if not split:
                raise MusicRNNError(f"{self.name} needs a piece in each of its three splits")
        self._config("lstm", 1)  # a wrong size is said before anything is run

    @property
    def baselines(self) -> dict[str, float]:
        return self._baselines

    @cached_property
    def _baselines(self) -> dict[str, float]:
        return fit_frame_baselines(self.train_pieces).nats(self.test_pieces)

    def settings(self) -> dict[str, Any]:
        digest = frames.fingerprint((self.train_pieces, self.valid_pieces, self.test_pieces))
        return {"data": self.name, "sha256": digest, **asdict(self.sizes)}

    def parameters(self, cell: str, hidden: int) -> int:
        with torch.device("meta"):  # only counted
            model = FrameModel(self._config(cell, hidden))
        return sum(p.numel() for p in model.parameters() if p.requires_grad)

    def train(
        self, cell: str, hidden: int, *, plan: Plan, output: Path, watcher: Watcher
    ) -> Outcome:
        settings = frames.FrameSettings(cell=cell, hidden=hidden, **asdict(self.sizes))
        material = frames.FrameMaterial(
            self.train_pieces, self.valid_pieces, {"corpora": [self.card]}
        )
        return frames.train_frames(material, output, settings=settings, plan=plan, watcher=watcher)

    def measure(self, model: Path) -> tuple[float, float]:
        checkpoint = Checkpoint.load(model)
        network = FrameModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
        return (
            nats_a_frame(network, self.valid_pieces),
            nats_a_frame(network, self.test_pieces),
        )

    def _config(self, cell: str, hidden: int) -> FrameConfig:
        settings = frames.FrameSettings(cell=cell, hidden=hidden, **asdict(self.sizes))
        return settings.config(self.train_pieces[0].shape[1])
