"""The depth-gated LSTM (Yao et al. 2015, arXiv:1508.03790): layers share their cell states.

It is the LSTM with peepholes. Above the first layer a depth gate lets in c_below, the new cell
state of the layer below at the same step:

    depth-gated:
        f = σ(W_f x + U_f h + p_f ⊙ c + b_f)
        i = σ(W_i x + U_i h + p_i ⊙ c + b_i)
        d = σ(W_d x + p_d ⊙ c + q_d ⊙ c_below + b_d)      depth gate; first layer: d = 0
        g = tanh(W_g x + U_g h + b_g)
        c' = d ⊙ c_below + f ⊙ c + i ⊙ g
        o = σ(W_o x + U_o h + p_o ⊙ c' + b_o)
        h' = o ⊙ tanh(c')

The bias of the forget gate starts at 1. The bias of the depth gate starts at -2, so that training
begins near a stacked LSTM. The authors' own code couples i = 1 - f and has full matrices in place
of the peepholes; this is the paper's cell.

In the code: the flow between layers is (h, c). The row blocks have the order i, f, g, o, d;
``peephole_below`` is q_d.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from musicrnn.cells.compiled import ZERO, compiled, sigmoid, tanh
from musicrnn.cells.product import product
from musicrnn.cells.protocol import Array, Arrays, Shapes, StepCell, Tensor, Tensors, Weights

PEEPHOLES = ("peephole_input", "peephole_forget", "peephole_output", "peephole_depth")


@dataclass(frozen=True)
class DepthGatedCell(StepCell):
    """Parameters: 4 (I*H + H^2 + H) + 3H, above the first layer I*H + 3H more (I = H there)."""

    passes: ClassVar[int] = 2
    remembers: ClassVar[tuple[str, ...]] = ("hidden", "cell")
    vectors: ClassVar[tuple[str, ...]] = PEEPHOLES

    def shapes(self, inputs: int, hidden: int, *, first: bool = True) -> Shapes:
        rows = (4 if first else 5) * hidden
        there = PEEPHOLES[:3] if first else (*PEEPHOLES, "peephole_below")
        return {
            "weight_ih": (rows, inputs),
            "weight_hh": (4 * hidden, hidden),
            "bias_ih": (rows,),
            **dict.fromkeys(there, (hidden,)),
        }

    def initialise(self, parameters: Tensors) -> None:
        super().initialise(parameters)
        hidden = parameters["weight_hh"].shape[1]
        for name, parameter in parameters.items():
            if name.startswith("peephole"):
                parameter.zero_()
        parameters["bias_ih"][hidden : 2 * hidden] = 1.0
        parameters["bias_ih"][4 * hidden :] = -2.0

    def from_input(self, parameters: Tensors, flow: tuple[Tensor, ...]) -> Tensor:
        import torch

        total = super().from_input(parameters, flow)
        if len(flow) == 1:
            return total
        below = flow[1]
        size = below.shape[-1]
        depth = total[..., 4 * size :] + parameters["peephole_below"] * below
        return torch.cat([total[..., : 4 * size], depth, below], -1)

    def step(self, x: Tensor, state: tuple[Tensor, ...], weights: Weights) -> tuple[Tensor, ...]:
        hidden, cell = state
        size = hidden.shape[1]
        total = weights.add(x[:, : 4 * size], "weight_hh", hidden)
        into, forget, candidate, output = total.chunk(4, 1)
        into = (into + weights["peephole_input"] * cell).sigmoid()
        forget = (forget + weights["peephole_forget"] * cell).sigmoid()
        new = forget * cell + into * candidate.tanh()
        if x.shape[1] > 4 * size:
            depth, below = x[:, 4 * size :].chunk(2, 1)
            new = new + (depth + weights["peephole_depth"] * cell).sigmoid() * below
        output = (output + weights["peephole_output"] * new).sigmoid()
        return output * new.tanh(), new

    def array_from_input(self, weights: Arrays, flow: tuple[Array, ...]) -> Array:
        total = super().array_from_input(weights, flow)
        if len(flow) == 1:
            return total
        total[:, -flow[1].shape[1] :] += weights["peephole_below"] * flow[1]
        return np.concatenate([total, flow[1]], axis=1)

    def array_step(self, weights: Arrays, x: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
        total = product(weights["weight_hh"], None, state[0])
        there = PEEPHOLES if "peephole_depth" in weights else (*PEEPHOLES[:3], PEEPHOLES[0])
        _step(total, x, tuple(weights[name] for name in there), state[0], state[1])
        return state


@compiled
def _step(total: Any, x: Any, seen: Any, hidden: Any, cell: Any) -> None:
    size = hidden.shape[1]
    deep = x.shape[1] > 4 * size
    for row in range(hidden.shape[0]):
        a = total[row] + x[row, : 4 * size]
        for unit in range(size):
            old = cell[row, unit]
            into = sigmoid(a[unit] + seen[0][unit] * old)
            forget = sigmoid(a[size + unit] + seen[1][unit] * old)
            new = forget * old + into * tanh(a[2 * size + unit])
            depth = ZERO
            if deep:
                gate = sigmoid(x[row, 4 * size + unit] + seen[3][unit] * old)
                depth = gate * x[row, 5 * size + unit]
            new += depth
            output = sigmoid(a[3 * size + unit] + seen[2][unit] * new)
            hidden[row, unit], cell[row, unit] = output * tanh(new), new
