"""A clockwork layer over time, without a step of a module that sleeps.

Slow modules never see fast ones. So the slowest is an ordinary recurrent network on every P-th
input; the next one reads, beside its inputs, what the slower ones had one step before; and so on.
Each is run by torch's own layer, and no step of a sleeping module is computed. Rows whose clocks
differ are run in groups.
"""

from __future__ import annotations

import torch
from torch import Tensor

from musicrnn.cells.clockwork import ClockworkCell
from musicrnn.layers.layer import Flow, Layer, lstm_autocast, named


class ClockworkLayer(Layer[ClockworkCell]):
    """States: hidden [B, H], with LSTM modules cell [B, H], clock [B, 1]."""

    def forward(self, flow: Flow, state: Flow) -> tuple[Flow, Flow]:
        x, clock = flow[0], state[-1][:, 0].long()
        times = clock.unique().tolist()
        if len(times) == 1:
            y, after = self._in_step(x, state, times[0])
            return (y,), after
        y = state[0].new_empty(*x.shape[:2], self.hidden)
        end = [torch.empty_like(part) for part in state]
        for time in times:
            rows = (clock == time).nonzero()[:, 0]
            found, after = self._in_step(x[rows], tuple(part[rows] for part in state), time)
            y = y.index_copy(0, rows, found)
            end = [all_.index_copy(0, rows, new) for all_, new in zip(end, after, strict=True)]
        return (y,), tuple(end)

    def _in_step(self, x: Tensor, state: Flow, time: int) -> tuple[Tensor, Flow]:
        """All rows are at step ``time``."""
        steps = x.shape[1]
        parts = self.cell.modules(self.hidden)
        outputs: list[Tensor] = []  # of the modules from the one at hand, [B, 1 + wakes, k] each
        ends: list[list[Tensor]] = []
        for index in reversed(range(len(parts))):
            before = [kept[:, parts[index]] for kept in state[:-1]]
            slower = self.cell.periods[index + 1 :]
            first = -time % self.cell.periods[index]
            awake = torch.arange(
                first, max(first, steps), self.cell.periods[index], device=x.device
            )
            seen = [
                kept.index_select(1, _wakes(awake, time, period))
                for kept, period in zip(outputs, slower, strict=True)
            ]
            y, after = before[0][:, None], before
            if len(awake):
                given = torch.cat([x.index_select(1, awake), *seen], 2)
                run, after = self._module(index, given, before)
                y = torch.cat([y, run.to(y.dtype)], 1)
            outputs.insert(0, y)
            ends.insert(0, after)
        steps_done = torch.arange(1, steps + 1, device=x.device)
        shown = [
            kept.index_select(1, _wakes(steps_done, time, period))
            for kept, period in zip(outputs, self.cell.periods, strict=True)
        ]
        after = tuple(torch.cat(kept, 1) for kept in zip(*ends, strict=True))
        return torch.cat(shown, 2), (*after, (state[-1] + steps) % self.cell.cycle)

    def _module(
        self, index: int, given: Tensor, before: list[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        """One module through its own steps, from inputs and slower modules, [B, n, I + slower]."""
        weights = named(self)
        part = self.cell.modules(self.hidden)[index]
        size, gates = part.stop - part.start, self.cell.gates
        rows = slice(gates * part.start, gates * part.stop)
        recurrent = weights[f"weight_hh_{index}"]
        entering = torch.cat([weights["weight_ih"][rows], recurrent[:, size:]], 1)
        bias = weights["bias_ih"][rows]
        parameters = [entering, recurrent[:, :size], bias, torch.zeros_like(bias)]
        start = [part.unsqueeze(0).contiguous() for part in before]
        options = (True, 1, 0.0, self.training, False, True)  # biases, layers, ..., batch first
        if self.cell.lstm:
            with lstm_autocast(given.device.type) as cast:
                y, *after = torch.lstm(cast(given), [*map(cast, start)], parameters, *options)
        else:
            y, *after = torch.rnn_tanh(given, start[0], parameters, *options)
        return y, [part[0].to(before[0].dtype) for part in after]


def _wakes(counts: Tensor, time: int, period: int) -> Tensor:
    """How often a module wakes in the first ``counts`` steps of a run from step ``time`` on."""
    first = -time % period
    return torch.div(counts - first + period - 1, period, rounding_mode="floor").clamp(min=0)
