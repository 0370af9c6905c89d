"""Engines: what turns the last ids into the logits of the next.

Conventions. ids [B] -> logits [B, V] float32; the recurrent state is inside. The CPU engine runs on
NumPy and compiled loops and needs no torch: stepping torch one id at a time costs twenty times as
much. The torch engine is for CUDA.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray

from musicrnn.cells import CELLS
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.models.language_config import LanguageConfig

if TYPE_CHECKING:
    from musicrnn.models.language import LanguageModel

Array = NDArray[np.float32]
LAYER = ("weight_ih_l0", "bias_ih_l0", "weight_hh_l0", "bias_hh_l0")


class Engine(Protocol):
    """Feeds ids to a model row by row, all rows in step."""

    def begin(self, rows: int) -> None:
        """Start ``rows`` sequences from the initial state."""
        ...

    def step(self, ids: NDArray[np.int64]) -> Array:
        """Read one id a row, [B]; logits [B, V] of the next."""
        ...

    def keep(self, rows: NDArray[np.int64]) -> None:
        """Go on with these rows alone, in this order."""
        ...


class CPUEngine:
    """A language model's checkpoint, stepped on one core.

    The embedding is folded into the first layer's input weights, so that its product is a table.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        config = LanguageConfig.from_json(checkpoint.entry("model"))
        self.cell = CELLS[config.cell]
        self._check(config, checkpoint)
        arrays = checkpoint.arrays
        self.layers: list[tuple[Array, Array, Array, Array]] = []  # W, b, U, b'
        for index in range(config.layers):
            w, b, u, c = (arrays[f"stack.layers.{index}.{name}"] for name in LAYER)
            self.layers.append((w, b, u, c))
        embedding = arrays["embedding.weight"]
        self.output_weight = embedding if config.tied else arrays["output.weight"]
        self.output_bias = arrays["output.bias"]
        w, b, _, _ = self.layers[0]
        with np.errstate(over="ignore", invalid="ignore"):  # the sampler refuses such logits
            self.table = embedding @ w.T + b  # [V, G*H]
        self.begin(1)

    def _check(self, config: LanguageConfig, checkpoint: Checkpoint) -> None:
        """Compiled code relies upon the shapes."""
        rows = config.hidden * self.cell.gates
        wanted: dict[str, tuple[int, ...]] = {
            "embedding.weight": (config.vocabulary, config.embedding),
            "output.bias": (config.vocabulary,),
        }
        if not config.tied:
            wanted["output.weight"] = (config.vocabulary, config.hidden)
        for index in range(config.layers):
            inputs = config.hidden if index else config.embedding
            shapes = ((rows, inputs), (rows,), (rows, config.hidden), (rows,))
            for name, shape in zip(LAYER, shapes, strict=True):
                wanted[f"stack.layers.{index}.{name}"] = shape
        for name, shape in wanted.items():
            found = checkpoint.arrays.get(name)
            if found is None or found.shape != shape or found.dtype != np.float32:
                what = "missing" if found is None else f"{found.dtype} {list(found.shape)}"
                raise MusicRNNError(
                    f"the model file does not fit its own configuration: {name} is {what}, "
                    f"float32 {list(shape)} is expected"
                )

    def begin(self, rows: int) -> None:
        hidden = self.layers[0][2].shape[1]
        self.state = [
            tuple(np.zeros((rows, hidden), np.float32) for _ in self.cell.states)
            for _ in self.layers
        ]

    def keep(self, rows: NDArray[np.int64]) -> None:
        self.state = [tuple(part[rows] for part in layer) for layer in self.state]

    @np.errstate(over="ignore", invalid="ignore")
    def step(self, ids: NDArray[np.int64]) -> Array:
        from_input = self.table[ids]  # [B, G*H]
        for index, ((w, b, u, c), state) in enumerate(zip(self.layers, self.state, strict=True)):
            if index > 0:
                from_input = product(w, b, self.state[index - 1][0])
            self.cell.step(from_input, product(u, c, state[0]), state)
        return product(self.output_weight, self.output_bias, self.state[-1][0])


def product(weight: Array, bias: Array, x: Array) -> Array:
    """x W^T + b, [B, N]: a compiled loop for one row, a matrix product for more."""
    if x.shape[0] == 1:
        out = np.empty((1, weight.shape[0]), np.float32)
        _matrix_vector(weight, bias, x[0], out[0])
        return out
    return x @ weight.T + bias


@njit(cache=True, fastmath=True)
def _matrix_vector(weight: Array, bias: Array, x: Array, out: Array) -> None:
    for row in range(weight.shape[0]):
        total = np.float32(0.0)
        for column in range(weight.shape[1]):
            total += weight[row, column] * x[column]
        out[row] = total + bias[row]


class TorchEngine:
    """The torch model, stepped: for CUDA, where one step serves a whole batch."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model.eval()
        self.state = model.initial_state(1)

    def begin(self, rows: int) -> None:
        self.state = self.model.initial_state(rows)

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


def engine_for(checkpoint: Checkpoint, device: str = "auto") -> Engine:
    """The CPU engine for "auto" and "cpu", the torch engine for "cuda".

    "auto" does not look for a GPU: importing torch to look takes longer than a piece does.

    Raises:
        MusicRNNError: an unknown device, CUDA asked for where there is none, or a model that is not
            a language model.
    """
    if checkpoint.metadata.get("task") != "compose":
        raise MusicRNNError(
            f"only models that compose can be sampled, this one's task is "
            f"{checkpoint.metadata.get('task')!r}: "
            "a network that hears the whole input, as bidirectional ones do, has no next step"
        )
    if device in ("auto", "cpu"):
        return CPUEngine(checkpoint)
    if not device.startswith("cuda"):
        raise MusicRNNError(f"device must be auto, cpu or cuda, got {device!r}")
    import torch

    from musicrnn.models.language import LanguageModel

    if not torch.cuda.is_available():
        raise MusicRNNError(f"device {device} was asked for, but torch finds no CUDA device here")
    model = LanguageModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    return TorchEngine(model.to(device))
