"""Long short-term memory (Hochreiter and Schmidhuber 1997, forget gate of Gers 2000, no peepholes).

    input, forget, output = sigmoid(W x + U h + b)      candidate = tanh(W x + U h + b)
    cell' = forget * cell + input * candidate            h' = output * tanh(cell')

Row blocks in torch's order: input, forget, candidate, output. The forget gate's bias starts at 1
(Jozefowicz 2015).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from musicrnn.cells.protocol import Array

if TYPE_CHECKING:
    from torch import nn


class LSTMCell:
    gates = 4
    states = ("hidden", "cell")

    def layer(self, input_size: int, hidden_size: int) -> nn.Module:
        import torch
        from torch import nn

        layer = nn.LSTM(input_size, hidden_size, batch_first=True)
        with torch.no_grad():
            for bias, forget in ((layer.bias_ih_l0, 1.0), (layer.bias_hh_l0, 0.0)):
                assert isinstance(bias, nn.Parameter)
                bias[hidden_size : 2 * hidden_size] = forget
        return layer

    def step(self, from_input: Array, from_output: Array, state: tuple[Array, ...]) -> None:
        _step(from_input, from_output, state[0], state[1])


@njit(cache=True)
def _step(from_input: Array, from_output: Array, hidden: Array, cell: Array) -> None:
    one = np.float32(1.0)
    size = hidden.shape[1]
    for row in range(hidden.shape[0]):
        total = from_input[row] + from_output[row]
        for unit in range(size):
            into = one / (one + np.exp(-total[unit]))
            forget = one / (one + np.exp(-total[size + unit]))
            candidate = np.tanh(total[2 * size + unit])
            output = one / (one + np.exp(-total[3 * size + unit]))
            cell[row, unit] = forget * cell[row, unit] + into * candidate
            hidden[row, unit] = output * np.tanh(cell[row, unit])
