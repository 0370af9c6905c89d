"""The regulariser of Pascanu, Mikolov and Bengio (2013, 1211.5063): gradients keep their length.

    Omega = sum over steps of (||g_{k+1} ds_{k+1}/ds_k|| / ||g_{k+1}|| - 1)^2       g = dE/ds

One sum for each layer and each row of the batch. s is the whole state of a layer, all its parts end
to end (LSTM: hidden and cell): nothing else goes on in time, and a cell's memory may carry the
gradient while its output does not. As in the paper the g, the states and the layer's inputs are
constants, so Omega moves a layer's own parameters alone. Steps that no loss comes after do not
count.

E is run as always; g comes from the layer's steps taken again one by one, Omega from a single step
of all T*B rows at once, with ordinary products that can be differentiated twice.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from musicrnn.cells import Cell, LinearCell, StepCell
from musicrnn.errors import MusicRNNError
from musicrnn.layers.clockwork import ClockworkLayer
from musicrnn.layers.grid import GridLayer
from musicrnn.layers.layer import Flow, named
from musicrnn.layers.stack import Stack


@dataclass(frozen=True, eq=False)
class LayerReading:
    """A layer's inputs in a window, [B, T, F] each, its first state [B, n], and its outputs."""

    layer: nn.Module
    flow: Flow
    start: Flow
    outputs: Flow


class PlainSteps:
    """A cell's steps with ordinary products: slow one by one, but differentiable twice.

    Args:
        parameters: of the layer, by the cell's own names.
    """

    def __init__(self, cell: Cell, parameters: Mapping[str, Tensor]) -> None:
        self.cell, self.parameters = cell, parameters
        self.batch = 1

    def __getitem__(self, name: str) -> Tensor:
        return self.parameters[name].expand(self.batch, -1)

    def add(self, x: Tensor, name: str, v: Tensor) -> Tensor:
        return x + self.product(name, v)

    def product(self, name: str, v: Tensor) -> Tensor:
        return v @ self.parameters[name].t()

    def rows(self, flow: Flow) -> Tensor:
        """What all steps need of their inputs [B, T, F]: [T, B, rows]."""
        inputs = tuple(part.detach().transpose(0, 1) for part in flow)
        if isinstance(self.cell, LinearCell):
            return torch.cat(self.cell.coefficients(self.parameters, inputs[0]), -1)
        assert isinstance(self.cell, StepCell)
        return self.cell.from_input(self.parameters, inputs)

    def step(self, x: Tensor, state: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """The states [N, n] after one step from rows [N, rows]."""
        if isinstance(self.cell, LinearCell):
            kept, entering = x.chunk(2, -1)
            return (kept * state[0] + entering,)
        assert isinstance(self.cell, StepCell)
        self.batch = len(x)
        return self.cell.step(x, tuple(state), self)


def check_regularised(stack: Stack) -> None:
    """Refuse what the regulariser cannot be had for.

    Raises:
        MusicRNNError: a clockwork or grid cell, recurrent dropout or zoneout.
    """
    if any(isinstance(layer, ClockworkLayer | GridLayer) for layer in stack.layers):
        raise MusicRNNError(
            "pascanu cannot be had with clockwork and grid cells: it takes every step of a layer "
            "by itself, and theirs are not taken so"
        )
    if stack.settings.recurrent_dropout > 0 or stack.settings.zoneout > 0:
        raise MusicRNNError(
            "pascanu cannot be had with layer.recurrent_dropout or layer.zoneout: "
            "a step taken again would draw other units"
        )


@contextmanager
def readings(stack: Stack) -> Generator[list[LayerReading]]:
    """A list that fills with what every layer of ``stack`` reads inside the ``with``."""
    found: list[LayerReading] = []

    def hear(layer: nn.Module, given: tuple[Any, ...], said: tuple[Any, ...]) -> None:
        if isinstance(layer, nn.RNNBase):
            start = given[1] if isinstance(given[1], tuple) else (given[1],)
            flat = tuple(part[0] for part in start)
            found.append(LayerReading(layer, (given[0],), flat, (said[0],)))
        else:
            found.append(LayerReading(layer, given[0], given[1], said[0]))

    hooks = [layer.register_forward_hook(hear) for layer in stack.layers]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()


def omega(stack: Stack, heard: Sequence[LayerReading], loss: Tensor) -> Tensor:
    """Omega [], summed over layers, rows and steps; its graph holds parameters of layers alone.

    ``loss`` is the E that came out of what was ``heard``; its own graph stays as it is.
    """
    outputs = [part for reading in heard for part in reading.outputs]
    direct = iter(torch.autograd.grad(loss, outputs, retain_graph=True, materialize_grads=True))
    total = loss.new_zeros(())
    for reading in heard:
        towards = [next(direct) for _ in reading.outputs]
        total = total + layer_omega(stack.cell, reading, towards)
    return total


def layer_omega(cell: Cell, reading: LayerReading, direct: Sequence[Tensor]) -> Tensor:
    """Omega of one layer; ``direct`` is dE/doutput [B, T, H], what does not come by way of time."""
    before, gradients = towards_states(cell, reading, direct)
    plain = PlainSteps(cell, named(reading.layer))
    rows = plain.rows(reading.flow).to(before[0].dtype)
    return step_omega(plain, rows.flatten(0, 1), before, gradients)


def towards_states(
    cell: Cell, reading: LayerReading, direct: Sequence[Tensor]
) -> tuple[list[Tensor], list[Tensor]]:
    """For each part of the state: s_k before and dE/ds_{k+1} after each step, [T*B, n], constants.

    The parts of a state count as independent of each other: that a cell's memory is also seen by
    way of the output of the same step is in the gradient of the output, not in the memory's.
    """
    plain = PlainSteps(cell, {name: p.detach() for name, p in named(reading.layer).items()})
    start = tuple(part.detach().clone().requires_grad_() for part in reading.start)
    rows = plain.rows(reading.flow).to(start[0].dtype)
    states: list[tuple[Tensor, ...]] = [start]
    with torch.enable_grad():
        for x in rows.unbind():
            states.append(tuple(part.view_as(part) for part in plain.step(x, states[-1])))
        said = [torch.stack(part) for part in zip(*states[1:], strict=True)]
        said = said[: len(direct)]
    given = [part.transpose(0, 1).to(start[0].dtype) for part in direct]
    nodes = [part for state in states[1:] for part in state]
    found = torch.autograd.grad(said, nodes, given, materialize_grads=True)
    count = len(start)
    before = [torch.cat([s[index].detach() for s in states[:-1]]) for index in range(count)]
    return before, [torch.cat(found[index::count]) for index in range(count)]


def step_omega(
    plain: PlainSteps, rows: Tensor, before: Sequence[Tensor], gradients: Sequence[Tensor]
) -> Tensor:
    """Omega of N steps from ``rows`` [N, rows] and states ``before`` [N, n], with their dE/ds."""
    size = torch.cat(list(gradients), 1).abs().amax(1, keepdim=True)  # [N, 1]
    counts = size[:, 0] > 0
    scaled = [g / torch.where(size > 0, size, 1.0) for g in gradients]  # squares do not vanish
    length = torch.linalg.vector_norm(torch.cat(scaled, 1), dim=1, keepdim=True)
    unit = [g / torch.where(length > 0, length, 1.0) for g in scaled]
    with torch.enable_grad():
        leaves = [part.detach().requires_grad_() for part in before]
        after = plain.step(rows, leaves)
        back = torch.autograd.grad(after, leaves, unit, create_graph=True, materialize_grads=True)
        ratio = torch.linalg.vector_norm(torch.cat(back, 1), dim=1)
        return (ratio - 1).square()[counts].sum()
