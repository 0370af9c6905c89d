"""Sizes of a network that hears words, as they stand in a checkpoint. Needs no torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from musicrnn.errors import MusicRNNError
from musicrnn.layers.settings import LayerSettings
from musicrnn.models.config_json import config_from_json

STEP = 2  # frames that go into one step of the recurrent layers


@dataclass(frozen=True)
class WordsConfig:
    """``both_ways`` reads whole clips in both directions; otherwise the network can be streamed."""

    labels: int
    bands: int = 40
    both_ways: bool = False
    cell: str = "gru"
    hidden: int = 192
    layers: int = 1
    channels: int = 32  # of the first convolution; the second has twice as many
    last: int = 64  # channels of the last convolution
    depth: int = 0  # further convolutions, with shortcuts, after the second and after the last
    heads: int = 4  # of the attention that reads both ways
    hold: float = 0.92  # of the attention that reads forwards, a step
    dropout: float = 0.2
    layer: LayerSettings = field(default_factory=LayerSettings)

    def __post_init__(self) -> None:
        bounds = {
            "labels": (2, 10_000),
            "bands": (8, 512),
            "hidden": (1, 4096),
            "layers": (1, 16),
            "channels": (1, 512),
            "last": (1, 1024),
            "depth": (0, 16),
            "heads": (1, 64),
        }
        for name, (low, high) in bounds.items():
            value = getattr(self, name)
            if not isinstance(value, int) or not low <= value <= high:
                raise MusicRNNError(f"{name} must be in {low}..{high}, got {value!r}")
        for name, low in (("dropout", 0.0), ("hold", 0.0)):
            value = getattr(self, name)
            if not isinstance(value, int | float) or not low <= value < 1:
                raise MusicRNNError(f"{name} must be in [0, 1), got {value!r}")
        self.layer.cell(self.cell).shapes(self.hidden, self.hidden)
        if self.both_ways and (2 * self.hidden) % self.heads:
            raise MusicRNNError(
                f"heads must divide the {2 * self.hidden} outputs of both directions, "
                f"got {self.heads}"
            )

    def as_json(self) -> dict[str, Any]:
        """The inverse of :meth:`from_json`."""
        return {**asdict(self), "layer": self.layer.as_json()}

    @staticmethod
    def from_json(values: dict[str, Any]) -> WordsConfig:
        """The configuration of a checkpoint's "model" entry; raises MusicRNNError if it is none."""
        return config_from_json(WordsConfig, values)


def bands_left(bands: int) -> int:
    """How many frequencies leave the convolutions for every channel: three times every second."""
    for _ in range(3):
        bands = (bands + 1) // 2
    return bands


Shape = tuple[int, int, int, int]


def convolution_shapes(config: WordsConfig) -> list[tuple[Shape, tuple[int, int]]]:
    """Of each convolution the weight's shape [outputs, inputs, time, frequency] and the stride."""
    first, second, last = config.channels, 2 * config.channels, config.last
    plain: tuple[int, int] = (1, 1)
    return [
        ((first, 1, 3, 5), (1, 2)),
        ((second, first, 3, 3), (STEP, 2)),
        *[((second, second, 3, 3), plain)] * config.depth,
        ((last, second, 3, 3), (1, 2)),
        *[((last, last, 3, 3), plain)] * config.depth,
    ]
