"""Sliced networks: what the paper says of them, in float64, and that padding is not read."""

import pytest
import torch
from torch import nn

from musicrnn.cells import CELLS
from musicrnn.errors import MusicRNNError
from musicrnn.layers.choose import layer_of
from musicrnn.layers.settings import LayerSettings
from musicrnn.layers.sliced import Sliced
from tests.musicrnn.linear_cell import LinearStepCell


def sliced(cell="gru", *, inputs=3, hidden=8, slices=3, depth=2):
    torch.manual_seed(0)
    return Sliced(cell, inputs, hidden, slices=slices, depth=depth).double()


def inputs(batch, steps, size=3):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(batch, steps, size, dtype=torch.float64, generator=generator)


def all_of(x):
    return torch.full((len(x),), x.shape[1])


def test_depth_0_is_torchs_gru():
    network, x = sliced(depth=0), inputs(2, 17)
    gru = nn.GRU(3, 8, batch_first=True).double()
    gru.load_state_dict(network.levels[0].layers[0].state_dict())
    assert torch.equal(network(x, all_of(x)), gru(x)[1][0])


@pytest.mark.parametrize("cell", CELLS)
def test_all_at_the_same_time_is_one_after_another(cell):
    network, x = sliced(cell, slices=2, depth=2), inputs(2, 12)

    def read(level, sequence):
        stack = network.levels[level]
        return stack(sequence, stack.initial_state(len(sequence)))[0][:, -1]

    summaries = [read(0, x[:, 3 * s : 3 * s + 3]) for s in range(4)]
    pairs = [read(1, torch.stack(summaries[s : s + 2], 1)) for s in (0, 2)]
    torch.testing.assert_close(
        network(x, all_of(x)), read(2, torch.stack(pairs, 1)), rtol=0, atol=1e-12
    )


@pytest.mark.parametrize("length", [1, 2, 5, 9, 17, 18, 19, 26, 27])
def test_each_row_is_read_as_if_it_were_alone(length):
    network, x = sliced(), inputs(3, 27)
    lengths = torch.tensor([27, length, 13])
    alone = network(x[1:2, :length], torch.tensor([length]))
    x[1, length:] = 1e6
    found = network(x, lengths)
    torch.testing.assert_close(found[1:2], alone, rtol=0, atol=1e-12)
    more = torch.cat([x, inputs(3, 40)], 1)
    torch.testing.assert_close(network(more, lengths), found, rtol=0, atol=1e-12)


def test_what_does_not_divide_is_padded_on_the_left():
    """11 steps in 9 slices of 2: three slices of nothing, then one step, then five times two."""
    network, x = sliced(), inputs(1, 11)

    def read(level, sequence):
        stack = network.levels[level]
        return stack(sequence, stack.initial_state(1))[0][:, -1]

    edges = [(0, 1), (1, 3), (3, 5), (5, 7), (7, 9), (9, 11)]
    summaries = [read(0, x[:, a:b]) for a, b in edges]
    groups = [read(1, torch.stack(part, 1)) for part in (summaries[:3], summaries[3:])]
    expected = read(2, torch.stack(groups, 1))
    torch.testing.assert_close(network(x, all_of(x)), expected, rtol=0, atol=1e-12)


def test_a_row_without_a_step_is_nought():
    network, x = sliced(), inputs(2, 6)
    found = network(x, torch.tensor([6, 0]))
    assert torch.equal(found[1], torch.zeros(8, dtype=torch.float64))
    found.sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())


def test_slices_do_not_see_each_other():
    network = sliced(slices=4, depth=1)
    x = inputs(1, 20).requires_grad_()
    heard = []
    network.levels[0].register_forward_hook(lambda _, __, found: heard.append(found[0][:, -1]))
    network(x, all_of(x))
    for index, summary in enumerate(heard[0]):
        (gradient,) = torch.autograd.grad(summary.sum(), x, retain_graph=True)
        touched = gradient[0].abs().sum(1).view(4, 5).sum(1) > 0
        assert touched.tolist() == [slice_ == index for slice_ in range(4)]


def test_without_the_tanh_it_is_the_whole_network():
    """Theorem of the paper: bottom (W, U), top (W' = 1, U' = U^l0), linear, is one linear RNN."""
    torch.manual_seed(0)
    hidden, steps, slices = 6, 20, 4
    network = sliced(hidden=hidden, slices=slices, depth=1)
    cell = LinearStepCell()
    for level, size in enumerate((3, hidden)):
        made = layer_of(cell, size, hidden, first=True, settings=LayerSettings()).double()
        network.levels[level].layers[0], network.levels[level].cell = made, cell
    bottom, top = (network.levels[level].layers[0] for level in (0, 1))
    recurrent = 0.9 * torch.linalg.qr(torch.randn(hidden, hidden, dtype=torch.float64)).Q
    with torch.no_grad():
        bottom.weight_hh_l0.copy_(recurrent)
        bottom.bias_ih_l0.zero_()
        top.weight_ih_l0.copy_(torch.eye(hidden))
        top.weight_hh_l0.copy_(torch.linalg.matrix_power(recurrent, steps // slices))
        top.bias_ih_l0.zero_()
    x = inputs(2, steps)
    h = torch.zeros(2, hidden, dtype=torch.float64)
    for x_t in x.unbind(1):
        h = x_t @ bottom.weight_ih_l0.t() + h @ recurrent.t()
    torch.testing.assert_close(network(x, all_of(x)), h, rtol=0, atol=1e-12)


def test_sizes_that_make_no_slices_are_refused():
    with pytest.raises(MusicRNNError, match="slices"):
        Sliced("gru", 3, 8, slices=0, depth=1)
    with pytest.raises(MusicRNNError, match="depth"):
        Sliced("gru", 3, 8, slices=2, depth=-1)


def test_levels_cannot_be_tied() -> None:
    with pytest.raises(MusicRNNError, match=r"layer\.tied needs one stack"):
        Sliced("grid", 3, 4, slices=2, depth=1, settings=LayerSettings(tied=True))
