"""The real-gated linear recurrent unit (De et al. 2024, Griffin, arXiv:2402.19427).

    rglru:
        r = σ(W_r x + b_r)                      recurrence gate
        i = σ(W_i x + b_i)                      input gate
        g = W_g x + b_g                         projected input
        a = exp(-8 r ⊙ softplus(l))             decay
        h' = a ⊙ h + sqrt(1 - a²) ⊙ (i ⊙ g)

l is learned, one number a unit, and starts so that the decay at r = 1 is uniform in (0.9, 0.999).
The paper has x in place of g, which needs as many inputs as units. The new state is linear in the
state before it, so that a whole sequence is one scan.

In the code: the row blocks have the order r, i, g; ``decay`` [H] is l.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from musicrnn.cells.compiled import compiled, exp, one_minus_exp, sigmoid
from musicrnn.cells.protocol import Array, Arrays, LinearCell, Shapes, Tensor, Tensors

SHARPNESS = 8.0  # c in the paper
TINY = 1e-30  # of 1 - decay^2: at 0 the root's gradient would not be finite


@dataclass(frozen=True)
class RealGatedCell(LinearCell):
    """Parameters: 3 (I*H + H) + H."""

    def shapes(self, inputs: int, hidden: int, *, first: bool = True) -> Shapes:
        return {"weight_ih": (3 * hidden, inputs), "bias_ih": (3 * hidden,), "decay": (hidden,)}

    def initialise(self, parameters: Tensors) -> None:
        super().initialise(parameters)
        decay = parameters["decay"].uniform_(0.9, 0.999)
        decay.copy_((decay ** (-1 / SHARPNESS) - 1).log())  # the inverse of exp(-c softplus)

    def coefficients(self, parameters: Tensors, x: Tensor) -> tuple[Tensor, Tensor]:
        import torch
        from torch.nn.functional import linear, softplus

        total = linear(x, parameters["weight_ih"], parameters["bias_ih"])
        recurrence, into, u = total.chunk(3, -1)
        rate = -SHARPNESS * softplus(parameters["decay"]) * recurrence.sigmoid()  # log of decay
        share = (-torch.expm1(2 * rate)).clamp(min=TINY).sqrt()  # sqrt(1 - decay^2)
        return rate.exp(), share * into.sigmoid() * u

    def array_step(self, weights: Arrays, x: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
        rate = -SHARPNESS * np.logaddexp(weights["decay"], 0)
        _step(x, rate.astype(x.dtype), state[0])
        return state


@compiled
def _step(x: Any, rate: Any, hidden: Any) -> None:
    size = hidden.shape[1]
    for row in range(hidden.shape[0]):
        for unit in range(size):
            log_decay = rate[unit] * sigmoid(x[row, unit])
            share = np.sqrt(one_minus_exp(log_decay + log_decay))
            new = share * sigmoid(x[row, size + unit]) * x[row, 2 * size + unit]
            hidden[row, unit] = exp(log_decay) * hidden[row, unit] + new
