"""Engines: what turns the last ids into the logits of the next.

Conventions. ids [B] -> logits [B, V] float32; the recurrent state is inside. The CPU engine runs on
NumPy and compiled loops and needs no torch. On a GPU nothing is stepped from here: there whole
pieces are drawn (:mod:`musicrnn.sampling.graph_sampler`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from musicrnn.cells.product import KINDS, Kind, packed, product
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.layers.array_stack import ArrayStack, stack_shapes
from musicrnn.models.language_config import LanguageConfig

if TYPE_CHECKING:
    from musicrnn.models.language import LanguageModel

Array = NDArray[np.float32]


class Engine(Protocol):
    """Feeds ids to a model row by row, all rows in step."""

    def begin(self, rows: int, read: Sequence[int] = ()) -> None:
        """Start ``rows`` sequences, each of which has read the same ids."""
        ...

    def step(self, ids: NDArray[np.int64]) -> Array:
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
    always exact. ``weights`` says how the other matrices are held: "float32", "bfloat16" or "int8".
    A row's logits are the same bits whatever the number of rows.
    """

    def __init__(self, checkpoint: Checkpoint, weights: Kind = "float32") -> None:
        config = LanguageConfig.from_json(checkpoint.entry("model"))
        _check(config, checkpoint)
        arrays = checkpoint.arrays
        own = {n.removeprefix("stack."): a for n, a in arrays.items() if n.startswith("stack.")}

        def stack(weights: Kind) -> ArrayStack:
            return ArrayStack(
                config.cell,
                config.hidden,
                own,
                layers=config.layers,
                settings=config.layer,
                weights=weights,
            )

        embedding = arrays["embedding.weight"]
        output = embedding if config.tied else arrays["output.weight"]
        self.output = packed(output, weights), arrays["output.bias"]
        self.stack = stack("float32")
        with np.errstate(over="ignore", invalid="ignore"):  # the sampler refuses such logits
            self.table = self.stack.from_input(embedding)  # [V, rows]
        if weights != "float32":
            self.stack = stack(weights)

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
    def step(self, ids: NDArray[np.int64]) -> Array:
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
    for name, shape in wanted.items():
        found = checkpoint.arrays.get(name)
        if found is None or found.shape != shape or found.dtype != np.float32:
            what = "missing" if found is None else f"{found.dtype} {list(found.shape)}"
            raise MusicRNNError(
                f"the model file does not fit its own configuration: {name} is {what}, "
                f"float32 {list(shape)} is expected"
            )
    if more := sorted(checkpoint.arrays.keys() - wanted.keys()):
        raise MusicRNNError(
            f"the model file does not fit its own configuration: {more[0]} is in it, "
            "no such array is expected"
        )


class TorchEngine:
    """The torch model, stepped: slow, and what the other engines are held to."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model.eval()
        self.begin(1)

    def begin(self, rows: int, read: Sequence[int] = ()) -> None:
        import torch

        self.start = self.model.initial_state(1)
        if read:
            with torch.inference_mode():
                ids = torch.tensor([list(read)], device=self.start[0].device)
                self.start = self.model(ids, self.start)[1]
        self.state = tuple(part.repeat_interleave(rows, 1) for part in self.start)

    def restart(self, rows: NDArray[np.int64]) -> None:
        import torch

        index = torch.from_numpy(rows).to(self.state[0].device)
        with torch.inference_mode():
            for part, start in zip(self.state, self.start, strict=True):
                part[:, index] = start

    def keep(self, rows: NDArray[np.int64]) -> None:
        import torch

        index = torch.from_numpy(rows).to(self.state[0].device)
        self.state = tuple(part[:, index] for part in self.state)

    def step(self, ids: NDArray[np.int64]) -> Array:
        import torch

        with torch.inference_mode():
            column = torch.from_numpy(ids)[:, None].to(self.state[0].device)
            logits, self.state = self.model(column, self.state)
            return logits[:, 0].float().cpu().numpy()


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
    weights: str = "float32"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"auto|cpu|cuda(:\d{1,4})?", self.device):
            raise MusicRNNError(
                f"device must be auto, cpu or cuda, or one of several such as cuda:1, "
                f"got {self.device!r}"
            )
        if self.weights not in KINDS:
            raise MusicRNNError(f"weights must be one of {', '.join(KINDS)}, got {self.weights!r}")
        if self.on_gpu and self.weights == "int8":
            raise MusicRNNError("int8 weights are for the CPU: ask a GPU for bfloat16")

    @property
    def on_gpu(self) -> bool:
        return self.device.startswith("cuda")


def check_task(checkpoint: Checkpoint) -> None:
    """Raises:
    MusicRNNError: a model that is not a language model.
    """
    if checkpoint.metadata.get("task") != "compose":
        raise MusicRNNError(
            f"only models that compose token after token can do this, such as pop; this one "
            f"{checkpoint.does}"
        )


def engine_for(checkpoint: Checkpoint, settings: EngineSettings | None = None) -> CPUEngine:
    """What steps a model. A GPU is not stepped: see :mod:`musicrnn.sampling.graph_sampler`.

    Raises:
        MusicRNNError: a GPU is asked for, or a model that is not a language model.
    """
    settings = settings or EngineSettings()
    check_task(checkpoint)
    if settings.on_gpu:
        raise MusicRNNError(f"{settings.device} draws whole pieces, many at once: step on the CPU")
    return CPUEngine(checkpoint, cast(Kind, settings.weights))
