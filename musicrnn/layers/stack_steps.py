"""A stack stepped in torch, one id at a time, without its sequences: for CUDA graphs.

The same numbers as :class:`musicrnn.layers.stack.Stack` in evaluation mode. Its layers are made for
sequences; here are the same cells for a single step, as functions of tensors alone: a state goes in
and a state comes out, no shape depends on a value, nothing waits for the host. So a step can be
recorded, and compiled.

Conventions. x [B, I], y [B, H]. A memory is a tuple with the states [B, n] of the first layer, then
of the second, and so on; with attention then (past [B, n, H], heard [B, 1]). With ``bf16`` both
factors of the recurrent and input products are bfloat16, sums, states and all else float32; linear
cells and attention stay in float32.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Generic

import torch
from torch import Tensor

from musicrnn.cells import Cell, LinearCell, StepCell
from musicrnn.cells.clockwork import ClockworkCell
from musicrnn.cells.grid import GridCell
from musicrnn.cells.lstm import LSTMCell, lstm
from musicrnn.layers.layer import AnyCell, Flow, named
from musicrnn.layers.private_torch import HAS_FUSED_LSTM, fused_lstm
from musicrnn.layers.stack import Stack, State

Memory = tuple[Tensor, ...]


class Matrices:
    """A layer's parameters as a cell's step takes them: musicrnn.cells.protocol.Weights."""

    def __init__(self, parameters: dict[str, Tensor], *, bf16: bool) -> None:
        self.vectors = parameters
        kind = torch.bfloat16 if bf16 else torch.float32
        self.matrices = {n: p.to(kind) for n, p in parameters.items() if p.dim() == 2}

    def __getitem__(self, name: str) -> Tensor:
        return self.vectors[name][None]  # one row for all

    def add(self, x: Tensor, name: str, v: Tensor) -> Tensor:
        return add_product(x, v, self.matrices[name])

    def product(self, name: str, v: Tensor) -> Tensor:
        return product(v, self.matrices[name])


def product(v: Tensor, weight: Tensor) -> Tensor:
    """v W^T in float32, [B, N], from factors of the kind of ``weight`` [N, K]."""
    if _is_compiled_row(v):
        return (weight.float() * v.to(weight.dtype).float()).sum(1)[None]
    if weight.dtype != torch.bfloat16:
        return v @ weight.t()
    v = v.to(torch.bfloat16)
    if v.is_cuda:
        return torch.mm(v, weight.t(), out_dtype=torch.float32)
    return v.float() @ weight.float().t()  # the same: products of bf16 are exact in float32


def add_product(x: Tensor, v: Tensor, weight: Tensor) -> Tensor:
    """x + v W^T in float32; x [B, N] or [N]."""
    if weight.dtype == torch.bfloat16 or _is_compiled_row(v):
        return x + product(v, weight)
    return torch.addmm(x, v, weight.t())


def _is_compiled_row(v: Tensor) -> bool:
    """A compiler fuses a sum over one row with what follows, as it cannot a call of a library."""
    return len(v) == 1 and torch.compiler.is_compiling()


class LayerSteps(ABC, Generic[AnyCell]):
    """One layer: what its input gives, then a step from there."""

    def __init__(self, cell: AnyCell, parameters: dict[str, Tensor], *, bf16: bool) -> None:
        self.cell = cell
        self.weights = Matrices(parameters, bf16=bf16)
        self.parameters = parameters

    @abstractmethod
    def enter(self, flow: Flow) -> Tensor:
        """From what the layer below hands up, [B, n] each, the rows [B, rows] of a step."""

    @abstractmethod
    def move(self, rows: Tensor, memory: Memory) -> tuple[Flow, Memory]:
        """One step: the flow to the layer above, and the new states."""

    def step(self, flow: Flow, memory: Memory) -> tuple[Flow, Memory]:
        """Both at once."""
        return self.move(self.enter(flow), memory)


class RecurrentSteps(LayerSteps[StepCell]):
    """Any cell of the engine, and torch's own ones by their equations."""

    def __init__(self, cell: StepCell, parameters: dict[str, Tensor], *, bf16: bool) -> None:
        super().__init__(cell, parameters, bf16=bf16)
        self.bias: Tensor | None = None
        if cell.passes == 1:  # from_input is W x + b, and b is what it gives for silence
            inputs = parameters["weight_ih"].shape[1]
            silence = parameters["weight_ih"].new_zeros(1, inputs)
            self.bias = cell.from_input(parameters, (silence,))[0]

    def enter(self, flow: Flow) -> Tensor:
        if self.bias is not None:
            return add_product(self.bias, flow[0], self.weights.matrices["weight_ih"])
        weights = {**self.parameters, **self.weights.matrices}
        kind = next(iter(self.weights.matrices.values())).dtype
        if kind == torch.bfloat16:
            weights = {name: p.to(kind) for name, p in weights.items()}
        return self.cell.from_input(weights, tuple(part.to(kind) for part in flow)).float()

    def move(self, rows: Tensor, memory: Memory) -> tuple[Flow, Memory]:
        if isinstance(self.cell, GridCell):  # the flow of the step before is not read
            whole = self.cell.step(rows, (memory[0], memory[0], *memory), self.weights)
            return whole[:2], whole[2:]
        memory = tuple(self.cell.step(rows, memory, self.weights))
        return memory[: self.cell.passes], memory


class LSTMSteps(RecurrentSteps):
    """On a GPU what follows the products is one kernel: torch's own, that of nn.LSTMCell.

    Where one row is compiled, gate by gate: all products of a unit are in one kernel then, and
    what is done with them too.
    """

    def step(self, flow: Flow, memory: Memory) -> tuple[Flow, Memory]:
        if not _is_compiled_row(flow[0]):
            return super().step(flow, memory)
        assert self.bias is not None
        weights = self.weights.matrices["weight_ih"].chunk(4)
        gates = [
            add_product(b, flow[0], w) for b, w in zip(self.bias.chunk(4), weights, strict=True)
        ]
        return self._by_gate(gates, memory)

    def move(self, rows: Tensor, memory: Memory) -> tuple[Flow, Memory]:
        if _is_compiled_row(rows):
            return self._by_gate(rows.chunk(4, 1), memory)
        if torch.compiler.is_compiling() or not rows.is_cuda or not HAS_FUSED_LSTM:
            return super().move(rows, memory)
        from_hidden = self.weights.product("weight_hh", memory[0])
        hidden, cell = fused_lstm(rows, from_hidden, memory[1])
        return (hidden,), (hidden, cell)

    def _by_gate(self, rows: Sequence[Tensor], memory: Memory) -> tuple[Flow, Memory]:
        hidden, cell = memory
        weights = self.weights.matrices["weight_hh"].chunk(4)
        gates = [add_product(x, hidden, w) for x, w in zip(rows, weights, strict=True)]
        into, forget, candidate, output = gates
        cell = forget.sigmoid() * cell + into.sigmoid() * candidate.tanh()
        hidden = output.sigmoid() * cell.tanh()
        return (hidden,), (hidden, cell)


class LinearSteps(LayerSteps[LinearCell]):
    """h' = a * h + b."""

    def enter(self, flow: Flow) -> Tensor:
        return torch.cat(self.cell.coefficients(self.parameters, flow[0]), 1)

    def move(self, rows: Tensor, memory: Memory) -> tuple[Flow, Memory]:
        a, b = rows.chunk(2, 1)
        memory = (torch.addcmul(b, a, memory[0]),)
        return memory, memory


class ClockworkSteps(LayerSteps[ClockworkCell]):
    """All modules are computed, and those asleep keep what they had: rows have their own clocks."""

    def enter(self, flow: Flow) -> Tensor:
        matrix = self.weights.matrices["weight_ih"]
        return add_product(self.parameters["bias_ih"], flow[0], matrix)

    def move(self, rows: Tensor, memory: Memory) -> tuple[Flow, Memory]:
        hidden, clock = memory[0], memory[-1]
        modules: list[Memory] = []
        for index, part in enumerate(self.cell.modules(hidden.shape[1])):
            own = slice(self.cell.gates * part.start, self.cell.gates * part.stop)
            seen = hidden[:, part.start :]
            total = self.weights.add(rows[:, own], f"weight_hh_{index}", seen)
            before = tuple(state[:, part] for state in memory[:-1])
            awake = clock.remainder(self.cell.periods[index]) == 0  # [B, 1]
            after = lstm(total, before[1]) if self.cell.lstm else (total.tanh(),)
            modules.append(tuple(map(torch.where, (awake, awake), after, before)))
        new = tuple(torch.cat(states, 1) for states in zip(*modules, strict=True))
        return new[:1], (*new, (clock + 1).remainder(self.cell.cycle))


def layer_steps(cell: Cell, parameters: dict[str, Tensor], *, bf16: bool) -> LayerSteps[Any]:
    """The steps of one layer with these parameters, by the cell's own names."""
    if isinstance(cell, ClockworkCell):
        return ClockworkSteps(cell, parameters, bf16=bf16)
    if isinstance(cell, LinearCell):
        return LinearSteps(cell, parameters, bf16=False)
    assert isinstance(cell, StepCell)
    kind = LSTMSteps if isinstance(cell, LSTMCell) else RecurrentSteps
    return kind(cell, parameters, bf16=bf16)


class StackSteps:
    """The stack's steps with the weights that it has now."""

    def __init__(self, stack: Stack, *, bf16: bool = False) -> None:
        self.stack, self.settings = stack, stack.settings
        self.states = len(stack.cell.states(stack.hidden))  # of a layer
        parameters = [{n: p.detach() for n, p in named(layer).items()} for layer in stack.layers]
        steps = [layer_steps(stack.cell, p, bf16=bf16) for p in parameters]
        self.layers = [steps[index % len(steps)] for index in range(stack.depth)]
        self.entrance = layer_steps(stack.cell, parameters[0], bf16=False)

    def table(self, embedding: Tensor) -> Tensor:
        """What the first layer's step needs of every row of ``embedding`` [V, I], [V, rows]."""
        return self.entrance.enter((self._normed(0, embedding),))

    def memory(self, state: State) -> Memory:
        """A stack's state, [L, B, n] each, as a memory."""
        own = state[: self.states]
        memory = tuple(part[index] for index in range(len(self.layers)) for part in own)
        if self.stack.attention is None:
            return memory
        past, heard = state[self.states :]
        return (*memory, past.transpose(0, 1), heard[0])

    def step(self, rows: Tensor, memory: Memory) -> tuple[Tensor, Memory]:
        """From rows of :meth:`table` [B, rows]: the outputs [B, H] and the new memory."""
        after: list[Tensor] = []
        flow: Flow = (rows,)
        for index, layer in enumerate(self.layers):
            below = flow
            before = memory[index * self.states : (index + 1) * self.states]
            if index:
                flow = (self._normed(index, below[0]), *below[1:])
                flow, new = layer.step(flow, before)
            else:
                flow, new = layer.move(rows, before)
            if self.settings.zoneout:
                kept = self.settings.zoneout
                new = tuple(torch.lerp(n, s, kept) for n, s in zip(new, before, strict=True))
                flow = new[: self.stack.cell.passes]
            if self.settings.residual and index:
                flow = (below[0] + flow[0], *flow[1:])
            after.extend(new)
        if self.stack.attention is None:
            return flow[0], tuple(after)
        past, heard = memory[len(after) :]
        y, (past, heard) = self.stack.attention(
            flow[0][:, None], (past.transpose(0, 1), heard[None])
        )
        return y[:, 0], (*after, past.transpose(0, 1), heard[0])

    def _normed(self, index: int, x: Tensor) -> Tensor:
        return self.stack.norms[index](x) if self.settings.norm else x
