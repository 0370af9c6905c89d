"""Full gate recurrence (Hochreiter and Schmidhuber 1997; FGR in Greff et al. 2015).

It is the LSTM with peepholes whose gates also see the gates of the step before:

    fgr:
        i' = σ(W_i x + U_i h + p_i ⊙ c + R_ii i + R_if f + R_io o + b_i)
        f' = σ(W_f x + U_f h + p_f ⊙ c + R_fi i + R_ff f + R_fo o + b_f)
        g = tanh(W_g x + U_g h + b_g)
        c' = f' ⊙ c + i' ⊙ g
        o' = σ(W_o x + U_o h + p_o ⊙ c' + R_oi i + R_of f + R_oo o + b_o)
        h' = o' ⊙ tanh(c')

R are nine matrices more, [H, H] each. The gates are 0 before the first step.

In the code: the row blocks have torch's order i, f, g, o. ``weight_gates`` [3H, 3H] holds R, its
rows and its columns in the order i, f, o.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from musicrnn.cells.compiled import compiled, sigmoid, tanh
from musicrnn.cells.greff import PEEPHOLES, PeepholeLSTMCell
from musicrnn.cells.product import product
from musicrnn.cells.protocol import Array, Arrays, Shapes, Tensor, Weights


@dataclass(frozen=True)
class FullGateLSTMCell(PeepholeLSTMCell):
    """Parameters: 4 (I*H + H^2 + H) + 3H + 9 H^2."""

    remembers: ClassVar[tuple[str, ...]] = (
        "hidden", "cell", "input_gate", "forget_gate", "output_gate",
    )  # fmt: skip
    matrices: ClassVar[tuple[str, ...]] = ("weight_hh", "weight_gates")

    def shapes(self, inputs: int, hidden: int, *, first: bool = True) -> Shapes:
        gates = {"weight_gates": (3 * hidden, 3 * hidden)}
        return {**super().shapes(inputs, hidden, first=first), **gates}

    def step(self, x: Tensor, state: tuple[Tensor, ...], weights: Weights) -> tuple[Tensor, ...]:
        import torch

        hidden, cell, *gates = state
        a_input, a_forget, candidate, a_output = weights.add(x, "weight_hh", hidden).chunk(4, 1)
        recalled = weights.product("weight_gates", torch.cat(gates, 1))
        g_input, g_forget, g_output = recalled.chunk(3, 1)
        into = (a_input + g_input + weights["peephole_input"] * cell).sigmoid()
        forget = (a_forget + g_forget + weights["peephole_forget"] * cell).sigmoid()
        cell = forget * cell + into * candidate.tanh()
        output = (a_output + g_output + weights["peephole_output"] * cell).sigmoid()
        return output * cell.tanh(), cell, into, forget, output

    def array_step(self, weights: Arrays, x: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
        total = product(weights["weight_hh"], None, state[0])
        total += x
        recalled = product(weights["weight_gates"], None, np.concatenate(state[2:], axis=1))
        seen = tuple(weights[name] for name in PEEPHOLES)
        _step(total, recalled, seen, state)
        return state[:1]


@compiled
def _step(total: Any, recalled: Any, seen: Any, state: Any) -> None:
    hidden, cell, inputs, forgets, outputs = state
    size = hidden.shape[1]
    for row in range(hidden.shape[0]):
        a, g = total[row], recalled[row]
        for unit in range(size):
            old = cell[row, unit]
            into = sigmoid(a[unit] + g[unit] + seen[0][unit] * old)
            forget = sigmoid(a[size + unit] + g[size + unit] + seen[1][unit] * old)
            new = forget * old + into * tanh(a[2 * size + unit])
            output = sigmoid(a[3 * size + unit] + g[2 * size + unit] + seen[2][unit] * new)
            hidden[row, unit], cell[row, unit] = output * tanh(new), new
            inputs[row, unit], forgets[row, unit], outputs[row, unit] = into, forget, output
