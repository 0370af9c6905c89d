"""The three cells that a search over ten thousand found (Jozefowicz et al. 2015).

    mut1:
        r = σ(W_r x + U_r h + b_r)
        z = σ(W_z x + b_z)
        g = tanh(U_g (r ⊙ h) + tanh(W_g x) + b_g)
        h' = z ⊙ g + (1 - z) ⊙ h

    mut2:
        r = σ(W_r x + U_r h + b_r)
        z = σ(W_z x + U_z h + b_z)
        g = tanh(U_g (r ⊙ h) + W_g x + b_g)
        h' = z ⊙ g + (1 - z) ⊙ h

    mut3:
        r = σ(W_r x + U_r h + b_r)
        z = σ(W_z x + U_z tanh(h) + b_z)
        g = tanh(U_g (r ⊙ h) + W_g x + b_g)
        h' = z ⊙ g + (1 - z) ⊙ h

Here the update gate z is the share of the candidate; in ``gru`` and ``gru-cho`` it is the share of
h. The paper adds x itself in the candidate of ``mut1`` and in the reset gate of ``mut2``, which
needs as many inputs as units; here x is projected. With this projection ``mut2`` is ``gru-cho``
with z and 1 - z exchanged.

In the code: the row blocks have the order r, z, g. ``weight_hh`` [H, H] is U_r,
``weight_hh_update`` U_z and ``weight_hh_candidate`` U_g; ``bias_candidate`` is b_g.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from musicrnn.cells.compiled import ONE, compiled, sigmoid, tanh
from musicrnn.cells.product import product
from musicrnn.cells.protocol import Array, Arrays, Shapes, StepCell, Tensor, Tensors, Weights


@dataclass(frozen=True)
class MutatedCell(StepCell):
    """Parameters: 3 (I*H + H^2 + H), mut1 without one H^2."""

    vectors: ClassVar[tuple[str, ...]] = ("bias_candidate",)

    form: Literal[1, 2, 3] = 1

    @property
    def matrices(self) -> tuple[str, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        update = () if self.form == 1 else ("weight_hh_update",)
        return ("weight_hh", *update, "weight_hh_candidate")

    def shapes(self, inputs: int, hidden: int, *, first: bool = True) -> Shapes:
        return {
            "weight_ih": (3 * hidden, inputs),
            **dict.fromkeys(self.matrices, (hidden, hidden)),
            "bias_ih": (2 * hidden,),
            "bias_candidate": (hidden,),
        }

    def from_input(self, parameters: Tensors, flow: tuple[Tensor, ...]) -> Tensor:
        from torch.nn.functional import linear, pad

        bias = pad(parameters["bias_ih"], (0, parameters["bias_candidate"].shape[0]))
        return linear(flow[0], parameters["weight_ih"], bias)

    def step(self, x: Tensor, state: tuple[Tensor, ...], weights: Weights) -> tuple[Tensor, ...]:
        hidden = state[0]
        x_reset, x_update, x_candidate = x.chunk(3, 1)
        reset = weights.add(x_reset, "weight_hh", hidden).sigmoid()
        if self.form == 1:
            update = x_update.sigmoid()
            x_candidate = x_candidate.tanh()
        else:
            seen = hidden if self.form == 2 else hidden.tanh()
            update = weights.add(x_update, "weight_hh_update", seen).sigmoid()
        recalled = weights.product("weight_hh_candidate", reset * hidden)
        candidate = (recalled + x_candidate + weights["bias_candidate"]).tanh()
        return (hidden + update * (candidate - hidden),)

    def array_from_input(self, weights: Arrays, flow: tuple[Array, ...]) -> Array:
        bias = np.concatenate([weights["bias_ih"], np.zeros_like(weights["bias_candidate"])])
        return product(weights["weight_ih"], bias, flow[0])

    def array_step(self, weights: Arrays, x: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
        hidden = state[0]
        reset = product(weights["weight_hh"], None, hidden)
        update = np.zeros_like(hidden)
        if self.form > 1:
            seen = hidden if self.form == 2 else np.tanh(hidden)
            update = product(weights["weight_hh_update"], None, seen)
        _gates(x, reset, update, hidden)
        candidate = product(weights["weight_hh_candidate"], weights["bias_candidate"], reset)
        _mix(x, update, candidate, hidden, self.form == 1)
        return state


@compiled
def _gates(x: Any, reset: Any, update: Any, hidden: Any) -> None:
    """reset * h and the update gate, in place of their products."""
    size = hidden.shape[1]
    for row in range(hidden.shape[0]):
        for unit in range(size):
            reset[row, unit] = sigmoid(x[row, unit] + reset[row, unit]) * hidden[row, unit]
            update[row, unit] = sigmoid(x[row, size + unit] + update[row, unit])


@compiled
def _mix(x: Any, update: Any, candidate: Any, hidden: Any, squashed: bool) -> None:
    size = hidden.shape[1]
    for row in range(hidden.shape[0]):
        for unit in range(size):
            seen = x[row, 2 * size + unit]
            new = tanh(candidate[row, unit] + (tanh(seen) if squashed else seen))
            share = update[row, unit]
            hidden[row, unit] = share * new + (ONE - share) * hidden[row, unit]
