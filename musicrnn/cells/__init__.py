"""Recurrent cells: one family a file, all of them in the table CELLS.

A cell's options are the fields of its class; LayerSettings.cell gives one with other options.
"""

from __future__ import annotations

from musicrnn.cells.clockwork import ClockworkCell
from musicrnn.cells.depth_gated import DepthGatedCell
from musicrnn.cells.elman import ElmanCell
from musicrnn.cells.fgr import FullGateLSTMCell
from musicrnn.cells.greff import PeepholeLSTMCell
from musicrnn.cells.grid import GridCell
from musicrnn.cells.gru import GRUCell
from musicrnn.cells.gru_cho import ChoGRUCell
from musicrnn.cells.lstm import LSTMCell
from musicrnn.cells.minimal import MinimalGRUCell, MinimalLSTMCell
from musicrnn.cells.mut import MutatedCell
from musicrnn.cells.protocol import Cell, LinearCell, StepCell
from musicrnn.cells.rglru import RealGatedCell
from musicrnn.cells.slstm import SLSTMCell

CELLS: dict[str, Cell] = {
    "elman": ElmanCell(),
    "elman-relu": ElmanCell(relu=True),
    "lstm": LSTMCell(),
    "lstm-peephole": PeepholeLSTMCell(),
    "nig": PeepholeLSTMCell(without="input"),
    "nfg": PeepholeLSTMCell(without="forget"),
    "nog": PeepholeLSTMCell(without="output"),
    "niaf": PeepholeLSTMCell(candidate_tanh=False),
    "noaf": PeepholeLSTMCell(output_tanh=False),
    "cifg": PeepholeLSTMCell(coupled=True),
    "np": PeepholeLSTMCell(peepholes=False),
    "fgr": FullGateLSTMCell(),
    "gru": GRUCell(),
    "gru-cho": ChoGRUCell(),
    "mut1": MutatedCell(form=1),
    "mut2": MutatedCell(form=2),
    "mut3": MutatedCell(form=3),
    "depth-gated": DepthGatedCell(),
    "grid": GridCell(),
    "clockwork": ClockworkCell(),
    "clockwork-lstm": ClockworkCell(lstm=True),
    "mingru": MinimalGRUCell(),
    "minlstm": MinimalLSTMCell(),
    "slstm": SLSTMCell(),
    "rglru": RealGatedCell(),
}

__all__ = ["CELLS", "Cell", "LinearCell", "StepCell"]
