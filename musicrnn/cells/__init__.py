"""Recurrent cells: one family a file, all of them in the table CELLS."""

from musicrnn.cells.elman import ElmanCell
from musicrnn.cells.gru import GRUCell
from musicrnn.cells.lstm import LSTMCell
from musicrnn.cells.protocol import Cell

CELLS: dict[str, Cell] = {
    "elman": ElmanCell(),
    "lstm": LSTMCell(),
    "gru": GRUCell(),
}

__all__ = ["CELLS", "Cell"]
