"""The Grid LSTM (Kalchbrenner et al. 2015, arXiv:1507.01526) of two dimensions, time and depth.

Each dimension has a hidden state and a cell state: h and c go along time, from step to step; y and
m go along depth, from layer to layer. Each dimension has an LSTM of its own, and both see both
hidden states:

    grid:
        i = σ(W_i y + U_i h + b_i)              along time
        f = σ(W_f y + U_f h + b_f)
        g = tanh(W_g y + U_g h + b_g)
        o = σ(W_o y + U_o h + b_o)
        c' = f ⊙ c + i ⊙ g
        h' = o ⊙ tanh(c')
        i_d = σ(W_id y + U_id h + b_id)         along depth
        f_d = σ(W_fd y + U_fd h + b_fd)
        g_d = tanh(W_gd y + U_gd h + b_gd)
        o_d = σ(W_od y + U_od h + b_od)
        m' = f_d ⊙ m + i_d ⊙ g_d
        y' = o_d ⊙ tanh(m')

The layer above is given y' and m'. The first layer is given y = W_y x + b_y and m = W_m x + b_m.
The paper prints tanh(o ⊙ c') and tanh(o_d ⊙ m').

With ``layer.priority`` one dimension goes last and sees the other's new hidden state. With a
``layer.depth`` other than lstm, depth has no cell state: y' = α(W_d y + U_d h + b_d), where α is
the identity, tanh or relu. With ``layer.tied`` all layers share their weights.

In the code: the flow between layers is (y, m), the states are (h, c). The row blocks have torch's
order i, f, g, o. ``weight_enter`` [2H, I] holds W_y, then W_m.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from musicrnn.cells.lstm import lstm, lstm_step
from musicrnn.cells.product import product
from musicrnn.cells.protocol import Array, Arrays, Shapes, StepCell, Tensor, Tensors, Weights
from musicrnn.errors import MusicRNNError

PRIORITIES = ("", "depth", "time")
DEPTHS = ("lstm", "identity", "tanh", "relu")


@dataclass(frozen=True)
class GridCell(StepCell):
    """Parameters: 2 * 4 (2 H^2 + H) a layer, and 2 (I*H + H) at the edge.

    A step in torch has the states h_depth, depth memory, h_time, time memory, so that a layer can
    hand up the first two; what is kept between steps is the last two.
    """

    passes: ClassVar[int] = 2
    remembers: ClassVar[tuple[str, ...]] = ("hidden", "cell")

    priority: str = ""
    depth: str = "lstm"
    tied: bool = False

    def __post_init__(self) -> None:
        if self.priority not in PRIORITIES:
            raise MusicRNNError(
                f"layer.priority must be depth, time or empty, got {self.priority!r}"
            )
        if self.depth not in DEPTHS:
            raise MusicRNNError(
                f"layer.depth must be one of {', '.join(DEPTHS)}, got {self.depth!r}"
            )

    @property
    def matrices(self) -> tuple[str, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        late = ("weight_ih",) if self.priority == "time" else ()
        return ("weight_hh", "weight_depth_hh", *late)

    @property
    def vectors(self) -> tuple[str, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        return ("bias_ih",) if self.priority == "time" else ()

    def shapes(self, inputs: int, hidden: int, *, first: bool = True) -> Shapes:
        rows = 4 * hidden if self.depth == "lstm" else hidden
        edge = {"weight_enter": (2 * hidden, inputs), "bias_enter": (2 * hidden,)}
        return {
            **(edge if first else {}),
            "weight_ih": (4 * hidden, hidden),
            "weight_hh": (4 * hidden, hidden),
            "bias_ih": (4 * hidden,),
            "weight_depth_ih": (rows, hidden),
            "weight_depth_hh": (rows, hidden),
            "bias_depth": (rows,),
        }

    def initialise(self, parameters: Tensors) -> None:
        super().initialise(parameters)
        hidden = parameters["weight_hh"].shape[1]
        for name in ("bias_ih", "bias_depth"):
            if parameters[name].shape[0] == 4 * hidden:
                parameters[name][hidden : 2 * hidden] = 1.0

    def from_input(self, parameters: Tensors, flow: tuple[Tensor, ...]) -> Tensor:
        """[from depth for time's gates (none if time goes last), for depth's, depth memory]."""
        import torch
        from torch.nn.functional import linear

        if len(flow) == 1:
            flow = linear(flow[0], parameters["weight_enter"], parameters["bias_enter"]).chunk(
                2, -1
            )
        weights, biases = [parameters["weight_depth_ih"]], [parameters["bias_depth"]]
        if self.priority != "time":
            weights.insert(0, parameters["weight_ih"])
            biases.insert(0, parameters["bias_ih"])
        total = linear(flow[0], torch.cat(weights), torch.cat(biases))
        return torch.cat([total, flow[1]], -1)

    def step(self, x: Tensor, state: tuple[Tensor, ...], weights: Weights) -> tuple[Tensor, ...]:
        hidden, cell = state[2:]
        size = hidden.shape[1]
        memory = x[:, -size:]
        if self.priority == "time":
            total = weights.add(x[:, :-size], "weight_depth_hh", hidden)
            above, memory = self.move(total, memory)
            total = weights.product("weight_hh", hidden) + weights["bias_ih"]
            total = total + weights.product("weight_ih", above)
            return above, memory, *lstm(total, cell)
        total = weights.add(x[:, : 4 * size], "weight_hh", hidden)
        new, cell = lstm(total, cell)
        seen = new if self.priority == "depth" else hidden
        total = weights.add(x[:, 4 * size : -size], "weight_depth_hh", seen)
        return *self.move(total, memory), new, cell

    def move(self, total: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """torch: (h_depth', memory') from W H + b."""
        if self.depth == "lstm":
            return lstm(total, memory)
        return (total if self.depth == "identity" else getattr(total, self.depth)()), memory

    def array_from_input(self, weights: Arrays, flow: tuple[Array, ...]) -> Array:
        if len(flow) == 1:
            entered = product(weights["weight_enter"], weights["bias_enter"], flow[0])
            first, second = np.split(entered, 2, axis=1)
            flow = (np.ascontiguousarray(first), second)
        parts = [product(weights["weight_depth_ih"], weights["bias_depth"], flow[0]), flow[1]]
        if self.priority != "time":
            parts.insert(0, product(weights["weight_ih"], weights["bias_ih"], flow[0]))
        return np.concatenate(parts, axis=1)

    def array_step(self, weights: Arrays, x: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
        hidden, cell = state
        size = hidden.shape[1]
        memory = x[:, -size:].copy()
        from_time = product(weights["weight_hh"], None, hidden)
        above = np.empty_like(memory)
        if self.priority == "time":
            depth_hh = product(weights["weight_depth_hh"], None, hidden)
            self._array_move(x[:, :-size], depth_hh, above, memory)
            lstm_step(
                product(weights["weight_ih"], weights["bias_ih"], above), from_time, hidden, cell
            )
            return above, memory
        old = hidden.copy()
        lstm_step(x[:, : 4 * size], from_time, hidden, cell)
        seen = hidden if self.priority == "depth" else old
        depth_hh = product(weights["weight_depth_hh"], None, seen)
        self._array_move(x[:, 4 * size : -size], depth_hh, above, memory)
        return above, memory

    def _array_move(self, x: Array, from_time: Array, above: Array, memory: Array) -> None:
        if self.depth == "lstm":
            lstm_step(x, from_time, above, memory)
        else:
            alpha = {"tanh": np.tanh, "relu": lambda a: np.maximum(a, 0)}
            above[:] = alpha.get(self.depth, lambda a: a)(x + from_time)
