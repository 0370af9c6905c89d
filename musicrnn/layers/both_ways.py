"""Recurrent layers that read a sequence forwards and backwards (Schuster and Paliwal 1997).

Conventions. [B, T, F] and lengths [B] -> [B, T, 2 * hidden], zero beyond the lengths; the backward
half starts at each sequence's own last step. torch's own layers do the work.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from musicrnn.errors import MusicRNNError

CELLS = {"elman": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class BothWays(nn.Module):
    """``layers`` bidirectional layers of ``hidden`` units a direction."""

    def __init__(self, cell: str, size: int, hidden: int, *, layers: int, dropout: float) -> None:
        super().__init__()
        if cell not in CELLS:
            raise MusicRNNError(f"cell must be one of {', '.join(CELLS)}, got {cell!r}")
        self.layers = CELLS[cell](
            size,
            hidden,
            layers,
            batch_first=True,
            bidirectional=True,
            dropout=dropout if layers > 1 else 0.0,
        )

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        if bool((lengths == x.shape[1]).all()):
            return self.layers(x)[0]
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        read: Tensor = pad_packed_sequence(
            self.layers(packed)[0], batch_first=True, total_length=x.shape[1]
        )[0]
        return read
