"""The voices model in NumPy and compiled loops, for sampling on one core. Needs no torch.

Conventions. Symbols [K, T, V] and metre [T, F] -> logits float32 [K, T, V, P + 2]; the weights, and
so the answers (to 1e-4: the order of sums is another), are those of a
:class:`musicrnn.networks.voices.VoicesModel`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float32Array
from musicrnn.cells.product import pack_matrix, product
from musicrnn.layers.array_stack import check_shapes, part_of
from musicrnn.layers.bidirectional_array import ArrayBidirectional, bidirectional_shapes
from musicrnn.networks.voices_config import VoicesConfig


class VoicesEngine:
    """Raises MusicRNNError: arrays do not fit the configuration."""

    def __init__(self, config: VoicesConfig, arrays: Mapping[str, NDArray[Any]]) -> None:
        check_shapes(arrays, _shapes(config))
        self.config = config
        self.symbols, self.sounding = arrays["symbols.weight"], arrays["sounding.weight"]
        self.places = arrays["places.weight"], arrays["places.bias"]
        own = part_of(arrays, "layers.")
        self.layers = ArrayBidirectional(
            config.cell, config.hidden, own, layers=config.layers, settings=config.layer
        )
        self.between = pack_matrix(arrays["between.weight"]), arrays["between.bias"]
        self.output = pack_matrix(arrays["output.weight"]), arrays["output.bias"]
        self.offsets = np.arange(config.voices) * (config.pitches + 3)

    @np.errstate(over="ignore", invalid="ignore")  # the sampler refuses what is not finite
    def logits(self, symbols: NDArray[np.int64], metre: NDArray[np.float32]) -> Float32Array:
        """What each position may be, of all that is shown."""
        config = self.config
        heard = what_sounds(symbols, config.hold)
        shown = np.concatenate([self.symbols[symbols + self.offsets],
                                self.sounding[heard + self.offsets]], axis=2)  # fmt: skip
        x = shown.sum(axis=2).transpose(1, 0, 2)  # [T, K, E]
        x = np.ascontiguousarray(x + (metre @ self.places[0].T + self.places[1])[:, None])
        steps, rows = x.shape[:2]
        y = self.layers(x)  # [T, K, 2H]
        y = np.concatenate([y, x], axis=2).reshape(steps * rows, -1)
        y = np.maximum(product(*self.between, y), np.float32(0))
        told = product(*self.output, y).reshape(steps, rows, config.voices, config.pitches + 2)
        return np.ascontiguousarray(told.transpose(1, 0, 2, 3))


def what_sounds(symbols: NDArray[np.int64], hold: int) -> NDArray[np.int64]:
    """What sounds in each position [K, T, V]: the last symbol that is no hold."""
    steps = np.arange(symbols.shape[1])[:, None]
    begun = np.maximum.accumulate(np.where(symbols == hold, 0, steps), axis=1)
    return np.take_along_axis(symbols, begun, axis=1)


def _shapes(config: VoicesConfig) -> dict[str, tuple[int, ...]]:
    shown, size = config.voices * (config.pitches + 3), config.embedding
    told = config.voices * (config.pitches + 2)
    layers = bidirectional_shapes(
        config.cell, size, config.hidden, layers=config.layers, settings=config.layer
    )
    return {
        "symbols.weight": (shown, size),
        "sounding.weight": (shown, size),
        "places.weight": (size, config.places),
        "places.bias": (size,),
        **{f"layers.{name}": shape for name, shape in layers.items()},
        "between.weight": (size, 2 * config.hidden + size),
        "between.bias": (size,),
        "output.weight": (told, size),
        "output.bias": (told,),
    }
