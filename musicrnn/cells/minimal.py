"""minGRU and minLSTM (Feng et al. 2024, arXiv:2410.01201): gates that see the input alone.

    mingru:
        z = σ(W_z x + b_z)                      update gate
        g = pos(W_g x + b_g)                    candidate
        h' = (1 - z) ⊙ h + z ⊙ g

    minlstm:
        i = σ(W_i x + b_i)                      input gate
        f = σ(W_f x + b_f)                      forget gate
        g = pos(W_g x + b_g)                    candidate
        h' = (f ⊙ h + i ⊙ g) / (f + i)

pos(a) is a + 1/2 if a is 0 or more, else σ(a). It keeps the candidate positive, which the paper's
scan in log space needs. The scan here takes no logarithms and gives the same. The new state is
linear in the state before it, so that a whole sequence is one scan.

In the code: the row blocks have the order z, g (``mingru``) and i, f, g (``minlstm``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from musicrnn.cells.compiled import ONE, ZERO, compiled, exp, sigmoid
from musicrnn.cells.protocol import Array, Arrays, LinearCell, Shapes, Tensor, Tensors


@dataclass(frozen=True)
class MinimalGRUCell(LinearCell):
    """Parameters: 2 (I*H + H)."""

    def shapes(self, inputs: int, hidden: int, *, first: bool = True) -> Shapes:
        return {"weight_ih": (2 * hidden, inputs), "bias_ih": (2 * hidden,)}

    def coefficients(self, parameters: Tensors, x: Tensor) -> tuple[Tensor, Tensor]:
        from torch.nn.functional import linear

        total = linear(x, parameters["weight_ih"], parameters["bias_ih"])
        update, candidate = total.chunk(2, -1)
        update = update.sigmoid()
        return 1 - update, update * _positive(candidate)

    def array_step(self, weights: Arrays, x: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
        _mingru(x, state[0])
        return state


@dataclass(frozen=True)
class MinimalLSTMCell(LinearCell):
    """Parameters: 3 (I*H + H)."""

    def shapes(self, inputs: int, hidden: int, *, first: bool = True) -> Shapes:
        return {"weight_ih": (3 * hidden, inputs), "bias_ih": (3 * hidden,)}

    def coefficients(self, parameters: Tensors, x: Tensor) -> tuple[Tensor, Tensor]:
        from torch.nn.functional import linear, logsigmoid

        total = linear(x, parameters["weight_ih"], parameters["bias_ih"])
        into, forget, candidate = total.chunk(3, -1)
        kept = (logsigmoid(forget) - logsigmoid(into)).sigmoid()  # forget / (forget + input)
        return kept, (1 - kept) * _positive(candidate)

    def array_step(self, weights: Arrays, x: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
        _minlstm(x, state[0])
        return state


def _positive(a: Tensor) -> Tensor:
    import torch

    return torch.where(a >= 0, a + 0.5, a.sigmoid())


@compiled
def _g(a: Any) -> Any:
    return a + ONE / (ONE + ONE) if a >= 0 else sigmoid(a)


@compiled
def _mingru(x: Any, hidden: Any) -> None:
    size = hidden.shape[1]
    for row in range(hidden.shape[0]):
        for unit in range(size):
            update = sigmoid(x[row, unit])
            kept = (ONE - update) * hidden[row, unit]
            hidden[row, unit] = kept + update * _g(x[row, size + unit])


@compiled
def _minlstm(x: Any, hidden: Any) -> None:
    size = hidden.shape[1]
    for row in range(hidden.shape[0]):
        for unit in range(size):
            into, forget = -x[row, unit], -x[row, size + unit]
            top = max(into, forget, ZERO)  # both gates may be 0 in float32, their ratio is not
            low = exp(-top)
            kept = ONE / (ONE + (low + exp(forget - top)) / (low + exp(into - top)))
            new = (ONE - kept) * _g(x[row, 2 * size + unit])
            hidden[row, unit] = kept * hidden[row, unit] + new
