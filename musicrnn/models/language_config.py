"""The sizes of a language model, as they stand in a checkpoint. Needs no torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from musicrnn.errors import MusicRNNError
from musicrnn.layers.settings import LayerSettings
from musicrnn.models.config_json import config_from_json


@dataclass(frozen=True)
class LanguageConfig:
    """Sizes of a language model; ``vocabulary`` comes from the tokenizer, ``layer`` are settings
    of the recurrent layers."""

    vocabulary: int
    cell: str = "lstm"
    embedding: int = 192
    hidden: int = 384
    layers: int = 2
    dropout: float = 0.2
    tied: bool = False
    layer: LayerSettings = field(default_factory=LayerSettings)

    def __post_init__(self) -> None:
        cell = self.layer.cell(self.cell)
        bounds = {
            "vocabulary": (2, 2**20),
            "embedding": (1, 2**14),
            "hidden": (1, 2**14),
            "layers": (1, 64),
        }
        for name, (low, high) in bounds.items():
            if not low <= getattr(self, name) <= high:
                raise MusicRNNError(f"{name} must be in {low}..{high}, got {getattr(self, name)}")
        if not 0 <= self.dropout < 1:
            raise MusicRNNError(f"dropout must be in [0, 1), got {self.dropout}")
        if self.tied and self.embedding != self.hidden:
            raise MusicRNNError(
                f"tied weights need embedding == hidden, got {self.embedding} and {self.hidden}"
            )
        cell.shapes(self.embedding, self.hidden)  # some cells need a unit a module

    def as_json(self) -> dict[str, Any]:
        """The inverse of :meth:`from_json`; of the layers' settings what differs from defaults."""
        return {**asdict(self), "layer": self.layer.as_json()}

    @staticmethod
    def from_json(values: dict[str, Any]) -> LanguageConfig:
        """The configuration of a checkpoint's "model" entry; raises MusicRNNError if it is none."""
        return config_from_json(LanguageConfig, values)
