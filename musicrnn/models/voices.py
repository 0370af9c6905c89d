"""The voices model: any cells of several voices, foretold from all the others, before and after.

Conventions. V voices on a grid of T steps, one symbol a cell: a pitch struck, 0 to P - 1, then
``P`` = the note goes on (hold), ``P + 1`` = rest, ``P + 2`` = masked, which only goes in. Beside
its symbol a cell shows what sounds in it, as far as no mask hides where that began. ``places``
[B, T, F] say where in the bar a step is. A bidirectional network reads both; its outputs at a step
give the symbols of that step's cells, independently of each other. Training masks any share of
the cells (orderless, Uria, Murray and Larochelle, ICML 2014; Huang et al., ISMIR 2017), so one
network gives every conditional that Gibbs sampling needs (Hadjeres, Pachet and Nielsen, ICML 2017).
Not causal: it is no SequenceModel.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from musicrnn.errors import MusicRNNError
from musicrnn.layers.both_ways import BothWays
from musicrnn.layers.settings import LayerSettings
from musicrnn.models.config_json import config_from_json
from musicrnn.models.loading import load_strictly


@dataclass(frozen=True)
class VoicesConfig:
    """Sizes of a voices model; ``pitches`` is P, ``places`` is F."""

    voices: int
    pitches: int
    places: int
    cell: str = "gru"
    embedding: int = 192
    hidden: int = 192  # in each direction
    layers: int = 2
    dropout: float = 0.3
    layer: LayerSettings = field(default_factory=LayerSettings)

    def __post_init__(self) -> None:
        bounds = {
            "voices": (1, 16),
            "pitches": (1, 128),
            "places": (1, 256),
            "embedding": (1, 4096),
            "hidden": (1, 4096),
            "layers": (1, 16),
        }
        for name, (low, high) in bounds.items():
            if not low <= getattr(self, name) <= high:
                raise MusicRNNError(f"{name} must be in {low}..{high}, got {getattr(self, name)}")
        if not 0 <= self.dropout < 1:
            raise MusicRNNError(f"dropout must be in [0, 1), got {self.dropout}")
        self.layer.cell(self.cell).shapes(self.embedding, self.hidden)

    @property
    def hold(self) -> int:
        return self.pitches

    @property
    def rest(self) -> int:
        return self.pitches + 1

    @property
    def mask(self) -> int:
        return self.pitches + 2

    def as_json(self) -> dict[str, Any]:
        """The inverse of :meth:`from_json`."""
        return {**asdict(self), "layer": self.layer.as_json()}

    @staticmethod
    def from_json(values: dict[str, Any]) -> VoicesConfig:
        """The configuration of a checkpoint's "model" entry; raises MusicRNNError if it is none."""
        return config_from_json(VoicesConfig, values)


class VoicesModel(nn.Module):
    """(symbols [B, T, V], places [B, T, F], lengths [B]) -> logits [B, T, V, P + 2]."""

    def __init__(self, config: VoicesConfig) -> None:
        super().__init__()
        self.config = config
        shown = config.pitches + 3
        self.symbols = nn.Embedding(config.voices * shown, config.embedding)
        self.sounding = nn.Embedding(config.voices * shown, config.embedding)
        self.places = nn.Linear(config.places, config.embedding)
        self.dropout = nn.Dropout(config.dropout)
        self.layers = BothWays(
            config.cell,
            config.embedding,
            config.hidden,
            layers=config.layers,
            dropout=config.dropout,
            settings=config.layer,
        )
        self.between = nn.Linear(2 * config.hidden + config.embedding, config.embedding)
        self.output = nn.Linear(config.embedding, config.voices * (config.pitches + 2))
        for table in (self.symbols, self.sounding):
            nn.init.normal_(table.weight, std=config.embedding**-0.5)
        nn.init.zeros_(self.output.bias)

    def forward(self, symbols: Tensor, places: Tensor, lengths: Tensor) -> Tensor:
        config = self.config
        shown = config.pitches + 3
        offsets = torch.arange(config.voices, device=symbols.device) * shown
        heard = sounding(symbols, config.hold)
        x = self.symbols(symbols + offsets).sum(2) + self.sounding(heard + offsets).sum(2)
        x = x + self.places(places)  # [B, T, E]
        y = self.layers(x, lengths)  # [B, T, 2H]
        y = self.between(self.dropout(torch.cat([y, x], 2))).relu()
        return self.output(y).unflatten(2, (config.voices, config.pitches + 2))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Weights and buffers by name, for a Checkpoint."""
        named = {**dict(self.named_parameters()), **dict(self.named_buffers())}
        return {name: np.asarray(t.detach().cpu().numpy()) for name, t in named.items()}

    def configuration(self) -> dict[str, Any]:
        return self.config.as_json()

    @staticmethod
    def from_arrays(configuration: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> VoicesModel:
        """Rebuild a model; raises MusicRNNError naming a setting or tensor that does not fit."""
        config = VoicesConfig.from_json(configuration)
        with torch.device("meta"):  # a file may claim any size: nothing is allocated before it fits
            model = VoicesModel(config)
        load_strictly(model, arrays)
        return model.eval()


def sounding(symbols: Tensor, hold: int) -> Tensor:
    """What sounds in each cell [B, T, V]: the last symbol that is no hold, be it a pitch struck, a
    rest, or a mask, which hides what goes on after it."""
    steps = torch.arange(symbols.shape[1], device=symbols.device)[:, None]
    begun = torch.where(symbols == hold, torch.zeros_like(symbols), steps)
    return symbols.gather(1, begun.cummax(1).values)


def cell_losses(logits: Tensor, symbols: Tensor) -> Tensor:
    """Negative log-likelihood of every cell in nats, [B, T, V]."""
    wanted = symbols.clamp(0, logits.shape[-1] - 1)
    return -logits.float().log_softmax(-1).gather(-1, wanted[..., None])[..., 0]
