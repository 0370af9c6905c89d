"""A word-spotting network stepped in NumPy: many sounds at once on one core. Needs no torch.

Conventions. Frames float32 [B, T, F] in dB, T a multiple of FRAMES_A_STEP -> probabilities float32
[B, T // FRAMES_A_STEP, K]; the state of what came before is kept inside. The weights are those of a
WordsModel that reads forwards, and so are the answers (to 1e-5: the order of sums is another).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float32Array
from musicrnn.cells.product import product
from musicrnn.errors import MusicRNNError
from musicrnn.layers.array_stack import ArrayStack, check_shapes, part_of, stack_shapes
from musicrnn.layers.frame_array import ArrayConvolution, ArrayRecentAttention
from musicrnn.networks.words_config import (
    FRAMES_A_STEP,
    WordsConfig,
    bands_left,
    convolution_shapes,
)


class WordsEngine:
    """Raises MusicRNNError: the network reads both ways, or arrays do not fit its configuration."""

    @np.errstate(over="ignore", invalid="ignore")  # a damaged file: push refuses what comes of it
    def __init__(
        self, config: WordsConfig, arrays: Mapping[str, NDArray[Any]], *, temperature: float = 1.0
    ) -> None:
        _check(config, arrays)
        self.config, self.temperature = config, np.float32(temperature)
        self.mean, self.scale = arrays["standard.mean"], arrays["standard.scale"]
        bands, self.convolutions = config.bands, list[ArrayConvolution]()
        for index, (_, stride) in enumerate(convolution_shapes(config)):
            own = part_of(arrays, f"convolutions.{index}.")
            self.convolutions.append(ArrayConvolution(own, stride=stride, bands=bands))
            bands = self.convolutions[-1].bands_after
        own = part_of(arrays, "recurrent.")
        self.stack = ArrayStack(
            config.cell, config.hidden, own, layers=config.layers, settings=config.layer
        )
        self.attention = ArrayRecentAttention(part_of(arrays, "attention."), decay=config.decay)
        self.output = arrays["output.weight"], arrays["output.bias"]
        self.begin(1)

    def begin(self, rows: int) -> None:
        """Start ``rows`` sounds from silence."""
        self.rows = rows
        for convolution in self.convolutions:
            convolution.begin(rows)
        self.stack.begin(rows)
        self.attention.begin(rows)

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def push(self, frames: Float32Array) -> Float32Array:
        """What the next frames [B, T, F] say, [B, T // FRAMES_A_STEP, K].

        Raises:
            MusicRNNError: frames of another shape, or weights that lead to no number.
        """
        if frames.shape[1] % FRAMES_A_STEP or frames.shape[::2] != (self.rows, self.config.bands):
            raise MusicRNNError(
                f"frames must be [{self.rows}, a multiple of {FRAMES_A_STEP}, "
                f"{self.config.bands}], got {list(frames.shape)}"
            )
        x = ((frames - self.mean) / self.scale)[..., None]
        for convolution in self.convolutions:
            x = convolution(x)  # [B, S, F', C]
        rows, steps = x.shape[:2]
        features = x.transpose(1, 0, 3, 2).reshape(steps * rows, -1)  # [S * B, C * F']
        entering = self.stack.from_input(np.ascontiguousarray(features))
        entering = entering.reshape(steps, rows, -1)
        contexts = np.empty((steps, rows, self.config.hidden), np.float32)
        for step in range(steps):
            contexts[step] = self.attention.step(self.stack.step(entering[step]))
        logits = product(*self.output, contexts.reshape(steps * rows, -1)) / self.temperature
        logits -= logits.max(axis=1, keepdims=True)
        told = np.exp(logits, out=logits)
        told /= told.sum(axis=1, keepdims=True)
        if not np.isfinite(told).all():
            raise MusicRNNError(
                "the network's weights lead to no number: the model file is damaged"
            )
        return told.reshape(steps, rows, -1).transpose(1, 0, 2)


def _check(config: WordsConfig, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Compiled code relies upon the shapes."""
    if config.bidirectional:
        raise MusicRNNError(
            "this network reads whole clips in both directions: it cannot hear a stream"
        )
    bands = (config.bands,)
    wanted: dict[str, tuple[int, ...]] = {"standard.mean": bands, "standard.scale": bands}
    for index, (shape, _) in enumerate(convolution_shapes(config)):
        wanted[f"convolutions.{index}.convolution.weight"] = shape
        for name in ("weight", "bias", "running_mean", "running_var"):
            wanted[f"convolutions.{index}.norm.{name}"] = shape[:1]
    inputs = config.last * bands_left(config.bands)
    shapes = stack_shapes(
        config.cell, inputs, config.hidden, layers=config.layers, settings=config.layer
    )
    wanted |= {f"recurrent.{name}": shape for name, shape in shapes.items()}
    wanted |= {"attention.score.weight": (1, config.hidden), "attention.score.bias": (1,)}
    wanted |= {"output.weight": (config.labels, config.hidden), "output.bias": (config.labels,)}
    check_shapes(arrays, wanted)
