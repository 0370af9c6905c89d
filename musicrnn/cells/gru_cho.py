"""The GRU of Cho et al. 2014 (arXiv:1406.1078): the reset gate acts before the product.

    gru-cho:
        r = σ(W_r x + U_r h + b_r)                     reset gate
        z = σ(W_z x + U_z h + b_z)                     update gate
        g = tanh(W_g x + U_g (r ⊙ h) + b_g)            candidate
        h' = z ⊙ h + (1 - z) ⊙ g

Chung et al. 2014 and Jozefowicz et al. 2015 exchange z and 1 - z.

In the code: the row blocks have the order r, z, g. ``weight_hh`` [2H, H] belongs to the gates,
``weight_hh_candidate`` [H, H] to the candidate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from musicrnn.cells.compiled import ONE, compiled, sigmoid, tanh
from musicrnn.cells.product import product
from musicrnn.cells.protocol import Array, Arrays, Shapes, StepCell, Tensor, Weights


@dataclass(frozen=True)
class ChoGRUCell(StepCell):
    """Parameters: 3 (I*H + H^2 + H)."""

    matrices: ClassVar[tuple[str, ...]] = ("weight_hh", "weight_hh_candidate")

    def shapes(self, inputs: int, hidden: int, *, first: bool = True) -> Shapes:
        return {
            "weight_ih": (3 * hidden, inputs),
            "weight_hh": (2 * hidden, hidden),
            "weight_hh_candidate": (hidden, hidden),
            "bias_ih": (3 * hidden,),
        }

    def step(self, x: Tensor, state: tuple[Tensor, ...], weights: Weights) -> tuple[Tensor, ...]:
        hidden = state[0]
        size = hidden.shape[1]
        gates = weights.add(x[:, : 2 * size], "weight_hh", hidden).sigmoid()
        reset, update = gates.chunk(2, 1)
        total = weights.add(x[:, 2 * size :], "weight_hh_candidate", reset * hidden)
        candidate = total.tanh()
        return (candidate + update * (hidden - candidate),)

    def array_step(self, weights: Arrays, x: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
        hidden = state[0]
        gates = product(weights["weight_hh"], None, hidden)
        recalled = np.empty_like(hidden)
        _gates(x, gates, hidden, recalled)
        candidate = product(weights["weight_hh_candidate"], None, recalled)
        _mix(x, gates, candidate, hidden)
        return state


@compiled
def _gates(x: Any, gates: Any, hidden: Any, recalled: Any) -> None:
    """Both gates in place of their products; reset * h in ``recalled``."""
    size = hidden.shape[1]
    for row in range(hidden.shape[0]):
        for unit in range(size):
            recalled[row, unit] = sigmoid(x[row, unit] + gates[row, unit]) * hidden[row, unit]
            gates[row, size + unit] = sigmoid(x[row, size + unit] + gates[row, size + unit])


@compiled
def _mix(x: Any, gates: Any, candidate: Any, hidden: Any) -> None:
    size = hidden.shape[1]
    for row in range(hidden.shape[0]):
        for unit in range(size):
            update = gates[row, size + unit]
            new = tanh(x[row, 2 * size + unit] + candidate[row, unit])
            hidden[row, unit] = update * hidden[row, unit] + (ONE - update) * new
