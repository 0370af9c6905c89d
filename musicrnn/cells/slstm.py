"""The sLSTM (Beck et al. 2024, xLSTM, arXiv:2405.04517): an exponential input gate, normalised.

    slstm:
        i = exp(W_i x + U_i h + b_i)            input gate
        f = σ(W_f x + U_f h + b_f)              forget gate
        g = tanh(W_g x + U_g h + b_g)           candidate
        o = σ(W_o x + U_o h + b_o)              output gate
        c' = f ⊙ c + i ⊙ g
        n' = f ⊙ n + i                          normaliser: what the input gate sums to
        h' = o ⊙ c' / n'

There is one head: U is a full matrix. The bias of the forget gate starts at 1. So that nothing
overflows, c and n are kept divided by exp(s), where s' = max(log f + s, log i) starts at 0; h does
not depend on s.

In the code: s is the state ``stabiliser``. The row blocks have the order i, f, g, o.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from musicrnn.cells.compiled import ZERO, compiled, exp, sigmoid, tanh
from musicrnn.cells.product import product
from musicrnn.cells.protocol import Array, Arrays, StepCell, Tensor, Tensors, Weights

TINY = 1e-37  # of a normaliser: a unit that has let nothing in yet, not even e^-85, says 0
SMALLEST = np.float32(TINY)


@dataclass(frozen=True)
class SLSTMCell(StepCell):
    """Parameters: 4 (I*H + H^2 + H)."""

    remembers: ClassVar[tuple[str, ...]] = ("hidden", "cell", "normaliser", "stabiliser")
    gates: ClassVar[int] = 4

    def initialise(self, parameters: Tensors) -> None:
        super().initialise(parameters)
        hidden = parameters["weight_hh"].shape[1]
        parameters["bias_ih"][hidden : 2 * hidden] = 1.0

    def step(self, x: Tensor, state: tuple[Tensor, ...], weights: Weights) -> tuple[Tensor, ...]:
        import torch
        from torch.nn.functional import logsigmoid

        hidden, cell, normaliser, stabiliser = state
        into, forget, candidate, output = weights.add(x, "weight_hh", hidden).chunk(4, 1)
        kept = logsigmoid(forget) + stabiliser
        stabiliser = torch.maximum(kept, into)
        into = (into - stabiliser).exp()
        kept = (kept - stabiliser).exp()
        cell = kept * cell + into * candidate.tanh()
        normaliser = kept * normaliser + into
        hidden = output.sigmoid() * cell / normaliser.clamp(min=TINY)
        return hidden, cell, normaliser, stabiliser

    def array_step(self, weights: Arrays, x: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
        _step(x, product(weights["weight_hh"], None, state[0]), state)
        return state[:1]


@compiled
def _step(x: Any, from_hidden: Any, state: Any) -> None:
    hidden, cell, normaliser, stabiliser = state
    size = hidden.shape[1]
    for row in range(hidden.shape[0]):
        a, b = x[row], from_hidden[row]
        for unit in range(size):
            into = a[unit] + b[unit]
            forget = a[size + unit] + b[size + unit]
            kept = min(forget, ZERO) - np.log1p(exp(-abs(forget))) + stabiliser[row, unit]
            top = max(kept, into)
            share = exp(kept - top)
            into = exp(into - top)
            new = share * cell[row, unit] + into * tanh(a[2 * size + unit] + b[2 * size + unit])
            norm = share * normaliser[row, unit] + into
            hidden[row, unit] = (
                sigmoid(a[3 * size + unit] + b[3 * size + unit]) * new / max(norm, SMALLEST)
            )
            cell[row, unit], normaliser[row, unit], stabiliser[row, unit] = new, norm, top
