"""How a model's arrays are stored: as they are, in two bytes a number, or in one.

Conventions. WEIGHTS names the ways. What :func:`stored` makes of arrays by name goes into a file,
:func:`restored` makes float32 of it again, so that whoever computes need not know.

- float32: every array as it is.
- float16: what is within its range is rounded to eleven binary digits; an array with more than
  FLOAT16_MAX in it stays float32.
- int8: a matrix or kernel of MIN_NUMBERS numbers or more becomes int8 with one float16 scale for
each
  row, the first dimension: value = scale * number, from -127 to 127, within half a scale of what it
  was. The scale is stored as NAME.scale. All other arrays are as in float16. A scale of least
  squared error instead of this one lowers the error by 2 % only, and would have a second file made
  of the first differ from it.

Symmetric weights with one scale a row: Jacob et al. 2018; Wu et al. 2020.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import NamedArrays
from musicrnn.errors import MusicRNNError

Weights = Literal["float32", "float16", "int8"]
WEIGHTS: tuple[Weights, ...] = get_args(Weights)
SCALE = ".scale"
MIN_NUMBERS, MIN_ROW_NUMBERS = 256, 4  # numbers; smaller ones would save nothing
INT8_MAX = 127
FLOAT16_MAX = 65_504.0  # the largest float16


def stored(arrays: Mapping[str, NDArray[Any]], weights: Weights) -> NamedArrays:
    """The arrays of a file with such weights; what is not float32 stays as it is.

    Raises:
        MusicRNNError: no such weights.
    """
    if weights not in WEIGHTS:
        raise MusicRNNError(f"weights must be one of {', '.join(WEIGHTS)}, got {weights!r}")
    found: NamedArrays = {}
    for name, array in arrays.items():
        if (
            weights == "float32"
            or array.dtype != np.float32
            or np.abs(array).max(initial=0) > FLOAT16_MAX
        ):
            found[name] = array
        elif weights == "int8" and _has_rows(array):
            found[name], found[name + SCALE] = _in_one_byte(array)
        else:
            found[name] = array.astype(np.float16)
    return found


def restored(arrays: Mapping[str, NDArray[Any]]) -> NamedArrays:
    """float32 arrays of what :func:`stored` made.

    Raises:
        MusicRNNError: an int8 array without its scales, or with others than it must have.
    """
    found: NamedArrays = {}
    scales = {name + SCALE for name, array in arrays.items() if array.dtype == np.int8}
    for name, array in arrays.items():
        if array.dtype == np.int8:
            found[name] = _from_one_byte(name, array, arrays.get(name + SCALE))
        elif array.dtype == np.float16:
            found[name] = array.astype(np.float32)
        else:
            found[name] = array
    return {name: array for name, array in found.items() if name not in scales}


def _has_rows(array: NDArray[Any]) -> bool:
    return array.ndim >= 2 and array.size >= max(MIN_NUMBERS, MIN_ROW_NUMBERS * len(array))


def _in_one_byte(array: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    rows = array.reshape(len(array), -1)
    wanted = np.abs(rows).max(axis=1) / np.float32(INT8_MAX)
    scale = wanted.astype(np.float16)
    scale = np.where(scale < wanted, np.nextafter(scale, np.float16(np.inf)), scale)
    steps = np.rint(rows / np.where(scale > 0, scale, 1).astype(np.float32)[:, None])
    return steps.astype(np.int8).reshape(array.shape), scale.astype(np.float16)


def _from_one_byte(
    name: str, array: NDArray[np.int8], scale: NDArray[Any] | None
) -> NDArray[np.float32]:
    if scale is None or array.ndim < 2:
        raise MusicRNNError(f"{name} is int8 {list(array.shape)} without a scale for each row")
    if scale.dtype != np.float16 or scale.shape != array.shape[:1]:
        raise MusicRNNError(
            f"{name} needs {len(array)} scales of float16, one for each row, its file has "
            f"{list(scale.shape)} of {scale.dtype}"
        )
    if not (scale >= 0).all() or (array < -INT8_MAX).any():
        raise MusicRNNError(
            f"{name} has a scale below 0, or a number below -{INT8_MAX}: it is damaged"
        )
    shape = (-1, *(1,) * (array.ndim - 1))
    return array.astype(np.float32) * scale.astype(np.float32).reshape(shape)
