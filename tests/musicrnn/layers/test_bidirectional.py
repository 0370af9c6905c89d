"""Two directions are two networks: one on the sequence, one on the sequence turned round."""

import pytest
import torch

from musicrnn.cells import CELLS
from musicrnn.errors import MusicRNNError
from musicrnn.layers.bidirectional import Bidirectional
from musicrnn.layers.settings import LayerSettings
from musicrnn.layers.stack import Stack
from tests.musicrnn.random_networks import INPUTS, largest, random_tensor, set_parameters

HIDDEN, LENGTHS = 5, torch.tensor([7, 4, 1])
X = random_tensor(3, 7, INPUTS)


def random_pair(cell: str, *, layers: int) -> Bidirectional:
    network = Bidirectional(cell, INPUTS, HIDDEN, layers=layers, dropout=0.0).double().eval()
    for index, parameter in enumerate(network.parameters()):
        parameter.data = 0.4 * random_tensor(*parameter.shape, seed=index)
    return network


def direction(network: Bidirectional, cell: str, index: int, way: int) -> Stack:
    """A stack of one layer that is layer ``index`` in one direction, 0 forwards, 1 backwards."""
    if not network.native:
        return network.layers[index][way]
    stack = Stack(cell, 2 * HIDDEN if index else INPUTS, HIDDEN, layers=1).double()
    ending = f"_l{index}" + "_reverse" * way
    values = {
        name.removesuffix(ending): p.data
        for name, p in network.layers.named_parameters()
        if name.endswith(ending)
    }
    set_parameters(stack, values)
    return stack


def alone(stack: Stack, x: torch.Tensor) -> torch.Tensor:
    return stack(x[None], stack.initial_state(1))[0][0]


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_it_is_both_directions_side_by_side_to_each_true_length(cell: str, layers: int) -> None:
    network = random_pair(cell, layers=layers)
    y = network(X, LENGTHS)
    assert y.shape == (3, 7, 2 * HIDDEN)
    for row, length in enumerate(LENGTHS.tolist()):
        below = X[row, :length]
        for index in range(layers):
            ahead = alone(direction(network, cell, index, 0), below)
            back = alone(direction(network, cell, index, 1), below.flip(0)).flip(0)
            below = torch.cat([ahead, back], 1)
        assert largest(y[row, :length] - below) < 1e-12
        assert (y[row, length:] == 0).all()


@pytest.mark.parametrize("cell", CELLS)
def test_what_is_beyond_the_lengths_does_not_matter(cell: str) -> None:
    network = random_pair(cell, layers=2)
    other = X.clone()
    for row, length in enumerate(LENGTHS.tolist()):
        other[row, length:] = 100.0
    assert torch.equal(network(X, LENGTHS), network(other, LENGTHS))


@pytest.mark.parametrize("cell", ["gru", "gru-cho"])  # torch's own layer, and a pair of stacks
def test_turning_the_input_and_exchanging_directions_turns_the_output(cell: str) -> None:
    network, exchanged = random_pair(cell, layers=1), random_pair(cell, layers=1)
    parameters = list(network.parameters())
    half = len(parameters) // 2
    for own, other in zip(
        exchanged.parameters(), parameters[half:] + parameters[:half], strict=True
    ):
        own.data = other.data
    full = torch.full((3,), 7)
    turned = exchanged(X.flip(1), full).flip(1)
    assert largest(torch.cat(turned.chunk(2, 2)[::-1], 2) - network(X, full)) < 1e-12


def test_every_step_hears_the_last_one() -> None:
    network = random_pair("lstm", layers=1)
    other = X.clone()
    other[0, 6] += 1.0
    assert largest((network(other, LENGTHS) - network(X, LENGTHS))[0, 0]) > 1e-6


@pytest.mark.parametrize("cell", ["gru", "gru-cho"])
def test_dropout_is_between_layers_and_nowhere_else(cell: str) -> None:
    torch.manual_seed(0)
    full = torch.full((3,), 7)
    one = Bidirectional(cell, INPUTS, HIDDEN, layers=1, dropout=0.5).double().train()
    assert torch.equal(one(X, full), one(X, full))
    two = Bidirectional(cell, INPUTS, HIDDEN, layers=2, dropout=0.5).double().train()
    assert largest(two(X, full) - two(X, full)) > 1e-3
    assert not (two(X, full) == 0).any()  # nothing is left out of what comes out


def test_layers_that_read_both_ways_cannot_be_tied() -> None:
    with pytest.raises(MusicRNNError, match=r"layer\.tied needs layers that read one way"):
        Bidirectional("grid", 3, 4, layers=2, dropout=0.0, settings=LayerSettings(tied=True))
