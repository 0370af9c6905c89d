"""The sizes of a language model, as they stand in a checkpoint. Needs no torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from musicrnn.errors import MusicRNNError
from musicrnn.layers.settings import LayerSettings


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
        """The configuration of a checkpoint's "model" entry.

        Raises:
            MusicRNNError: a name that there is not or a value of another type.
        """
        kinds = {"str": str, "int": int, "float": (int, float), "bool": bool}
        layer = LayerSettings.from_json(values.get("layer", {}))
        values = {name: value for name, value in values.items() if name != "layer"}
        known = {f.name: kinds[str(f.type)] for f in fields(LanguageConfig) if f.name != "layer"}
        for name, value in values.items():
            if name not in known or not isinstance(value, known[name]):
                raise MusicRNNError(f"the model file's setting {name} = {value!r} does not fit")
        if "vocabulary" not in values:
            raise MusicRNNError("the model file does not say how large its vocabulary is")
        return LanguageConfig(**values, layer=layer)
