"""Layers of one cell on top of each other, with explicit state.

Conventions. Sequences are [B, T, F]; a state is a tuple with one tensor [L, B, n] for each of the
cell's states (LSTM: hidden and cell), then those of the attention, if there is one
(:mod:`musicrnn.layers.attention_past`): a layer more, on top. Dropout acts between the layers and
on the output.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from musicrnn.errors import MusicRNNError
from musicrnn.layers.attention_past import PastAttention
from musicrnn.layers.choose import layer_of, run
from musicrnn.layers.dropout import dropout_layer
from musicrnn.layers.settings import LayerSettings

State = tuple[Tensor, ...]


class Stack(nn.Module):
    """``layers`` layers of the cell called ``cell``, ``hidden`` units each.

    Raises:
        MusicRNNError: no such cell, sizes below 1, or settings that the cell does not have.
    """

    def __init__(
        self,
        cell: str,
        input_size: int,
        hidden: int,
        *,
        layers: int,
        dropout: float = 0.0,
        settings: LayerSettings | None = None,
    ) -> None:
        super().__init__()
        if layers < 1 or hidden < 1:
            raise MusicRNNError(f"layers and hidden must be 1 or more, got {layers} and {hidden}")
        self.settings = settings or LayerSettings()
        self.cell = self.settings.cell(cell)
        self.hidden, self.depth = hidden, layers
        inputs = [input_size, *[hidden] * (layers - 1)]
        self.layers = nn.ModuleList(
            layer_of(self.cell, size, hidden, first=index == 0, settings=self.settings)
            for index, size in enumerate(inputs[: 1 if self.settings.tied else layers])
        )
        self.norms = nn.ModuleList(map(nn.LayerNorm, inputs if self.settings.norm else ()))
        self.dropout = dropout_layer(dropout, variational=self.settings.variational)
        self.attention = None
        if self.settings.attention:
            self.attention = PastAttention(
                hidden, self.settings.attention, self.settings.attention_kind
            )

    @property
    def state_names(self) -> tuple[str, ...]:
        """What the tensors of a state are called, in order."""
        own = ("past", "heard") if self.attention else ()
        return (*self.cell.states(self.hidden), *own)

    def initial_state(self, batch: int) -> State:
        """Zeros, on the device of the weights."""
        weight = next(self.parameters())
        states = tuple(
            torch.zeros(self.depth, batch, width, dtype=weight.dtype, device=weight.device)
            for width in self.cell.states(self.hidden).values()
        )
        return (*states, *self.attention.initial_state(batch)) if self.attention else states

    def forward(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """x [B, T, I] -> outputs [B, T, H] and the state after the last step."""
        ends: list[State] = []
        flow: tuple[Tensor, ...] = (x,)
        count = len(state) - (2 if self.attention else 0)
        for index in range(self.depth):
            layer = self.layers[index % len(self.layers)]
            here = tuple(part[index] for part in state[:count])  # [B, n] each
            below = flow[0]
            if self.settings.norm:
                flow = (self.norms[index](below), *flow[1:])
            flow, after = run(layer, flow, here)
            y = self.dropout(flow[0])
            if self.settings.residual and index > 0:
                y = below + y
            flow = (y, *flow[1:])
            ends.append(after)
        after = tuple(torch.stack(parts) for parts in zip(*ends, strict=True))
        if self.attention is None:
            return flow[0], after
        y, kept = self.attention(flow[0], (state[-2], state[-1]))
        return self.dropout(y), (*after, *kept)
