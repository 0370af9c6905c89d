"""The simple recurrent network in the engine is torch's; a linear one answers as it must."""

import pytest
import torch
from torch import nn

from musicrnn.cells.elman import ElmanCell
from musicrnn.layers.layer import UnrolledLayer
from musicrnn.layers.settings import LayerSettings
from tests.musicrnn.linear_cell import LinearStepCell
from tests.musicrnn.random_networks import BATCH, HIDDEN, INPUTS, STEPS, largest, random_tensor


def engine(cell) -> UnrolledLayer:
    layer = UnrolledLayer(cell, INPUTS, HIDDEN, first=True, settings=LayerSettings()).double()
    for index, parameter in enumerate(layer.parameters()):
        parameter.data = 0.4 * random_tensor(*parameter.shape, seed=index)
    return layer


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_it_is_torchs(nonlinearity: str) -> None:
    layer = engine(ElmanCell(relu=nonlinearity == "relu"))
    rnn = nn.RNN(INPUTS, HIDDEN, nonlinearity=nonlinearity, batch_first=True).double()
    rnn.load_state_dict(layer.state_dict())
    x, start = random_tensor(BATCH, STEPS, INPUTS), random_tensor(BATCH, HIDDEN)
    (y,), (end,) = layer((x,), (start,))
    expected, after = rnn(x, start[None])
    assert largest(y - expected) < 1e-12
    assert largest(end - after[0]) < 1e-12


def test_the_linear_network_answers_an_impulse_with_powers_of_its_matrix() -> None:
    layer = engine(LinearStepCell())
    weights = {name: p.data for name, p in layer.named_parameters()}
    w, u = weights["weight_ih_l0"], weights["weight_hh_l0"]
    weights["bias_ih_l0"].zero_()
    start = torch.zeros(BATCH, HIDDEN, dtype=torch.float64)
    impulse = torch.zeros(BATCH, STEPS, INPUTS, dtype=torch.float64)
    impulse[:, 0] = random_tensor(BATCH, INPUTS)
    (answer,), _ = layer((impulse,), (start,))
    for k in range(STEPS):
        expected = impulse[:, 0] @ (torch.linalg.matrix_power(u, k) @ w).T
        assert largest(answer[:, k] - expected) < 1e-12

    x = random_tensor(
        BATCH, STEPS, INPUTS, seed=5
    )  # any input: a sum of shifted answers, h = (1 - U L)^-1 W x
    (y,), _ = layer((x,), (start,))
    shift = torch.eye(STEPS, dtype=torch.float64).roll(1, 0).tril()  # one step later
    system = torch.eye(STEPS * HIDDEN, dtype=torch.float64) - torch.kron(shift, u)
    expected = torch.linalg.solve(system, (x @ w.T).reshape(BATCH, -1).T).T
    assert largest(y - expected.view_as(y)) < 1e-12
