"""Gated recurrent unit, torch's form: the reset gate acts after the recurrent product.

    reset, update = sigmoid(W x + U h + b)     candidate = tanh(W x + b + reset * (U h + b'))
    h' = update * h + (1 - update) * candidate

Row blocks in torch's order: reset, update, candidate. Cho et al. 2014 put the reset gate before the
product: that is another cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from musicrnn.cells.protocol import Array

if TYPE_CHECKING:
    from torch import nn


class GRUCell:
    gates = 3
    states = ("hidden",)

    def layer(self, input_size: int, hidden_size: int) -> nn.Module:
        from torch import nn

        return nn.GRU(input_size, hidden_size, batch_first=True)

    def step(self, from_input: Array, from_output: Array, state: tuple[Array, ...]) -> None:
        _step(from_input, from_output, state[0])


@njit(cache=True)
def _step(from_input: Array, from_output: Array, hidden: Array) -> None:
    one = np.float32(1.0)
    size = hidden.shape[1]
    for row in range(hidden.shape[0]):
        x, r = from_input[row], from_output[row]
        for unit in range(size):
            reset = one / (one + np.exp(-x[unit] - r[unit]))
            update = one / (one + np.exp(-x[size + unit] - r[size + unit]))
            candidate = np.tanh(x[2 * size + unit] + reset * r[2 * size + unit])
            hidden[row, unit] = update * hidden[row, unit] + (one - update) * candidate
