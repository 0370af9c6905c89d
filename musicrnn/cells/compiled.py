"""Compiled loops, and the logistic functions in them.

``compiled`` is numba's njit as all steps use it: machine code is cached on disk, so that only the
first run after an installation compiles; a product and a sum become one fused operation; a division
by zero gives infinity, as in NumPy. Without that last one a loop would test every division, and
not compute sixteen numbers at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload

from musicrnn.cells.private_numba import kept

# What is here and in tile.py becomes part of each function that uses it.
SHARED = tuple(Path(__file__).with_name(name) for name in ("compiled.py", "tile.py"))


def compiled(
    function: Callable[..., Any], *, sums_in_any_order: bool = False, beside: Sequence[str] = ()
) -> Any:
    """The decorator; see the module's text. Sums in any order can be vectors too; ``beside`` are
    other modules of the function's folder whose numbers and functions become part of it."""
    liberties = {"contract", "reassoc"} if sums_in_any_order else {"contract"}
    here = Path(function.__code__.co_filename)
    files = (*SHARED, *(here.with_name(f"{name}.py") for name in beside))
    return kept(njit(error_model="numpy", fastmath=liberties, nogil=True)(function), files)


ONE, ZERO = np.float32(1.0), np.float32(0.0)  # literals would make float32 code float64

LOG2_E = np.float32(1.4426950408889634)
LN2_HIGH, LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)  # their sum is ln 2
ROUND = np.float32(1.5 * 2**23)  # adding it leaves an integer in the low bits
MIN_EXPONENT, MAX_EXPONENT = np.float32(-87.33), np.float32(88.37)
P5, P4, P3, P2, P1, P0 = (
    np.float32(p)
    for p in (1.9875691e-4, 1.3981999e-3, 8.3334519e-3, 4.1665796e-2, 1.6666665e-1, 0.5)
)

WIDE_LOG2_E, WIDE_ROUND = 1.4426950408889634, 1.5 * 2.0**52
WIDE_LN2_HIGH, WIDE_LN2_LOW = 6.93147180369123816490e-1, 1.90821492927058770002e-10
WIDE_MIN_EXPONENT, WIDE_MAX_EXPONENT = -708.0, 709.0
TAYLOR = tuple(1 / math.factorial(k) for k in range(13, -1, -1))

HALF, THIRD, FOURTH, FIFTH, SIXTH, SEVENTH = (np.float32(1 / n) for n in range(2, 8))
SERIES_FROM = np.float32(-0.25)  # from here to 0 a series is exact


def exp(x: Any) -> Any:
    """e^x of one number in compiled code, to the last digit or two of float32 or float64.

    What lies beyond e^-87 or e^88 (e^-708 or e^709) is that. x = n ln 2 + r, and a polynomial of
    e^r whose exponent is raised by n (Cody and Waite 1980; coefficients in float32: Moshier's
    Cephes, in float64: Taylor's). The compiler makes vectors of it, which it cannot of libm's.
    """
    return np.exp(x)


@overload(exp)
def _compiled_exp(x: Any) -> Any:
    def of_float64(x: Any) -> Any:
        x = WIDE_MIN_EXPONENT if x < WIDE_MIN_EXPONENT else x  # no number stays no number
        x = WIDE_MAX_EXPONENT if x > WIDE_MAX_EXPONENT else x
        shifted = x * WIDE_LOG2_E + WIDE_ROUND
        n = shifted - WIDE_ROUND
        r = x - n * WIDE_LN2_HIGH - n * WIDE_LN2_LOW
        p = TAYLOR[0]
        for part in TAYLOR[1:]:
            p = p * r + part
        power = np.float64(shifted).view(np.int64) << np.int64(52)
        return np.int64(np.float64(p).view(np.int64) + power).view(np.float64)

    def of_float32(x: Any) -> Any:
        x = MIN_EXPONENT if x < MIN_EXPONENT else x
        x = MAX_EXPONENT if x > MAX_EXPONENT else x
        shifted = x * LOG2_E + ROUND
        n = shifted - ROUND
        r = x - n * LN2_HIGH - n * LN2_LOW
        p = ((((P5 * r + P4) * r + P3) * r + P2) * r + P1) * r + P0
        p = p * r * r + r + ONE
        power = np.float32(shifted).view(np.int32) << np.int32(23)
        return np.int32(np.float32(p).view(np.int32) + power).view(np.float32)

    return of_float32 if x == types.float32 else of_float64


def one_minus_exp(x: Any) -> Any:
    """1 - e^x of one number up to 0 in compiled code, without cancellation near 0."""
    return -np.expm1(x)


@overload(one_minus_exp)
def _compiled_one_minus_exp(x: Any) -> Any:
    def of_others(x: Any) -> Any:
        return -np.expm1(x)

    def of_float32(x: Any) -> Any:
        series = ONE + x * SIXTH * (ONE + x * SEVENTH)
        for part in (FIFTH, FOURTH, THIRD, HALF):
            series = ONE + x * part * series
        return -x * series if x > SERIES_FROM else ONE - exp(x)

    return of_float32 if x == types.float32 else of_others


@compiled
def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x) of one number."""
    return ONE / (ONE + exp(-x))


@compiled
def tanh(x: Any) -> Any:
    """The hyperbolic tangent of one number, within 2e-7 in float32, by way of exp."""
    return ONE - (ONE + ONE) / (exp(x + x) + ONE)
