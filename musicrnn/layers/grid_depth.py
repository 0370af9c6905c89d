"""The Grid LSTM of one dimension, depth alone: a feed-forward LSTM (Kalchbrenner et al. 2015).

A vector enters through two linear maps, as hidden vector h and as memory m, and goes up ``depth``
LSTM blocks, in which time has become depth:

    input, forget, output = sigmoid(W h + b)      candidate = tanh(W h + b)
    m' = forget * m + input * candidate            h' = output * tanh(m')

(the paper prints tanh(output * m')). The memory carries the gradient down as an LSTM's carries it
back in time, so hundreds of blocks can be trained. ``tied``: all blocks share their weights; tied
it is an LSTM cell that steps ``depth`` times without input. Source: 1507.01526, section 3.2; row
blocks in torch's order.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from musicrnn.cells.lstm import lstm
from musicrnn.errors import MusicRNNError


class GridDepth(nn.Module):
    """[..., I] -> [..., H]: the hidden vector that the last block hands up.

    Parameters: 2 (I*H + H) at the edge, and 4 (H^2 + H) a block, once where ``tied``. The forget
    gates' biases start at 1, the rest uniform in +-1/sqrt(H).

    Raises:
        MusicRNNError: sizes below 1.
    """

    def __init__(self, input_size: int, hidden: int, *, depth: int, tied: bool = True) -> None:
        super().__init__()
        if depth < 1 or hidden < 1:
            raise MusicRNNError(f"depth and hidden must be 1 or more, got {depth} and {hidden}")
        self.depth = depth
        self.enter = nn.Linear(input_size, 2 * hidden)
        blocks = 1 if tied else depth
        self.weight = nn.Parameter(torch.empty(blocks, 4 * hidden, hidden))
        self.bias = nn.Parameter(torch.empty(blocks, 4 * hidden))
        with torch.no_grad():
            for parameter in (self.weight, self.bias):
                parameter.uniform_(-(hidden**-0.5), hidden**-0.5)
            self.bias[:, hidden : 2 * hidden] = 1.0

    def forward(self, x: Tensor) -> Tensor:
        h, memory = self.enter(x).chunk(2, -1)
        return self.climb(h, memory)[0]

    def climb(self, h: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """(h, memory) [..., H] below the first block -> the same above the last."""
        weights, biases = self.weight.unbind(), self.bias.unbind()
        for block in range(self.depth):
            at = block % len(weights)
            h, memory = lstm(linear(h, weights[at], biases[at]), memory)
        return h, memory
