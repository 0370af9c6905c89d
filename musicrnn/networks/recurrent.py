"""The recurrent layers that a network's sizes describe."""

from __future__ import annotations

from typing import Any, TypeVar

from musicrnn.layers.bidirectional import Bidirectional
from musicrnn.layers.stack import Stack

Layers = TypeVar("Layers", Stack, Bidirectional)


def recurrent(kind: type[Layers], sizes: Any, inputs: int) -> Layers:
    """A Stack or a Bidirectional of the ``sizes`` (musicrnn.networks.sizes) on ``inputs`` numbers.

    Raises:
        MusicRNNError: settings that the cell does not have.
    """
    depth, dropout = sizes.layers, sizes.dropout
    return kind(
        sizes.cell, inputs, sizes.hidden, layers=depth, dropout=dropout, settings=sizes.layer
    )
