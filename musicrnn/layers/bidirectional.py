"""Recurrent layers that read a sequence forwards and backwards (Schuster and Paliwal 1997).

Conventions. [B, T, F] and lengths [B] -> [B, T, 2 * hidden], zero beyond the lengths; the backward
half starts at each sequence's own last step, and every layer reads both halves of the one below.
Not causal: no such network can be sampled.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from musicrnn.errors import MusicRNNError
from musicrnn.layers.dropout import dropout_layer
from musicrnn.layers.settings import LayerSettings
from musicrnn.layers.stack import Stack


class Bidirectional(nn.Module):
    """``layers`` bidirectional layers of ``hidden`` units a direction; dropout between them.

    Cells that torch has, with no settings of their own, are torch's bidirectional layers; any other
    cell is one stack of one layer for each direction.

    Raises:
        MusicRNNError: no such cell, or settings that it does not have.
    """

    def __init__(
        self,
        cell: str,
        size: int,
        hidden: int,
        *,
        layers: int,
        dropout: float,
        settings: LayerSettings | None = None,
    ) -> None:
        super().__init__()
        settings = settings or LayerSettings()
        built = settings.cell(cell)
        if settings.tied:
            raise MusicRNNError("layer.tied needs layers that read one way: here each has its own")
        self.native = settings == LayerSettings() and built.torch_layer != ""
        self.residual = settings.residual
        self.dropout = dropout_layer(dropout, variational=settings.variational)
        if self.native:
            relu = {"nonlinearity": "relu"} if getattr(built, "relu", False) else {}
            made = partial(getattr(nn, built.torch_layer), size, hidden, layers, batch_first=True)
            between = dropout if layers > 1 else 0.0
            self.layers: nn.Module = made(bidirectional=True, dropout=between, **relu)
            return
        self.layers = nn.ModuleList(
            nn.ModuleList(
                Stack(cell, 2 * hidden if index else size, hidden, layers=1, settings=settings)
                for _ in ("forwards", "backwards")
            )
            for index in range(layers)
        )

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        return self._torch_layers(x, lengths) if self.native else self._any_cell(x, lengths)

    def _torch_layers(self, x: Tensor, lengths: Tensor) -> Tensor:
        if bool((lengths == x.shape[1]).all()):
            return self.layers(x)[0]
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        read: Tensor = pad_packed_sequence(
            self.layers(packed)[0], batch_first=True, total_length=x.shape[1]
        )[0]
        return read

    def _any_cell(self, x: Tensor, lengths: Tensor) -> Tensor:
        steps = torch.arange(x.shape[1], device=x.device)
        inside = steps < lengths[:, None]  # [B, T]
        turned = torch.where(inside, lengths[:, None] - 1 - steps, steps)
        for index, pair in enumerate(cast(Iterable[tuple[Stack, Stack]], self.layers)):
            below = self.dropout(x) if index else x
            forwards, backwards = pair
            ahead = forwards(below, forwards.initial_state(len(x)))[0]
            back = backwards(_reordered(below, turned), backwards.initial_state(len(x)))[0]
            y = torch.cat([ahead, _reordered(back, turned)], 2) * inside[..., None]
            x = x + y if self.residual and index else y
        return x


def _reordered(x: Tensor, order: Tensor) -> Tensor:
    """x [B, T, F] with step order[b, t] at t."""
    return x.gather(1, order[..., None].expand_as(x))
