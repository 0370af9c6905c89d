"""The gated recurrent unit in torch's form: the reset gate acts after the recurrent product.

    gru:
        r = σ(W_r x + U_r h + b_r)                     reset gate
        z = σ(W_z x + U_z h + b_z)                     update gate
        g = tanh(W_g x + b_g + r ⊙ (U_g h + b_u))      candidate
        h' = z ⊙ h + (1 - z) ⊙ g

Cho et al. 2014 put the reset gate before the product: that is another cell, ``gru-cho``. The biases
of r and z are sums of two, as in torch.

In the code: the row blocks have torch's order r, z, g. ``bias_hh`` ends with b_u.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from musicrnn.cells.compiled import ONE, compiled, sigmoid, tanh
from musicrnn.cells.product import product
from musicrnn.cells.protocol import Array, Arrays, Tensor, TorchCell, Weights


@dataclass(frozen=True)
class GRUCell(TorchCell):
    """Parameters: 3 (I*H + H^2 + 2H), two biases as torch."""

    torch_layer: ClassVar[str] = "GRU"
    gates: ClassVar[int] = 3
    vectors: ClassVar[tuple[str, ...]] = ("bias_hh",)

    def step(self, x: Tensor, state: tuple[Tensor, ...], weights: Weights) -> tuple[Tensor, ...]:
        hidden = state[0]
        size = hidden.shape[1]
        from_hidden = weights.product("weight_hh", hidden) + weights["bias_hh"]
        gates = (x[:, : 2 * size] + from_hidden[:, : 2 * size]).sigmoid()
        reset, update = gates.chunk(2, 1)
        candidate = (x[:, 2 * size :] + reset * from_hidden[:, 2 * size :]).tanh()
        return (candidate + update * (hidden - candidate),)

    def array_step(self, weights: Arrays, x: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
        _step(x, product(weights["weight_hh"], weights["bias_hh"], state[0]), state[0])
        return state


@compiled
def _step(x: Any, from_hidden: Any, hidden: Any) -> None:
    size = hidden.shape[1]
    for row in range(hidden.shape[0]):
        for unit in range(size):
            reset = sigmoid(x[row, unit] + from_hidden[row, unit])
            update = sigmoid(x[row, size + unit] + from_hidden[row, size + unit])
            recalled = reset * from_hidden[row, 2 * size + unit]
            candidate = tanh(x[row, 2 * size + unit] + recalled)
            hidden[row, unit] = update * hidden[row, unit] + (ONE - update) * candidate
