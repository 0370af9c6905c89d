"""The frame model: a stack of recurrent layers and, for each pitch, the odds that it sounds next.

Conventions. A frame is P numbers, 0 or 1, one a pitch. frames [B, T, P] -> logits [B, T, P]; logits
at step t are for the frame at t + 1, pitches independent of each other given the past (the
Bernoulli output of the RNN row of Boulanger-Lewandowski, Bengio and Vincent, ICML 2012). The first
frame of a piece is foretold from a frame of zeros: :func:`before`. The state goes in and comes out.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from musicrnn.errors import MusicRNNError
from musicrnn.layers.settings import LayerSettings
from musicrnn.layers.stack import Stack, State
from musicrnn.models.loading import load_strictly


@dataclass(frozen=True)
class FrameConfig:
    """Sizes of a frame model; 88 pitches are those of a piano, 21 (A0) to 108 (C8)."""

    pitches: int = 88
    cell: str = "lstm"
    hidden: int = 36
    layers: int = 1
    dropout: float = 0.0

    def __post_init__(self) -> None:
        LayerSettings().cell(self.cell)
        bounds = {"pitches": (1, 1024), "hidden": (1, 2**14), "layers": (1, 64)}
        for name, (low, high) in bounds.items():
            if not low <= getattr(self, name) <= high:
                raise MusicRNNError(f"{name} must be in {low}..{high}, got {getattr(self, name)}")
        if not 0 <= self.dropout < 1:
            raise MusicRNNError(f"dropout must be in [0, 1), got {self.dropout}")

    @staticmethod
    def from_json(values: dict[str, Any]) -> FrameConfig:
        """The configuration of a checkpoint's "model" entry.

        Raises:
            MusicRNNError: a name that there is not or a value of another type.
        """
        kinds = {"str": str, "int": int, "float": (int, float)}
        known = {field.name: kinds[str(field.type)] for field in fields(FrameConfig)}
        for name, value in values.items():
            if name not in known or not isinstance(value, known[name]):
                raise MusicRNNError(f"the model file's setting {name} = {value!r} does not fit")
        return FrameConfig(**values)


class FrameModel(nn.Module):
    """(frames [B, T, P], state) -> (logits [B, T, P], state)."""

    def __init__(self, config: FrameConfig) -> None:
        super().__init__()
        self.config = config
        self.stack = Stack(
            config.cell,
            config.pitches,
            config.hidden,
            layers=config.layers,
            dropout=config.dropout,
        )
        self.output = nn.Linear(config.hidden, config.pitches)

    def begin_at(self, marginal: NDArray[np.float64]) -> None:
        """Start the output's bias at the log-odds of ``marginal``, [P] probabilities in (0, 1).

        An untrained network then is about as good as the marginal, instead of 61 nats a frame.
        """
        with torch.no_grad():
            odds = np.log(marginal) - np.log1p(-marginal)
            self.output.bias.copy_(torch.from_numpy(odds))

    def initial_state(self, batch: int) -> State:
        """The state before the first frame."""
        return self.stack.initial_state(batch)

    def forward(self, frames: Tensor, state: State) -> tuple[Tensor, State]:
        y, state = self.stack(frames, state)  # [B, T, H]
        return self.output(y), state

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Weights and buffers by name, for a Checkpoint."""
        named = {**dict(self.named_parameters()), **dict(self.named_buffers())}
        return {name: np.asarray(t.detach().cpu().numpy()) for name, t in named.items()}

    def configuration(self) -> dict[str, Any]:
        return asdict(self.config)

    @staticmethod
    def from_arrays(configuration: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> FrameModel:
        """Rebuild a model; raises MusicRNNError naming a setting or tensor that does not fit."""
        config = FrameConfig.from_json(configuration)
        with torch.device("meta"):  # a file may claim any size: nothing is allocated before it fits
            model = FrameModel(config)
        load_strictly(model, arrays)
        return model


def before(frames: Tensor) -> Tensor:
    """What stands before each frame: [B, T, P] moved one step later, zeros first."""
    return torch.cat([torch.zeros_like(frames[:, :1]), frames[:, :-1]], dim=1)


def frame_losses(logits: Tensor, frames: Tensor) -> Tensor:
    """Negative log-likelihood of each frame in nats, summed over its pitches: [B, T]."""
    return binary_cross_entropy_with_logits(logits.float(), frames, reduction="none").sum(dim=-1)
