"""What no sampler of one core can beat: memory for one piece, arithmetic for many.

Conventions. Both are loops, timed as the others are: ``run(steps)`` does the least that so many
steps need. Reading is measured on a buffer of exactly the weights' bytes, over and over, so that it
stays in the cache that it fits into, as the weights do. Arithmetic is as fast as a library's own
product [64, 512] x [512, 2048] in float32, of whose libraries the fastest is the floor.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from numba import njit

Floor = Callable[[int], None]
Product = Callable[[], object]
ROWS, INNER, COLUMNS = 64, 512, 2048  # of the product


@njit(cache=True, fastmath=True)
def _read(buffer: Any) -> Any:
    total = np.float32(0.0)
    for index in range(buffer.size):
        total += buffer[index]
    return total


def reading_floor(size: int) -> Floor:
    """Read ``size`` bytes once a step."""
    buffer = np.ones(-(-size // 4), np.float32)
    _read(buffer)

    def run(steps: int) -> None:
        for _ in range(steps):
            _read(buffer)

    return run


def multiplying_floor(flops: int, product: Product) -> Floor:
    """``flops`` operations a step, in whole products (to the nearest)."""
    share = flops / (2 * ROWS * INNER * COLUMNS)

    def run(steps: int) -> None:
        for _ in range(round(steps * share)):
            product()

    return run


def products() -> dict[str, Product]:
    """One product, by the library that does it."""
    random = np.random.default_rng(0)
    left = random.standard_normal((ROWS, INNER)).astype(np.float32)
    right = random.standard_normal((INNER, COLUMNS)).astype(np.float32)
    out = np.empty((ROWS, COLUMNS), np.float32)
    left_torch, right_torch, out_torch = map(torch.from_numpy, (left, right, out))
    found: dict[str, Product] = {
        "NumPy": lambda: np.matmul(left, right, out=out),
        "torch": lambda: torch.mm(left_torch, right_torch, out=out_torch),
    }
    if find_spec("onnx") and find_spec("onnxruntime"):
        from onnx_loops import product_of

        product = product_of(right)
        found["ONNX Runtime"] = lambda: product(left)
    return found
