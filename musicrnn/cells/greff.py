"""The LSTM with peepholes (Gers 2002) and seven variants (Greff et al. 2015, arXiv:1503.04069).

    lstm-peephole:
        f = σ(W_f x + U_f h + p_f ⊙ c + b_f)       forget gate
        i = σ(W_i x + U_i h + p_i ⊙ c + b_i)       input gate
        g = tanh(W_g x + U_g h + b_g)              candidate
        c' = f ⊙ c + i ⊙ g
        o = σ(W_o x + U_o h + p_o ⊙ c' + b_o)      output gate; it sees c'
        h' = o ⊙ tanh(c')

Each variant changes one line:

    nig:   i = 1                                   no input gate
    nfg:   f = 1                                   no forget gate
    nog:   o = 1                                   no output gate
    niaf:  g = W_g x + U_g h + b_g                 no tanh on the way in
    noaf:  h' = o ⊙ c'                             no tanh on the way out
    cifg:  i = 1 - f                               input and forget gate coupled
    np:    p_f = p_i = p_o = 0                     no peepholes

``np`` is ``lstm`` with one bias. The bias of the forget gate starts at 1 (Gers 2000, Jozefowicz
2015), the peepholes start at 0. The eighth variant of that paper is ``fgr``.

In the code: the row blocks have torch's order i, f, g, o, without those that are not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from musicrnn.cells.compiled import ONE, ZERO, compiled, sigmoid, tanh
from musicrnn.cells.product import product
from musicrnn.cells.protocol import Array, Arrays, Shapes, StepCell, Tensor, Tensors, Weights

GATES = ("input", "forget", "output")
PEEPHOLES = tuple(f"peephole_{gate}" for gate in GATES)
UNSEEN = np.zeros(0, np.float32)  # in place of a peephole that is not there


@dataclass(frozen=True)
class PeepholeLSTMCell(StepCell):
    """Parameters: 4 (I*H + H^2 + H) + 3H; one block and one peephole less for each missing gate."""

    remembers: ClassVar[tuple[str, ...]] = ("hidden", "cell")

    without: str = ""  # "input", "forget" or "output" gate
    coupled: bool = False
    peepholes: bool = True
    candidate_tanh: bool = True
    output_tanh: bool = True

    @property
    def blocks(self) -> tuple[str, ...]:
        """The row blocks that there are, in order."""
        missing = "input" if self.coupled else self.without
        return tuple(b for b in ("input", "forget", "candidate", "output") if b != missing)

    @property
    def vectors(self) -> tuple[str, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        there = [gate for gate in GATES if gate in self.blocks and self.peepholes]
        return tuple(f"peephole_{gate}" for gate in there)

    @property
    def gates(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride]
        return len(self.blocks)

    def shapes(self, inputs: int, hidden: int, *, first: bool = True) -> Shapes:
        return {**super().shapes(inputs, hidden), **dict.fromkeys(self.vectors, (hidden,))}

    def initialise(self, parameters: Tensors) -> None:
        super().initialise(parameters)
        hidden = parameters["weight_hh"].shape[1]
        for name in self.vectors:
            parameters[name].zero_()
        if "forget" in self.blocks:
            start = self.blocks.index("forget") * hidden
            parameters["bias_ih"][start : start + hidden] = 1.0

    def step(self, x: Tensor, state: tuple[Tensor, ...], weights: Weights) -> tuple[Tensor, ...]:
        hidden, cell = state
        totals = weights.add(x, "weight_hh", hidden).chunk(len(self.blocks), 1)
        total = dict(zip(self.blocks, totals, strict=True))

        def gate(name: str, memory: Tensor) -> Tensor:
            seen = weights[f"peephole_{name}"] * memory if self.peepholes else 0.0
            return (total[name] + seen).sigmoid()

        candidate = total["candidate"].tanh() if self.candidate_tanh else total["candidate"]
        forget = gate("forget", cell) if "forget" in total else None
        if self.coupled and forget is not None:
            candidate = (1 - forget) * candidate
        elif "input" in total:
            candidate = gate("input", cell) * candidate
        cell = candidate + (cell if forget is None else forget * cell)
        shown = cell.tanh() if self.output_tanh else cell
        return (gate("output", cell) * shown if "output" in total else shown), cell

    def array_step(self, weights: Arrays, x: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
        hidden, cell = state
        total = product(weights["weight_hh"], None, hidden)
        total += x
        seen = tuple(weights.get(name, UNSEEN) for name in PEEPHOLES)
        tanhs = (self.candidate_tanh, self.output_tanh)
        _step(total, hidden, cell, seen, self._blocks_of_gates, self.coupled, tanhs)
        return state[:1]

    @cached_property
    def _blocks_of_gates(self) -> tuple[int, int, int, int]:
        """The row blocks of input, forget, output and candidate; -1 for one that is not there."""
        places = {block: place for place, block in enumerate(self.blocks)}
        into, forget, output, candidate = (places.get(b, -1) for b in (*GATES, "candidate"))
        return into, forget, output, candidate


@compiled
def _step(
    total: Any, hidden: Any, cell: Any, seen: Any, blocks: Any, coupled: bool, tanhs: Any
) -> None:
    size = hidden.shape[1]
    start_i, start_f, start_o, start_z = blocks
    for row in range(hidden.shape[0]):
        for unit in range(size):
            old = cell[row, unit]
            into, forget, output = ONE, ONE, ONE
            if start_i >= 0:
                into = sigmoid(total[row, start_i * size + unit] + _seen(seen[0], unit, old))
            if start_f >= 0:
                forget = sigmoid(total[row, start_f * size + unit] + _seen(seen[1], unit, old))
            if coupled:
                into = ONE - forget
            candidate = total[row, start_z * size + unit]
            new = forget * old + into * (tanh(candidate) if tanhs[0] else candidate)
            if start_o >= 0:
                output = sigmoid(total[row, start_o * size + unit] + _seen(seen[2], unit, new))
            cell[row, unit] = new
            hidden[row, unit] = output * (tanh(new) if tanhs[1] else new)


@compiled
def _seen(peephole: Any, unit: int, memory: Any) -> Any:
    return peephole[unit] * memory if peephole.size else ZERO
