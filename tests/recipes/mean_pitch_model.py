"""A network that tells the mean pitch of a piece, how it learns, and how far off it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from musicrnn.training.mean_pitch import MeanPitchSizes
from torch import Tensor, nn

from musicrnn.layers.stack import Stack
from musicrnn.networks.network import Network
from musicrnn.training.data import TrainingData
from musicrnn.training.objective import Objective


class MeanPitchModel(Network):
    """pitches [B, T] -> semitones above middle C [B]."""

    Config: ClassVar[type[Any]] = MeanPitchSizes

    def __init__(self, config: MeanPitchSizes) -> None:
        super().__init__(config)
        self.embedding = nn.Embedding(128, config.hidden)
        self.stack = Stack(
            config.cell, config.hidden, config.hidden, layers=1, settings=config.layer
        )
        self.output = nn.Linear(config.hidden, 1)

    def forward(self, pitches: Tensor) -> Tensor:
        outputs, _ = self.stack(self.embedding(pitches), self.stack.initial_state(len(pitches)))
        return self.output(outputs.mean(1))[:, 0]


class MeanPitchObjective(Objective):
    measured: ClassVar[str] = "validation_squared_semitones"
    counters: ClassVar[tuple[str, ...]] = ("drawn",)

    def __init__(
        self, network: MeanPitchModel, data: TrainingData, batch_size: int, seed: int
    ) -> None:
        super().__init__(network)
        self.train, self.valid = data.examples["train"], data.examples["valid"]
        self.batch_size, self.seed, self.drawn = batch_size, seed, 0

    def loss(self, network: Callable[..., Any]) -> tuple[Tensor, int]:
        random = np.random.default_rng([self.seed, self.drawn, self.rank])
        self.drawn += 1
        chosen = random.integers(len(self.train), size=self.batch_size)
        errors = [self._error(network, self.train[index]) for index in chosen]
        return torch.cat(errors).sum(), len(errors)

    def validate(self) -> dict[str, float]:
        return {"loss": float(squared_errors(self.module, self.valid).mean())}

    def _error(self, network: Callable[..., Any], piece: Any) -> Tensor:
        pitches = torch.from_numpy(piece)[None].to(self.device)
        return (network(pitches) - (float(piece.mean()) - 60)) ** 2


def squared_errors(network: MeanPitchModel, pieces: Sequence[Any]) -> Any:
    """[N], in squared semitones."""
    with torch.no_grad():
        told = [float(network(torch.from_numpy(piece)[None])) for piece in pieces]
    return (np.array(told) + 60 - np.array([piece.mean() for piece in pieces])) ** 2


@dataclass(frozen=True)
class MeanPitchFigures:
    n: int
    squared_semitones: float
    baselines: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "squared_semitones": self.squared_semitones,
            "baselines": self.baselines,
        }

    def as_text(self) -> str:
        beside = ", ".join(f"{name} {error:.1f}" for name, error in self.baselines.items())
        return f"{self.squared_semitones:.1f} squared semitones (n = {self.n}; {beside})"
