"""Layers of one cell on top of each other, with explicit state.

Conventions. Sequences are [B, T, F]; a state is a tuple with one tensor [L, B, H] for each of the
cell's states (LSTM: hidden and cell). Dropout acts between the layers and on the output.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from musicrnn.cells import CELLS
from musicrnn.errors import MusicRNNError

State = tuple[Tensor, ...]


class Stack(nn.Module):
    """``layers`` layers of the cell called ``cell``, ``hidden`` units each."""

    def __init__(
        self, cell: str, input_size: int, hidden: int, *, layers: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        if cell not in CELLS:
            raise MusicRNNError(f"cell must be one of {', '.join(CELLS)}, got {cell!r}")
        if layers < 1 or hidden < 1:
            raise MusicRNNError(f"layers and hidden must be 1 or more, got {layers} and {hidden}")
        self.cell = CELLS[cell]
        self.hidden = hidden
        self.layers = nn.ModuleList(
            self.cell.layer(input_size if index == 0 else hidden, hidden) for index in range(layers)
        )
        self.dropout = nn.Dropout(dropout)

    def initial_state(self, batch: int) -> State:
        """Zeros, on the device of the weights."""
        weight = next(self.parameters())
        shape = (len(self.layers), batch, self.hidden)
        return tuple(
            torch.zeros(shape, dtype=weight.dtype, device=weight.device) for _ in self.cell.states
        )

    def forward(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """x [B, T, I] -> outputs [B, T, H] and the state after the last step."""
        ends: list[State] = []
        for index, layer in enumerate(self.layers):
            here = [part[index : index + 1].contiguous() for part in state]  # [1, B, H] each
            x, after = layer(x, tuple(here) if len(here) > 1 else here[0])
            ends.append(after if isinstance(after, tuple) else (after,))
            x = self.dropout(x)
        return x, tuple(torch.cat(parts) for parts in zip(*ends, strict=True))
