"""The products of a step: with matrices as they are, or packed for reading in order.

Conventions. A matrix is [N, K] as in torch, x [B, K], x W^T [B, N]. Packed, its rows lie in panels
of PANEL, [N / PANEL, K, PANEL], zeros behind the last: a product reads each weight once, one after
the other. WEIGHT_FORMATS says how the weights are stored:

- float32: exact.
- bfloat16: rounded to eight binary digits, the upper half of a float32.
- int8: 127 steps each way, with one scale a row (:mod:`musicrnn.weights`), two inputs side by side,
  [N / PANEL_OF_PAIRS, K / 2, PANEL_OF_PAIRS, 2]. A row of x is rounded to QUANTIZATION_STEPS each
  way of its largest number; sums are then exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from musicrnn.cells.compiled import compiled
from musicrnn.cells.tile import (
    PANEL,
    PANEL_OF_PAIRS,
    TILE_ROWS,
    WIDTH,
    WIDTH_OF_PAIRS,
    block,
    block_of_pairs,
    line,
    line_of_pairs,
)
from musicrnn.errors import MusicRNNError
from musicrnn.weights import SCALE, stored

WeightFormat = Literal["float32", "bfloat16", "int8"]
WEIGHT_FORMATS: tuple[WeightFormat, ...] = get_args(WeightFormat)

QUANTIZATION_STEPS = 2047  # of x either way: sixteen times finer than the weights
MAGNITUDE_BITS, INFINITY_BITS = np.int32(0x7FFFFFFF), np.int32(0x7F800000)  # bits of a float32
MIN_MAGNITUDE = np.float32(1e-30)  # a STEPS-th of less might be 0
MAX_INPUTS = (2**31 - 1) // (127 * QUANTIZATION_STEPS)  # whose sum fits into 32 bits


@dataclass(frozen=True, eq=False)
class PackedWeights:
    """A matrix [outputs, inputs] in panels; ``scale`` [outputs] multiplies what comes out."""

    panels: NDArray[Any]
    scale: NDArray[np.float32]
    nothing: NDArray[np.float32]  # [outputs], in place of a bias that is not there
    inputs: int


def pack_matrix(matrix: NDArray[np.float32], kind: WeightFormat = "float32") -> PackedWeights:
    """Pack a matrix [N, K].

    Raises:
        MusicRNNError: no such kind.
    """
    if kind not in WEIGHT_FORMATS:
        raise MusicRNNError(f"weights must be one of {', '.join(WEIGHT_FORMATS)}, got {kind!r}")
    rows, inputs = matrix.shape
    scale, whole = np.ones(rows, np.float32), matrix
    if kind == "int8" and inputs <= MAX_INPUTS:
        parts = stored({"": matrix}, "int8")
        if SCALE in parts:  # not for a matrix too small to gain from it
            whole, scale = parts[""], parts[SCALE].astype(np.float32)
    elif kind == "bfloat16":
        bits = np.ascontiguousarray(matrix).view(np.uint32)
        whole = ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)  # to nearest, even
    return PackedWeights(_panels(whole), scale, np.zeros(rows, np.float32), inputs)


def _panels(matrix: NDArray[Any]) -> NDArray[Any]:
    """[N, K] in panels, see the module's text."""
    rows, inputs = matrix.shape
    width, side = (PANEL_OF_PAIRS, 2) if matrix.dtype == np.int8 else (PANEL, 1)
    panels, steps = -(-rows // width), -(-inputs // side)
    filled = np.zeros((panels * width, steps * side), matrix.dtype)
    filled[:rows, :inputs] = matrix
    parts = filled.reshape(panels, width, steps, side).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(parts if side > 1 else parts[..., 0])


def pack_parameter(
    array: NDArray[Any], kind: WeightFormat = "float32"
) -> NDArray[Any] | PackedWeights:
    """What a step uses of a parameter: a float32 matrix packed, anything else as it is."""
    if array.ndim == 2 and array.dtype == np.float32:
        return pack_matrix(array, kind)
    return np.ascontiguousarray(array)


def product(
    weight: NDArray[Any] | PackedWeights, bias: NDArray[Any] | None, x: NDArray[Any]
) -> NDArray[Any]:
    """x W^T + b, [B, N].

    Raises:
        ValueError: x or the bias does not fit the matrix.
    """
    if isinstance(weight, PackedWeights):
        bias = weight.nothing if bias is None else bias
        rows, inputs = x.shape
        if inputs != weight.inputs or bias.size != weight.scale.size:
            raise ValueError(
                f"x {x.shape} and bias {bias.shape} do not fit a matrix "
                f"[{weight.scale.size}, {weight.inputs}]"
            )
        out = np.empty((rows, bias.size), np.float32)
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
    width = panels.shape[2]
    tiled = rows // TILE_ROWS * TILE_ROWS
    edge = np.empty((TILE_ROWS, width), np.float32)  # for a last panel that is not full
    factor, added = np.zeros(width, np.float32), np.zeros(width, np.float32)
    for index in range(panels.shape[0]):
        panel, start = panels[index], index * width
        count = min(width, columns - start)
        for column in range(count):
            factor[column], added[column] = scale[start + column], bias[start + column]
        whole = count == width
        for row in range(0, tiled, TILE_ROWS):
            to, to_row, to_column = (out, row, start) if whole else (edge, 0, 0)
            _block(panel, x, factor, added, to, (row, to_row, to_column))
            for place in range(0 if whole else TILE_ROWS):
                for column in range(count):
                    out[row + place, start + column] = edge[place, column]
        for row in range(tiled, rows):
            to, to_row, to_column = (out, row, start) if whole else (edge, 0, 0)
            _line(panel, x, factor, added, to, (row, to_row, to_column))
            for column in range(0 if whole else count):
                out[row, start + column] = edge[0, column]


@compiled
def _block(panel: Any, x: Any, factor: Any, added: Any, to: Any, places: Any) -> None:
    row, to_row, to_column = places
    if panel.ndim == 3:
        for at in range(0, PANEL_OF_PAIRS, WIDTH_OF_PAIRS):
            block_of_pairs(panel, x, factor, added, to, (at, row, to_row, to_column + at))
    else:
        for at in range(0, PANEL, WIDTH):
            block(panel, x, factor, added, to, (at, row, to_row, to_column + at))


@compiled
def _line(panel: Any, x: Any, factor: Any, added: Any, to: Any, places: Any) -> None:
    row, to_row, to_column = places
    if panel.ndim == 3:
        line_of_pairs(panel, x, factor, added, to, (0, row, to_row, to_column))
    else:
        line(panel, x, factor, added, to, (0, row, to_row, to_column))


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
    """Integers up to QUANTIZATION_STEPS in ``rounded``; what one of them is worth."""
    bits, most = x.view(np.int32), np.int32(0)
    for k in range(x.size):  # magnitudes as integers, which vectors compare: of a NaN the largest
        most = max(most, bits[k] & MAGNITUDE_BITS)
    if most >= INFINITY_BITS:
        return np.float32(np.inf)  # times sums of 0: what is not finite stays so
    largest = np.int32(most).view(np.float32)
    if largest < MIN_MAGNITUDE:
        return np.float32(0.0)
    worth = largest / np.float32(QUANTIZATION_STEPS)
    for k in range(x.size):
        rounded[k] = np.int16(np.rint(x[k] / worth))
    return worth
