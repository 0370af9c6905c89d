"""A model's layers as plain operations that a tracer can follow: no loops that write into memory.

Conventions. Each layer here takes and gives what the one in :mod:`musicrnn.layers` does, in
evaluation mode, from the same parameters and the same step of the cell; the number of steps is
fixed by tracing. Layers that torch has (LSTM, GRU, Elman) stay: ONNX has them too.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from musicrnn.cells.clockwork import ClockworkCell
from musicrnn.cells.lstm import lstm
from musicrnn.layers.clockwork import ClockworkLayer
from musicrnn.layers.grid import GridLayer
from musicrnn.layers.layer import Flow, ScannedLayer, UnrolledLayer, named
from musicrnn.layers.recent_attention import MAX_LOG_WEIGHT, RecentAttention

Network = TypeVar("Network", bound=nn.Module)


def plain(network: Network) -> Network:
    """A copy in evaluation mode whose recurrent layers and attention are plain."""
    found = copy.deepcopy(network).eval()
    for parent in list(found.modules()):
        for name, child in list(parent.named_children()):
            if type(child) in _PLAIN:
                setattr(parent, name, _PLAIN[type(child)](child))
    return found


@dataclass(frozen=True, eq=False)
class _Products:
    """What a step may use, with ordinary products."""

    parameters: Mapping[str, Tensor]

    def __getitem__(self, name: str) -> Tensor:
        return self.parameters[name]

    def add(self, x: Tensor, name: str, v: Tensor) -> Tensor:
        return x + linear(v, self.parameters[name])

    def product(self, name: str, v: Tensor) -> Tensor:
        return linear(v, self.parameters[name])


class _Plain(nn.Module, ABC):
    """Step by step: a row of what the inputs give, and the state, to the flow above."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    @abstractmethod
    def rows(self, flow: Flow) -> Flow:
        """What the steps need of their inputs, [T, B, n] each."""

    @abstractmethod
    def step(self, rows: Flow, state: Flow) -> tuple[Flow, Flow]:
        """The flow [B, n] each, and the new state."""

    def forward(self, flow: Flow, state: Flow) -> tuple[Flow, Flow]:
        rows = self.rows(tuple(part.transpose(0, 1) for part in flow))
        above: list[Flow] = []
        for t in range(len(rows[0])):
            given, state = self.step(tuple(part[t] for part in rows), state)
            above.append(given)
        return tuple(torch.stack(parts, 1) for parts in zip(*above, strict=True)), state


class _Steps(_Plain):
    layer: UnrolledLayer | GridLayer

    def rows(self, flow: Flow) -> Flow:
        return (self.layer.cell.from_input(named(self.layer), flow),)

    def step(self, rows: Flow, state: Flow) -> tuple[Flow, Flow]:
        layer, products = self.layer, _Products(named(self.layer))
        if isinstance(layer, GridLayer):  # a step looks at the last two states alone
            new = layer.cell.step(rows[0], (*state, *state), products)
            return new[:2], new[2:]
        new, kept = layer.cell.step(rows[0], state, products), layer.settings.zoneout
        if kept:
            new = tuple(n + kept * (s - n) for n, s in zip(new, state, strict=True))
        return new[: layer.cell.passes], new


class _LinearSteps(_Plain):
    layer: ScannedLayer

    def rows(self, flow: Flow) -> Flow:
        return self.layer.cell.coefficients(named(self.layer), flow[0])

    def step(self, rows: Flow, state: Flow) -> tuple[Flow, Flow]:
        a, b = rows
        new = a * state[0] + b
        new = new + self.layer.settings.zoneout * (state[0] - new)
        return (new,), (new,)


class _ClockworkSteps(_Plain):
    layer: ClockworkLayer

    def rows(self, flow: Flow) -> Flow:
        weights = named(self.layer)
        return (linear(flow[0], weights["weight_ih"], weights["bias_ih"]),)

    def step(self, rows: Flow, state: Flow) -> tuple[Flow, Flow]:
        cell: ClockworkCell = self.layer.cell
        weights, clock = named(self.layer), state[-1]  # [B, 1]
        kept: list[Flow] = []
        for index, part in enumerate(cell.modules(self.layer.hidden)):
            own = slice(cell.gates * part.start, cell.gates * part.stop)
            total = rows[0][:, own] + linear(
                state[0][:, part.start :], weights[f"weight_hh_{index}"]
            )
            before = tuple(values[:, part] for values in state[:-1])
            after = lstm(total, before[1]) if cell.lstm else (total.tanh(),)
            awake = torch.remainder(clock, float(cell.periods[index])) < 0.5
            kept.append(tuple(torch.where(awake, n, o) for n, o in zip(after, before, strict=True)))
        new = tuple(torch.cat(parts, 1) for parts in zip(*kept, strict=True))
        return new[:1], (*new, torch.remainder(clock + 1, float(cell.cycle)))


class _Recent(nn.Module):
    """All sums at once: one product with the powers of ``decay``."""

    def __init__(self, attention: RecentAttention) -> None:
        super().__init__()
        self.decay, self.score = attention.decay, attention.score

    def forward(self, h: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        weight = (MAX_LOG_WEIGHT * torch.tanh(self.score(h) / MAX_LOG_WEIGHT)).exp()
        entering = torch.cat([weight * h, weight], 2)  # [B, T, H + 1]
        back = [[float(t - s) for s in range(-1, len(h[0]))] for t in range(len(h[0]))]
        fading = torch.tensor([[self.decay**n if n >= 0 else 0.0 for n in row] for row in back])
        held = fading @ torch.cat([state[:, None], entering], 1)
        return held[..., :-1] / (held[..., -1:] + 1), held[:, -1]


_PLAIN: dict[type, type] = {
    UnrolledLayer: _Steps,
    GridLayer: _Steps,
    ScannedLayer: _LinearSteps,
    ClockworkLayer: _ClockworkSteps,
    RecentAttention: _Recent,
}
