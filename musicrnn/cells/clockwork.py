"""Clockwork networks (Koutník et al. 2014, arXiv:1402.3511): modules with periods of their own.

The units are cut into modules, the fastest first. At step t = 0, 1, 2 ... a module is updated if
its period P divides t; the others keep their state bit for bit. These are the equations of one
module. s is its own state h joined with the states of all slower modules, never of faster ones:

    clockwork:
        h' = tanh(W x + U s + b)           if P divides t, else h' = h

    clockwork-lstm:
        i = σ(W_i x + U_i s + b_i)
        f = σ(W_f x + U_f s + b_f)
        g = tanh(W_g x + U_g s + b_g)
        o = σ(W_o x + U_o s + b_o)
        c' = f ⊙ c + i ⊙ g                 if P divides t, else c' = c
        h' = o ⊙ tanh(c')                  if P divides t, else h' = h

The periods 1, 2, 4, 8, 16 are those of the metre on a grid of sixteenths: sixteenth, eighth, beat,
half bar, bar. The bias of the forget gate starts at 1.

In the code: ``weight_hh_m`` [G*k, k + units of slower modules] is U of module m with k units. The
rows of ``weight_ih`` and ``bias_ih`` are module by module, in each the gates in torch's order i, f,
g, o. The state ``clock`` [B, 1] is t.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from musicrnn.cells.elman import elman_step
from musicrnn.cells.lstm import lstm_step
from musicrnn.cells.product import product
from musicrnn.cells.protocol import Array, Arrays, Cell, Shapes, Tensors
from musicrnn.errors import MusicRNNError, listed

METRIC = (1, 2, 4, 8, 16)
MAX_CYCLE_STEPS = 2**20  # steps until all modules wake together again; counted exactly in float32
MAX_MODULES = 64


@dataclass(frozen=True)
class ClockworkCell(Cell):
    """Parameters: I*H + H + sum of k * (k + slower units), four times that with LSTM modules.

    With n units in g equal modules of k the recurrent ones are n^2/2 + nk/2.
    """

    scaled_by: ClassVar[str] = "weight_hh_0"

    periods: tuple[int, ...] = METRIC
    lstm: bool = False

    def __post_init__(self) -> None:
        if not self.periods or list(self.periods) != sorted(self.periods) or self.periods[0] < 1:
            raise MusicRNNError(
                f"periods must be whole numbers from 1, shortest first, got {listed(self.periods)}"
            )
        if len(self.periods) > MAX_MODULES or self.periods[-1] > MAX_CYCLE_STEPS:
            raise MusicRNNError(
                f"periods must be {MAX_MODULES} numbers at most, each {MAX_CYCLE_STEPS} at most, "
                f"got {len(self.periods)} numbers"
            )
        if self.cycle > MAX_CYCLE_STEPS:
            raise MusicRNNError(
                f"modules with periods {listed(self.periods)} wake together every {self.cycle} "
                f"steps, {MAX_CYCLE_STEPS} at most are counted: choose periods that divide each "
                "other"
            )

    @property
    def cycle(self) -> int:
        """Steps until all modules wake together again."""
        return math.lcm(*self.periods)

    @property
    def gates(self) -> int:
        """Row blocks of a module."""
        return 4 if self.lstm else 1

    def modules(self, hidden: int) -> list[slice]:
        """The units of each module, fastest first; the fast ones take what is left over.

        Raises:
            MusicRNNError: fewer units than modules.
        """
        count = len(self.periods)
        if hidden < count:
            raise MusicRNNError(f"{count} modules need as many units, got hidden = {hidden}")
        edges = [hidden - hidden * m // count for m in range(count, -1, -1)]
        return [slice(edges[m], edges[m + 1]) for m in range(count)]

    def states(self, hidden: int) -> dict[str, int]:
        cell = {"cell": hidden} if self.lstm else {}
        return {"hidden": hidden, **cell, "clock": 1}

    def shapes(self, inputs: int, hidden: int, *, first: bool = True) -> Shapes:
        shapes: Shapes = {
            "weight_ih": (self.gates * hidden, inputs),
            "bias_ih": (self.gates * hidden,),
        }
        for index, part in enumerate(self.modules(hidden)):
            rows = self.gates * (part.stop - part.start)
            shapes[f"weight_hh_{index}"] = (rows, hidden - part.start)
        return shapes

    def initialise(self, parameters: Tensors) -> None:
        super().initialise(parameters)
        if self.lstm:
            for part in self.modules(parameters["weight_hh_0"].shape[1]):
                size = part.stop - part.start
                start = self.gates * part.start + size
                parameters["bias_ih"][start : start + size] = 1.0

    def array_step(self, weights: Arrays, x: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
        hidden, clock = state[0], state[-1][:, 0]
        if len(clock) > 1 and (clock != clock[0]).any():
            return self._rows_apart(weights, x, state)
        before = hidden.copy()
        for index, part in enumerate(self.modules(hidden.shape[1])):
            if clock[0] % self.periods[index]:
                continue
            rows = slice(self.gates * part.start, self.gates * part.stop)
            total = product(weights[f"weight_hh_{index}"], None, before[:, part.start :])
            if self.lstm:
                lstm_step(x[:, rows], total, hidden[:, part], state[1][:, part])
            else:
                elman_step(x[:, rows], total, hidden[:, part], False)
        clock[:] = (clock[0] + 1) % self.cycle
        return state[:1]

    def _rows_apart(self, weights: Arrays, x: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
        """Rows whose clocks differ, in groups."""
        clock = state[-1][:, 0].copy()
        for time in np.unique(clock):
            rows = np.flatnonzero(clock == time)
            group = tuple(part[rows] for part in state)
            self.array_step(weights, x[rows], group)
            for part, new in zip(state, group, strict=True):
                part[rows] = new
        return state[:1]
