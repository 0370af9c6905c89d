"""The products of a step: with matrices as they are, or packed for reading in order.

Conventions. A matrix is [N, K] as in torch, x [B, K], x W^T [B, N]. Packed, its rows lie in panels
of PANEL, [N / PANEL, K, PANEL], zeros behind the last: a product reads each weight once, one after
the other. KINDS says how the weights are held: float32, exact; bfloat16, their upper halves; int8,
rounded to 127 steps each way, with one scale a row (:mod:`musicrnn.weights`). All sums are float32.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from musicrnn.cells.compiled import compiled
from musicrnn.cells.tile import PANEL, ROWS, WIDTH, block, line
from musicrnn.errors import MusicRNNError
from musicrnn.weights import SCALE, stored

Kind = Literal["float32", "bfloat16", "int8"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, eq=False)
class Packed:
    """A matrix [outputs, inputs] in panels; ``scale`` [outputs] multiplies what comes out."""

    panels: NDArray[Any]
    scale: NDArray[np.float32]
    nothing: NDArray[np.float32]  # [outputs], in place of a bias that is not there
    inputs: int


def packed(matrix: NDArray[np.float32], kind: Kind = "float32") -> Packed:
    """Pack a matrix [N, K].

    Raises:
        MusicRNNError: no such kind.
    """
    if kind not in KINDS:
        raise MusicRNNError(f"weights must be one of {', '.join(KINDS)}, got {kind!r}")
    rows, inputs = matrix.shape
    scale = np.ones(rows, np.float32)
    held: NDArray[Any] = matrix
    if kind == "int8":
        parts = stored({"": matrix}, "int8")
        if SCALE in parts:  # not for a matrix too small to gain from it
            held, scale = parts[""], parts[SCALE].astype(np.float32)
    elif kind == "bfloat16":
        bits = np.ascontiguousarray(matrix).view(np.uint32)
        held = ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)  # to nearest, ties even
    panels = -(-rows // PANEL)
    filled = np.zeros((panels * PANEL, inputs), held.dtype)
    filled[:rows] = held
    return Packed(
        np.ascontiguousarray(filled.reshape(panels, PANEL, inputs).transpose(0, 2, 1)),
        scale,
        np.zeros(rows, np.float32),
        inputs,
    )


def held(array: NDArray[Any], kind: Kind = "float32") -> NDArray[Any] | Packed:
    """What a step uses of a parameter: a float32 matrix packed, anything else as it is."""
    if array.ndim == 2 and array.dtype == np.float32:
        return packed(array, kind)
    return np.ascontiguousarray(array)


def product(
    weight: NDArray[Any] | Packed, bias: NDArray[Any] | None, x: NDArray[Any]
) -> NDArray[Any]:
    """x W^T + b, [B, N].

    Raises:
        ValueError: x or the bias does not fit the matrix.
    """
    if isinstance(weight, Packed):
        bias = weight.nothing if bias is None else bias
        if x.shape[1] != weight.inputs or bias.shape != weight.scale.shape:
            raise ValueError(f"x {x.shape} or bias {bias.shape} does not fit {weight.inputs}")
        out = np.empty((len(x), len(bias)), np.float32)
        _multiply(weight.panels, weight.scale, bias, np.ascontiguousarray(x), out)
        return out
    out = x @ weight.T
    if bias is not None:
        out += bias
    return out


@compiled
def _multiply(panels: Any, scale: Any, bias: Any, x: Any, out: Any) -> None:
    rows, columns = out.shape
    tiled = rows // ROWS * ROWS
    sums = np.empty((ROWS, PANEL), np.float32)
    for index in range(panels.shape[0]):
        panel, start = panels[index], index * PANEL
        for row in range(0, tiled, ROWS):
            for offset in range(0, PANEL, WIDTH):
                block(panel, offset, x, row, sums)
                first = start + offset
                count = min(WIDTH, columns - first)
                for place in range(ROWS):
                    for column in range(first, first + count):
                        total = sums[place, column - first] * scale[column]
                        out[row + place, column] = total + bias[column]
        count = min(PANEL, columns - start)
        for row in range(tiled, rows):
            line(panel, 0, x, row, sums)
            for column in range(start, start + count):
                out[row, column] = sums[0, column - start] * scale[column] + bias[column]
