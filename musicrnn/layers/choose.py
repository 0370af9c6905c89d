"""Which layer runs a cell."""

from __future__ import annotations

from torch import nn

from musicrnn.cells import Cell, LinearCell, StepCell
from musicrnn.cells.clockwork import ClockworkCell
from musicrnn.cells.grid import GridCell
from musicrnn.errors import MusicRNNError
from musicrnn.layers.clockwork import ClockworkLayer
from musicrnn.layers.grid import GridLayer
from musicrnn.layers.layer import Flow, ScannedLayer, UnrolledLayer, lstm_autocast, torch_layer
from musicrnn.layers.settings import LayerSettings


def layer_of(
    cell: Cell, inputs: int, hidden: int, *, first: bool, settings: LayerSettings
) -> nn.Module:
    """The fastest exact layer for ``cell``; ``first`` is False above a layer of the same cell.

    Raises:
        MusicRNNError: recurrent dropout or zoneout where the cell cannot have it.
    """
    noise = settings.recurrent_dropout > 0 or settings.zoneout > 0
    if isinstance(cell, ClockworkCell | GridCell) and noise:
        raise MusicRNNError("clockwork and grid cells have neither recurrent dropout nor zoneout")
    if isinstance(cell, ClockworkCell):
        return ClockworkLayer(cell, inputs, hidden, first=first, settings=settings)
    if isinstance(cell, GridCell):
        return GridLayer(cell, inputs, hidden, first=first, settings=settings)
    if isinstance(cell, LinearCell):
        if settings.recurrent_dropout > 0:
            raise MusicRNNError("recurrent dropout needs a recurrent product, this cell has none")
        return ScannedLayer(cell, inputs, hidden, first=first, settings=settings)
    assert isinstance(cell, StepCell)
    if cell.torch_layer and not noise:
        return torch_layer(cell, inputs, hidden)
    if settings.zoneout > 0 and "stabiliser" in cell.states(hidden):
        raise MusicRNNError("zoneout would mix states of different scales in this cell")
    return UnrolledLayer(cell, inputs, hidden, first=first, settings=settings)


def run(layer: nn.Module, flow: Flow, state: Flow) -> tuple[Flow, Flow]:
    """Any of these layers over a flow of [B, T, F], from and to a state of [B, n] each."""
    if not isinstance(layer, nn.RNNBase):
        return layer(flow, state)
    start = [part.unsqueeze(0).contiguous() for part in state]
    if isinstance(layer, nn.LSTM):
        with lstm_autocast(flow[0].device.type) as cast:
            y, after = layer(cast(flow[0]), tuple(map(cast, start)))
    else:
        y, after = layer(flow[0], start[0])
    after = after if isinstance(after, tuple) else (after,)
    return (y,), tuple(part[0].to(state[0].dtype) for part in after)  # autocast gives bf16
