"""Engines: what turns the last ids into the logits of the next.

Conventions. ids [B] -> logits [B, V] float32; the recurrent state is inside. The CPU engine runs on
NumPy and compiled loops and needs no torch. On a GPU nothing is stepped from here: there whole
pieces are drawn (:mod:`musicrnn.sampling.graph_sampler`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float32Array
from musicrnn.bounds import check, choice
from musicrnn.cells.product import WEIGHT_FORMATS, WeightFormat, pack_matrix, product
from musicrnn.checkpoint import Checkpoint
from musicrnn.device import check_device
from musicrnn.errors import MusicRNNError
from musicrnn.layers.array_stack import ArrayStack, check_shapes, part_of, stack_shapes
from musicrnn.networks.language_config import LanguageConfig


class Engine(Protocol):
    """Feeds ids to a model row by row, all rows in step."""

    def begin(self, rows: int, read: Sequence[int] = ()) -> None:
        """Start ``rows`` sequences, each of which has read the same ids."""
        ...

    def step(self, ids: NDArray[np.int64]) -> Float32Array:
        """Read one id a row, [B]; logits [B, V] of the next."""
        ...

    def keep(self, rows: NDArray[np.int64]) -> None:
        """Go on with these rows alone, in this order."""
        ...

    def restart(self, rows: NDArray[np.int64]) -> None:
        """Let these rows start again as :meth:`begin` started them."""
        ...


class CPUEngine:
    """A language model's checkpoint, stepped on one core.

    The embedding is folded into the first layer's input weights, so that its product is a table,
    always exact. ``weights`` is the format of the other matrices: "float32", "bfloat16" or "int8".
    A row's logits are the same bits whatever the number of rows.
    """

    def __init__(self, checkpoint: Checkpoint, weights: WeightFormat = "float32") -> None:
        config = LanguageConfig.from_json(checkpoint.entry("model"))
        _check(config, checkpoint)
        arrays = checkpoint.arrays
        own = part_of(arrays, "stack.")
        stack = partial(ArrayStack, config.cell, config.hidden, own)
        stack = partial(stack, layers=config.layers, settings=config.layer)
        embedding = arrays["embedding.weight"]
        output = embedding if config.tied else arrays["output.weight"]
        self.output = pack_matrix(output, weights), arrays["output.bias"]
        self.stack = stack()
        with np.errstate(over="ignore", invalid="ignore"):  # the sampler refuses such logits
            self.table = self.stack.from_input(embedding)  # [V, rows]
        if weights != "float32":
            self.stack = stack(weights=weights)

    def begin(self, rows: int, read: Sequence[int] = ()) -> None:
        self.stack.begin(1)
        for token in read:
            self.step(np.array([token]))
        self.start = self.stack.state_of(0)
        self.stack.begin(rows)
        self.restart(np.arange(rows))

    def keep(self, rows: NDArray[np.int64]) -> None:
        self.stack.keep(rows)

    def restart(self, rows: NDArray[np.int64]) -> None:
        self.stack.put(rows, self.start)

    @np.errstate(over="ignore", invalid="ignore")
    def step(self, ids: NDArray[np.int64]) -> Float32Array:
        outputs = self.stack.step(self.table[ids])
        return product(*self.output, outputs)


def _check(config: LanguageConfig, checkpoint: Checkpoint) -> None:
    """Compiled code relies upon the shapes."""
    wanted: dict[str, tuple[int, ...]] = {
        "embedding.weight": (config.vocabulary, config.embedding),
        "output.bias": (config.vocabulary,),
    }
    if not config.tied:
        wanted["output.weight"] = (config.vocabulary, config.hidden)
    shapes = stack_shapes(
        config.cell, config.embedding, config.hidden, layers=config.layers, settings=config.layer
    )
    wanted |= {f"stack.{name}": shape for name, shape in shapes.items()}
    check_shapes(checkpoint.arrays, wanted)
    if more := sorted(checkpoint.arrays.keys() - wanted.keys()):
        raise MusicRNNError(
            f"the model file does not fit its own configuration: {more[0]} is in it, "
            "no such array is expected"
        )


@dataclass(frozen=True)
class EngineSettings:
    """What draws a piece.

    Args:
        device: "auto" and "cpu" are the CPU engine, "cuda" a GPU. "auto" does not look for one:
            importing torch to look takes longer than a piece does.
        weights: how they are held: "float32", exact; "bfloat16" or, on the CPU, "int8": faster at
            the price of a slightly other distribution (``musicrnn inspect MODEL --weights``).
    """

    device: str = "auto"
    weights: str = choice("float32", *WEIGHT_FORMATS)

    def __post_init__(self) -> None:
        check_device(self.device)
        check(self)
        if self.on_gpu and self.weights == "int8":
            raise MusicRNNError("int8 weights are for the CPU: ask a GPU for bfloat16")

    @property
    def on_gpu(self) -> bool:
        return self.device.startswith("cuda")


def check_sampled(checkpoint: Checkpoint) -> None:
    """Raises:
    MusicRNNError: a model without a vocabulary to draw the next id from.
    """
    if "vocabulary" not in checkpoint.entry("model"):
        raise MusicRNNError(
            f"only models that compose token after token can do this, such as pop; this one's "
            f"task is {checkpoint.metadata.get('task')!r}"
        )


def engine_for(checkpoint: Checkpoint, settings: EngineSettings | None = None) -> CPUEngine:
    """What steps a model. A GPU is not stepped: see :mod:`musicrnn.sampling.graph_sampler`.

    Raises:
        MusicRNNError: a GPU is asked for, or a model that is not a language model.
    """
    settings = settings or EngineSettings()
    check_sampled(checkpoint)
    if settings.on_gpu:
        raise MusicRNNError(f"{settings.device} draws whole pieces, many at once: step on the CPU")
    return CPUEngine(checkpoint, cast(WeightFormat, settings.weights))
