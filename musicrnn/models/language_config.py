"""The sizes of a language model, as they stand in a checkpoint. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from musicrnn.cells import CELLS
from musicrnn.errors import MusicRNNError


@dataclass(frozen=True)
class LanguageConfig:
    """Sizes of a language model; ``vocabulary`` comes from the tokenizer."""

    vocabulary: int
    cell: str = "lstm"
    embedding: int = 192
    hidden: int = 384
    layers: int = 2
    dropout: float = 0.2
    tied: bool = False

    def __post_init__(self) -> None:
        if self.cell not in CELLS:
            raise MusicRNNError(f"cell must be one of {', '.join(CELLS)}, got {self.cell!r}")
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

    @staticmethod
    def from_json(values: dict[str, Any]) -> LanguageConfig:
        """The configuration of a checkpoint's "model" entry.

        Raises:
            MusicRNNError: a name that there is not or a value of another type.
        """
        kinds = {"str": str, "int": int, "float": (int, float), "bool": bool}
        known = {field.name: kinds[str(field.type)] for field in fields(LanguageConfig)}
        for name, value in values.items():
            if name not in known or not isinstance(value, known[name]):
                raise MusicRNNError(f"the model file's setting {name} = {value!r} does not fit")
        if "vocabulary" not in values:
            raise MusicRNNError("the model file does not say how large its vocabulary is")
        return LanguageConfig(**values)
