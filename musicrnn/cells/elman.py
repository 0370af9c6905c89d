"""The simple recurrent network (Elman 1990): h' = tanh(W x + U h + b)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from musicrnn.cells.protocol import Array

if TYPE_CHECKING:
    from torch import nn


class ElmanCell:
    gates = 1
    states = ("hidden",)

    def layer(self, input_size: int, hidden_size: int) -> nn.Module:
        from torch import nn

        return nn.RNN(input_size, hidden_size, batch_first=True)

    def step(self, from_input: Array, from_output: Array, state: tuple[Array, ...]) -> None:
        _step(from_input, from_output, state[0])


@njit(cache=True)
def _step(from_input: Array, from_output: Array, hidden: Array) -> None:
    for row in range(hidden.shape[0]):
        for unit in range(hidden.shape[1]):
            hidden[row, unit] = np.tanh(from_input[row, unit] + from_output[row, unit])
