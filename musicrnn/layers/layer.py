"""One layer of a cell over time: the parameters, and the fastest exact way through a sequence.

Conventions. A flow is a tuple of sequences [B, T, F] (see musicrnn.cells.protocol), a state a tuple
of [B, n]; both go in and come out. Cells that torch has run in torch's own layer (cuDNN, oneDNN);
linear ones in a scan; clockwork and grid each in their own way, made of torch's layers; the others
in the engine of :mod:`musicrnn.layers.unroll`. :func:`musicrnn.layers.choose.layer_of` chooses.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from musicrnn.cells import Cell, LinearCell, StepCell
from musicrnn.layers.scan import linear_scan
from musicrnn.layers.settings import LayerSettings
from musicrnn.layers.unroll import Run, unroll

AnyCell = TypeVar("AnyCell", bound=Cell)
Flow = tuple[Tensor, ...]


class Layer(nn.Module, ABC, Generic[AnyCell]):
    """Registers the cell's parameters as name + "_l0"."""

    def __init__(
        self, cell: AnyCell, inputs: int, hidden: int, *, first: bool, settings: LayerSettings
    ) -> None:
        super().__init__()
        self.cell, self.hidden, self.settings = cell, hidden, settings
        shapes = cell.shapes(inputs, hidden, first=first)
        for name, shape in shapes.items():
            self.register_parameter(name + "_l0", nn.Parameter(torch.empty(shape)))
        with torch.no_grad():
            cell.initialise(named(self))

    @abstractmethod
    def forward(self, flow: Flow, state: Flow) -> tuple[Flow, Flow]:
        """The flow to the layer above, and the state after the last step."""


class UnrolledLayer(Layer[StepCell]):
    """The engine, with recurrent dropout and zoneout."""

    # musicrnn.layers.graphs has another one for CUDA
    unroll: Callable[..., tuple[Flow, Flow]] = staticmethod(unroll)

    def forward(self, flow: Flow, state: Flow) -> tuple[Flow, Flow]:
        parameters = named(self)
        kind = flow[0].device.type
        bf16 = casts_to_bf16(kind)
        x = self.cell.from_input(parameters, tuple(part.transpose(0, 1) for part in flow))
        with torch.autocast(kind, enabled=False):
            x = x.to(state[0].dtype)  # [T, B, rows]
            run = Run(
                self.cell,
                tuple(name for name in self.cell.vectors if name in parameters),
                bf16=bf16,
                dropped=self._dropped(x),
                zoneout=zoneout_mask(x, self.hidden, self.settings.zoneout, self.training),
            )
            sequences, state = self.unroll(run, x, state, parameters)
        return tuple(part.transpose(0, 1) for part in sequences), state

    def _dropped(self, x: Tensor) -> Tensor | None:
        share = self.settings.recurrent_dropout
        if not self.training or share == 0:
            return None
        kept = torch.rand(x.shape[1], self.hidden, device=x.device) >= share
        return kept.to(x.dtype) / (1 - share)


class ScannedLayer(Layer[LinearCell]):
    """A linear cell, with zoneout."""

    def forward(self, flow: Flow, state: Flow) -> tuple[Flow, Flow]:
        a, b = self.cell.coefficients(named(self), flow[0].transpose(0, 1))
        a, b = a.to(state[0].dtype), b.to(state[0].dtype)
        kept = zoneout_mask(a, self.hidden, self.settings.zoneout, self.training)
        if kept is not None:
            a, b = torch.lerp(a, torch.ones_like(a), kept), torch.lerp(b, torch.zeros_like(b), kept)
        h = linear_scan(a, b, state[0])
        return (h.transpose(0, 1),), (h[-1],)


def named(layer: nn.Module) -> dict[str, Tensor]:
    """A layer's parameters under the cell's own names."""
    return {name.removesuffix("_l0"): p for name, p in layer.named_parameters(recurse=False)}


def casts_to_bf16(kind: str) -> bool:
    """Whether autocast to bfloat16 is on for a kind of device, "cpu" or "cuda"."""
    return torch.is_autocast_enabled(kind) and torch.get_autocast_dtype(kind) == torch.bfloat16


@cache
def has_bf16_lstm() -> bool:
    """Whether torch's LSTM takes bfloat16 on this processor."""
    try:
        with torch.autocast("cpu", torch.bfloat16), torch.no_grad():
            nn.LSTM(1, 1)(torch.zeros(1, 1, 1))
    except RuntimeError:  # oneDNN has none for it
        return False
    return True


@contextmanager
def lstm_autocast(kind: str) -> Generator[Callable[[Tensor], Tensor]]:
    """Around a call of torch's LSTM on a kind of device; what it is given goes through the function
    yielded: where bfloat16 is wanted and cannot be had, all is float32."""
    if kind != "cpu" or not casts_to_bf16("cpu") or has_bf16_lstm():
        yield lambda x: x
        return
    with torch.autocast("cpu", enabled=False):
        yield Tensor.float


def torch_layer(cell: StepCell, inputs: int, hidden: int) -> nn.RNNBase:
    """nn.RNN, nn.LSTM or nn.GRU with the cell's start values."""
    layer: nn.RNNBase = getattr(nn, cell.torch_layer)(inputs, hidden, batch_first=True)
    if getattr(cell, "relu", False):
        layer = nn.RNN(inputs, hidden, batch_first=True, nonlinearity="relu")
    with torch.no_grad():
        cell.initialise(named(layer))
    return layer


def zoneout_mask(x: Tensor, hidden: int, share: float, training: bool) -> Tensor | None:
    """[T, B, H] of 0 and 1 while training, the share itself otherwise; None without zoneout."""
    if share == 0:
        return None
    if not training:
        return torch.full((), share, dtype=x.dtype, device=x.device).expand(*x.shape[:2], hidden)
    return (torch.rand(*x.shape[:2], hidden, device=x.device) < share).to(x.dtype)
