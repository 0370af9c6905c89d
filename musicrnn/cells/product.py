"""The products of a step: with matrices as they are, or packed for reading in order.

Conventions. A matrix is [N, K] as in torch, x [B, K], x W^T [B, N]. Packed, its rows lie in panels
of PANEL, [N / PANEL, K, PANEL], zeros behind the last: a product reads each weight once, one after
the other. KINDS says how the weights are held:

- float32: exact.
- bfloat16: rounded to eight binary digits, the upper half of a float32.
- int8: 127 steps each way, with one scale a row (:mod:`musicrnn.weights`), two inputs side by side,
  [N / PANEL, K / 2, PANEL, 2]. A row of x is rounded to STEPS each way of its largest number; sums
  are then exact.
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


STEPS = 2047  # of x either way: sixteen times finer than the weights
MOST_INPUTS = (2**31 - 1) // (127 * STEPS)  # whose sum fits into 32 bits


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
    scale, whole = np.ones(rows, np.float32), matrix
    if kind == "int8" and inputs <= MOST_INPUTS:
        parts = stored({"": matrix}, "int8")
        if SCALE in parts:  # not for a matrix too small to gain from it
            whole, scale = parts[""], parts[SCALE].astype(np.float32)
    elif kind == "bfloat16":
        bits = np.ascontiguousarray(matrix).view(np.uint32)
        whole = ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)  # to nearest, even
    return Packed(_panels(whole), scale, np.zeros(rows, np.float32), inputs)


def _panels(matrix: NDArray[Any]) -> NDArray[Any]:
    """[N, K] -> [N / PANEL, K, PANEL], or for int8 [N / PANEL, K / 2, PANEL, 2]."""
    rows, inputs = matrix.shape
    side = 2 if matrix.dtype == np.int8 else 1
    panels, steps = -(-rows // PANEL), -(-inputs // side)
    filled = np.zeros((panels * PANEL, steps * side), matrix.dtype)
    filled[:rows, :inputs] = matrix
    parts = filled.reshape(panels, PANEL, steps, side).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(parts if side > 1 else parts[..., 0])


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
        x = np.ascontiguousarray(x)
        if weight.panels.ndim == 4:
            _multiply_pairs(weight.panels, weight.scale, bias, x, out)
        else:
            _multiply(weight.panels, weight.scale, bias, x, out)
        return out
    out = x @ weight.T
    if bias is not None:
        out += bias
    return out


@compiled
def _multiply(panels: Any, scale: Any, bias: Any, x: Any, out: Any) -> None:
    """out [B, N] = x W^T * scale + bias; see :mod:`musicrnn.cells.tile`."""
    rows, columns = out.shape
    tiled = rows // ROWS * ROWS
    edge = np.empty((ROWS, PANEL), np.float32)
    factor, added = np.zeros(PANEL, np.float32), np.zeros(PANEL, np.float32)
    for index in range(panels.shape[0]):
        panel, start = panels[index], index * PANEL
        count = min(PANEL, columns - start)
        for column in range(count):
            factor[column], added[column] = scale[start + column], bias[start + column]
        for row in range(0, tiled, ROWS):
            for offset in range(0, PANEL, WIDTH):
                if count == PANEL:
                    block(panel, offset, x, row, factor, added, out, row, start + offset)
                else:
                    block(panel, offset, x, row, factor, added, edge, 0, offset)
            if count < PANEL:
                for place in range(ROWS):
                    for column in range(count):
                        out[row + place, start + column] = edge[place, column]
        for row in range(tiled, rows):
            if count == PANEL:
                line(panel, 0, x, row, factor, added, out, row, start)
            else:
                line(panel, 0, x, row, factor, added, edge, 0, 0)
                for column in range(count):
                    out[row, start + column] = edge[0, column]


@compiled
def _multiply_pairs(panels: Any, scale: Any, bias: Any, x: Any, out: Any) -> None:
    rows, columns = out.shape
    rounded = np.zeros((rows, 2 * panels.shape[1]), np.int16)
    worth, nothing = np.empty(rows, np.float32), np.zeros(columns, np.float32)
    for row in range(rows):
        worth[row] = _round(x[row], rounded[row])
    _multiply(panels, scale, nothing, rounded.view(np.int32), out)
    for row in range(rows):
        for column in range(columns):
            out[row, column] = out[row, column] * worth[row] + bias[column]


@compiled
def _round(x: Any, rounded: Any) -> Any:
    """Integers up to STEPS in ``rounded``; what one of them is worth."""
    largest = np.float32(0.0)
    for k in range(x.size):
        largest = max(largest, abs(x[k]))
    if not 0 < largest < np.inf:
        return largest  # zeros, or what is not finite: it stays so
    worth = largest / np.float32(STEPS)
    for k in range(x.size):
        rounded[k] = np.int16(np.rint(x[k] / worth))
    return worth
