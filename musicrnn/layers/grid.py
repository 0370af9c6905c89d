"""A Grid LSTM layer over time.

Nothing that goes up comes back into the same layer's recurrence, unless time goes last. So time is
an ordinary LSTM on what comes from below, in torch's own layer, and depth is one product and one
pointwise pass over all steps. With time last the engine does both, step by step.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import linear

from musicrnn.cells.grid import GridCell
from musicrnn.layers.layer import Flow, Layer, casts_to_bf16, lstm_autocast, named
from musicrnn.layers.unroll import Run, unroll


class GridLayer(Layer[GridCell]):
    """States: hidden and cell of time, [B, H]; the flow is (h_depth, memory)."""

    def forward(self, flow: Flow, state: Flow) -> tuple[Flow, Flow]:
        if self.cell.priority == "time":
            return self._step_by_step(flow, state)
        weights = named(self)
        if len(flow) == 1:
            flow = linear(flow[0], weights["weight_enter"], weights["bias_enter"]).chunk(2, -1)
        below, memory = flow
        seen, after = self._time(weights, below, state)
        if self.cell.priority != "depth":  # the h that time had before the step
            seen = torch.cat([state[0][:, None], seen[:, :-1]], 1)
        both = torch.cat([weights["weight_depth_ih"], weights["weight_depth_hh"]], 1)
        total = linear(torch.cat([below, seen], 2), both, weights["bias_depth"])
        return self.cell.move(total, memory), after

    def _time(self, weights: dict[str, Tensor], below: Tensor, state: Flow) -> tuple[Tensor, Flow]:
        bias = weights["bias_ih"]
        parameters = [weights["weight_ih"], weights["weight_hh"], bias, torch.zeros_like(bias)]
        start = [part.unsqueeze(0).contiguous() for part in state]
        options = (True, 1, 0.0, self.training, False, True)  # biases, layers, ..., batch first
        with lstm_autocast(below.device.type) as cast:
            y, *after = torch.lstm(cast(below), [*map(cast, start)], parameters, *options)
        return y.to(state[0].dtype), tuple(part[0].to(state[0].dtype) for part in after)

    def _step_by_step(self, flow: Flow, state: Flow) -> tuple[Flow, Flow]:
        weights = named(self)
        kind = flow[0].device.type
        bf16 = casts_to_bf16(kind)
        x = self.cell.from_input(weights, tuple(part.transpose(0, 1) for part in flow))
        with torch.autocast(kind, enabled=False):
            run = Run(self.cell, self.cell.vectors, bf16=bf16)
            unseen = torch.zeros_like(state[0])  # the flow of the step before is not read
            whole = (unseen, unseen, *state)
            above, after = unroll(run, x.to(state[0].dtype), whole, weights)
        return tuple(part.transpose(0, 1) for part in above), after[2:]
