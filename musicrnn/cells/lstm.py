"""Long short-term memory (Hochreiter and Schmidhuber 1997), with a forget gate (Gers 2000).

    lstm:
        i = σ(W_i x + U_i h + b_i)         input gate
        f = σ(W_f x + U_f h + b_f)         forget gate
        g = tanh(W_g x + U_g h + b_g)      candidate
        o = σ(W_o x + U_o h + b_o)         output gate
        c' = f ⊙ c + i ⊙ g
        h' = o ⊙ tanh(c')

b is the sum of two biases, as in torch. The bias of the forget gate starts at 1 (Jozefowicz 2015);
with ``layer.plain_forget`` it starts like the others.

In the code: the row blocks have torch's order i, f, g, o.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from musicrnn.cells.compiled import compiled, sigmoid, tanh
from musicrnn.cells.product import product
from musicrnn.cells.protocol import Array, Arrays, Tensor, Tensors, TorchCell, Weights


@dataclass(frozen=True)
class LSTMCell(TorchCell):
    """Parameters: 4 (I*H + H^2 + 2H), two biases as torch."""

    torch_layer: ClassVar[str] = "LSTM"
    remembers: ClassVar[tuple[str, ...]] = ("hidden", "cell")
    gates: ClassVar[int] = 4

    plain_forget: bool = False

    def initialise(self, parameters: Tensors) -> None:
        super().initialise(parameters)
        if self.plain_forget:
            return
        hidden = parameters["weight_hh"].shape[1]
        parameters["bias_ih"][hidden : 2 * hidden] = 1.0
        parameters["bias_hh"][hidden : 2 * hidden] = 0.0

    def step(self, x: Tensor, state: tuple[Tensor, ...], weights: Weights) -> tuple[Tensor, ...]:
        return lstm(weights.add(x, "weight_hh", state[0]), state[1])

    def array_step(self, weights: Arrays, x: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
        from_hidden = product(weights["weight_hh"], weights["bias_hh"], state[0])
        lstm_step(x, from_hidden, state[0], state[1])
        return state[:1]


def lstm(total: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
    """An LSTM's (h', memory') from W H + b, [..., 4H], in torch's order of gates."""
    into, forget, candidate, output = total.chunk(4, -1)
    memory = forget.sigmoid() * memory + into.sigmoid() * candidate.tanh()
    return output.sigmoid() * memory.tanh(), memory


@compiled
def lstm_step(x: Any, from_hidden: Any, hidden: Any, cell: Any) -> None:
    """One step in place; ``x`` and ``from_hidden`` [B, 4H] are added."""
    size = hidden.shape[1]
    for row in range(hidden.shape[0]):
        a, b = x[row], from_hidden[row]
        for unit in range(size):
            into = sigmoid(a[unit] + b[unit])
            forget = sigmoid(a[size + unit] + b[size + unit])
            candidate = tanh(a[2 * size + unit] + b[2 * size + unit])
            output = sigmoid(a[3 * size + unit] + b[3 * size + unit])
            cell[row, unit] = forget * cell[row, unit] + into * candidate
            hidden[row, unit] = output * tanh(cell[row, unit])
