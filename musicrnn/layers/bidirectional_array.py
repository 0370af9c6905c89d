"""Layers that read forwards and backwards, in NumPy and compiled loops. Needs no torch.

Conventions. x [T, B, F] -> [T, B, 2 * hidden], float32, every sequence T steps long; the parameters
are those of :class:`musicrnn.layers.bidirectional.Bidirectional`, by their names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.cells.protocol import Array, Arrays
from musicrnn.layers.array_stack import ArrayStack, part_of, stack_shapes
from musicrnn.layers.settings import LayerSettings

DIRECTIONS = ("", "_reverse")
TORCH_NAME = re.compile(r"(?P<parameter>\w+)_l(?P<layer>\d+)(?P<direction>|_reverse)")


class ArrayBidirectional:
    """``layers`` layers, each a stack of one layer for each direction.

    Args:
        arrays: every one that :func:`bidirectional_shapes` names, under that name.
    """

    def __init__(
        self, cell: str, hidden: int, arrays: Arrays, *, layers: int, settings: LayerSettings
    ) -> None:
        self.hidden, self.residual = hidden, settings.residual
        own = _by_stack(part_of(arrays, "layers."))
        self.pairs = [
            [
                ArrayStack(cell, hidden, own[index, back], layers=1, settings=settings)
                for back in range(2)
            ]
            for index in range(layers)
        ]

    def __call__(self, x: Array) -> Array:
        """All steps of all layers."""
        for index, pair in enumerate(self.pairs):
            steps, rows = x.shape[:2]
            y = np.empty((steps, rows, 2 * self.hidden), np.float32)
            entering = np.ascontiguousarray(x).reshape(steps * rows, -1)
            for back, stack in enumerate(pair):
                read = stack.from_input(entering).reshape(steps, rows, -1)
                stack.begin(rows)
                half = y[..., back * self.hidden : (back + 1) * self.hidden]
                for step in reversed(range(steps)) if back else range(steps):
                    half[step] = stack.step(read[step])
            x = x + y if self.residual and index else y
        return x


def bidirectional_shapes(
    cell: str, inputs: int, hidden: int, *, layers: int, settings: LayerSettings
) -> Mapping[str, tuple[int, ...]]:
    """The parameters of such layers by name."""
    native = settings == LayerSettings() and settings.cell(cell).torch_layer != ""
    wanted: dict[str, tuple[int, ...]] = {}
    for index in range(layers):
        size = 2 * hidden if index else inputs
        shapes = stack_shapes(cell, size, hidden, layers=1, settings=settings)
        for back, direction in enumerate(DIRECTIONS):
            for name, shape in shapes.items():
                if native:
                    parameter = name.removeprefix("layers.0.").removesuffix("_l0")
                    wanted[f"layers.{parameter}_l{index}{direction}"] = shape
                else:
                    wanted[f"layers.{index}.{back}.{name}"] = shape
    return wanted


def _by_stack(arrays: Mapping[str, NDArray[Any]]) -> dict[tuple[int, int], dict[str, Any]]:
    """The arrays of each layer and direction by the names of a stack of one layer."""
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for name, array in arrays.items():
        if match := TORCH_NAME.fullmatch(name):
            place = int(match["layer"]), DIRECTIONS.index(match["direction"])
            found.setdefault(place, {})[f"layers.0.{match['parameter']}_l0"] = array
        else:
            index, back, own = name.split(".", 2)
            found.setdefault((int(index), int(back)), {})[own] = array
    return found
