"""The one-dimensional Grid LSTM: tied, it is an LSTM cell that steps without input."""

import pytest
import torch
from torch import nn

from musicrnn.errors import MusicRNNError
from musicrnn.layers.grid_depth import GridDepth


def start(size=5):
    generator = torch.Generator().manual_seed(1)
    return (torch.randn(3, size, dtype=torch.float64, generator=generator) for _ in range(2))


@pytest.mark.parametrize("depth", [1, 2, 18])
def test_tied_it_is_an_lstm_cell_without_input(depth):
    torch.manual_seed(0)
    network = GridDepth(4, 5, depth=depth).double()
    cell = nn.LSTMCell(7, 5).double()
    with torch.no_grad():
        cell.weight_hh.copy_(network.weight[0])
        cell.bias_ih.copy_(network.bias[0])
        cell.bias_hh.zero_()
    h, memory = start()
    found = network.climb(h, memory)
    for _ in range(depth):
        h, memory = cell(torch.zeros(3, 7, dtype=torch.float64), (h, memory))
    for one, other in zip(found, (h, memory), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-15)


def test_untied_with_equal_blocks_is_tied():
    torch.manual_seed(0)
    tied = GridDepth(4, 5, depth=3).double()
    free = GridDepth(4, 5, depth=3, tied=False).double()
    with torch.no_grad():
        for name, parameter in free.named_parameters():
            parameter.copy_(tied.get_parameter(name))
    x = torch.randn(2, 6, 4, dtype=torch.float64)
    assert torch.equal(free(x), tied(x))


@pytest.mark.parametrize("tied", [True, False])
def test_gradients_and_parameters(tied):
    torch.manual_seed(0)
    network = GridDepth(2, 3, depth=4, tied=tied).double()
    x = torch.randn(2, 2, dtype=torch.float64, requires_grad=True)
    parameters = tuple(network.parameters())
    assert torch.autograd.gradcheck(lambda x, *_: network(x), (x, *parameters))
    blocks = 1 if tied else 4
    assert sum(p.numel() for p in parameters) == 2 * (2 * 3 + 3) + blocks * 4 * (9 + 3)


def test_no_block_is_refused():
    with pytest.raises(MusicRNNError, match="got 0 and 5"):
        GridDepth(4, 5, depth=0)
