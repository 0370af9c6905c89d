"""The simple recurrent network (Elman 1990).

    elman:       h' = tanh(W x + U h + b)
    elman-relu:  h' = relu(W x + U h + b)

relu(a) is the larger of a and 0. b is the sum of two biases, as in torch.

In the code: the two biases are ``bias_ih`` and ``bias_hh``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from musicrnn.cells.compiled import ZERO, compiled, tanh
from musicrnn.cells.product import product
from musicrnn.cells.protocol import Array, Arrays, Tensor, TorchCell, Weights


@dataclass(frozen=True)
class ElmanCell(TorchCell):
    """Parameters: I*H + H^2 + 2H (two biases, as torch)."""

    torch_layer: ClassVar[str] = "RNN"
    relu: bool = False

    def step(self, x: Tensor, state: tuple[Tensor, ...], weights: Weights) -> tuple[Tensor, ...]:
        total = weights.add(x, "weight_hh", state[0])
        return (total.relu() if self.relu else total.tanh(),)

    def array_step(self, weights: Arrays, x: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
        from_hidden = product(weights["weight_hh"], weights["bias_hh"], state[0])
        elman_step(x, from_hidden, state[0], self.relu)
        return state


@compiled
def elman_step(x: Any, from_hidden: Any, hidden: Any, relu: bool) -> None:
    for row in range(hidden.shape[0]):
        for unit in range(hidden.shape[1]):
            total = x[row, unit] + from_hidden[row, unit]
            hidden[row, unit] = max(total, ZERO) if relu else tanh(total)
