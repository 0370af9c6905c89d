"""A stack stepped in NumPy and compiled loops, for sampling. Needs no torch.

Conventions. The same parameters, by the names of a :class:`musicrnn.layers.stack.Stack`; x [B, I],
outputs [B, H], float32; the state is inside. What training leaves out at random takes part here in
its expectation, as in torch's evaluation mode.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.cells.product import WeightFormat, pack_parameter
from musicrnn.cells.protocol import Array, Arrays
from musicrnn.errors import MusicRNNError
from musicrnn.layers.attention_array import array_attend, attention_shapes, attention_state
from musicrnn.layers.settings import LayerSettings

EPSILON = 1e-5  # of torch's LayerNorm


class ArrayStack:
    """``layers`` layers of a cell, from the arrays of a checkpoint.

    Args:
        arrays: every one that :func:`stack_shapes` names, under that name.
        weights: the format of the matrices, see :mod:`musicrnn.cells.product`.
    """

    def __init__(
        self,
        cell: str,
        hidden: int,
        arrays: Arrays,
        *,
        layers: int,
        settings: LayerSettings,
        weights: WeightFormat = "float32",
    ) -> None:
        self.cell, self.hidden, self.settings = settings.cell(cell), hidden, settings
        own: list[dict[str, Any]] = [{} for _ in range(1 if settings.tied else layers)]
        for name, array in part_of(arrays, "layers.").items():
            index, parameter = name.split(".")
            own[int(index)][parameter.removesuffix("_l0")] = pack_parameter(array, weights)
        self.weights = [own[index % len(own)] for index in range(layers)]
        self.norms = [
            (arrays[f"norms.{index}.weight"], arrays[f"norms.{index}.bias"])
            for index in range(layers if settings.norm else 0)
        ]
        looks = part_of(arrays, "attention.")
        self.attention = {name: pack_parameter(array, weights) for name, array in looks.items()}
        self.begin(1)

    def begin(self, rows: int) -> None:
        """Start ``rows`` sequences from zeros."""
        widths = self.cell.states(self.hidden).values()
        self.state = [
            tuple(np.zeros((rows, width), np.float32) for width in widths) for _ in self.weights
        ]
        self.past = attention_state(rows, self.settings.attention, self.hidden)

    def keep(self, rows: NDArray[np.int64]) -> None:
        """Go on with these rows alone, in this order."""
        self.state = [tuple(part[rows] for part in layer) for layer in self.state]
        past, prepared, heard = self.past
        self.past = past[rows], prepared[rows], heard[rows]

    def state_of(self, row: int) -> list[Array]:
        """A copy of all that one row remembers."""
        return [part[row].copy() for part in self._parts()]

    def put(self, rows: NDArray[np.int64], state: list[Array]) -> None:
        """Set the state of these rows to one from :meth:`state_of`."""
        for part, kept in zip(self._parts(), state, strict=True):
            part[rows] = kept

    def _parts(self) -> list[Array]:
        return [*(part for layer in self.state for part in layer), *self.past]

    def from_input(self, x: Array) -> Array:
        """What the first layer's step needs of inputs [N, I]: [N, rows]."""
        return self.cell.array_from_input(self.weights[0], (self._normed(0, x),))

    def step(self, from_input: Array) -> Array:
        """One step of all layers from a row of :meth:`from_input`; the outputs [B, H]."""
        flow = self._move(0, from_input)
        for index in range(1, len(self.weights)):
            below = flow[0]
            if self.settings.norm:
                flow = (self._normed(index, below), *flow[1:])
            from_input = self.cell.array_from_input(self.weights[index], flow)
            flow = self._move(index, from_input)
            if self.settings.residual:
                flow = (below + flow[0], *flow[1:])
        if self.settings.attention:
            kind = self.settings.attention_kind
            return array_attend(kind, self.attention, flow[0], self.past)
        return flow[0]

    def _move(self, index: int, from_input: Array) -> tuple[Array, ...]:
        """One step of one layer; the flow to the layer above."""
        state = self.state[index]
        if not self.settings.zoneout:
            return self.cell.array_step(self.weights[index], from_input, state)
        before = [part.copy() for part in state]
        flow = self.cell.array_step(self.weights[index], from_input, state)
        for part, old in zip(state, before, strict=True):
            part += np.float32(self.settings.zoneout) * (old - part)
        return flow

    def _normed(self, index: int, x: Array) -> Array:
        if not self.settings.norm:
            return x
        weight, bias = self.norms[index]
        centred = x - x.mean(1, keepdims=True)
        deviation = np.sqrt((centred * centred).mean(1, keepdims=True) + np.float32(EPSILON))
        return centred / deviation * weight + bias


def stack_shapes(
    cell: str, inputs: int, hidden: int, *, layers: int, settings: LayerSettings
) -> Mapping[str, tuple[int, ...]]:
    """The parameters of such a stack by name."""
    wanted: dict[str, tuple[int, ...]] = {}
    built = settings.cell(cell)
    for index in range(1 if settings.tied else layers):
        shapes = built.shapes(hidden if index else inputs, hidden, first=index == 0)
        wanted |= {f"layers.{index}.{name}_l0": shape for name, shape in shapes.items()}
    for index in range(layers if settings.norm else 0):
        size = (hidden if index else inputs,)
        wanted |= {f"norms.{index}.weight": size, f"norms.{index}.bias": size}
    if settings.attention:
        shapes = attention_shapes(settings.attention_kind, hidden)
        wanted |= {f"attention.{name}": shape for name, shape in shapes.items()}
    return wanted


def part_of(arrays: Mapping[str, NDArray[Any]], part: str) -> dict[str, NDArray[Any]]:
    """The arrays whose names begin with ``part``, without it."""
    return {n.removeprefix(part): a for n, a in arrays.items() if n.startswith(part)}


def check_shapes(arrays: Arrays, wanted: Mapping[str, tuple[int, ...]]) -> None:
    """Compiled code relies upon the shapes.

    Raises:
        MusicRNNError: an array of a model's file is missing, no float32, or of another shape.
    """
    for name, shape in wanted.items():
        found = arrays.get(name)
        if found is None or found.shape != shape or found.dtype != np.float32:
            what = "missing" if found is None else f"{found.dtype} {list(found.shape)}"
            raise MusicRNNError(
                f"the model file does not fit its own configuration: {name} is {what}, "
                f"float32 {list(shape)} is expected"
            )
