"""Clockwork: who wakes when, who hears whom, and what it is with equal clocks."""

import pytest
import torch
from torch import nn

from musicrnn.layers.clockwork import ClockworkLayer
from musicrnn.layers.settings import LayerSettings
from tests.musicrnn.random_networks import (
    BATCH,
    HIDDEN,
    INPUTS,
    largest,
    outputs,
    parameters_of,
    random_stack,
    random_state,
    random_tensor,
)

H = HIDDEN
CELLS_OF_THIS_KIND = ["clockwork", "clockwork-lstm"]


def with_periods(cell: str, periods: str):
    return random_stack(cell, LayerSettings(periods=periods))


@pytest.mark.parametrize("cell", CELLS_OF_THIS_KIND)
def test_a_sleeping_module_keeps_its_bits(cell: str) -> None:
    network = random_stack(cell, hidden=10)  # periods 1, 2, 4, 8, 16 and two units each
    y = outputs(network, random_tensor(BATCH, 33, INPUTS))
    for module, period in enumerate((1, 2, 4, 8, 16)):
        units = y[..., 2 * module : 2 * module + 2]
        for t in range(1, 33):
            same = (units[:, t] == units[:, t - 1]).flatten()
            assert not same.any() if t % period == 0 else same.all(), (period, t)


@pytest.mark.parametrize("cell", CELLS_OF_THIS_KIND)
def test_slow_modules_never_hear_fast_ones(cell: str) -> None:
    network = with_periods(cell, "1,2,4")  # two units each
    x, state = random_tensor(BATCH, 16, INPUTS), random_state(network)
    y = outputs(network, x, state)
    for module in range(3):
        changed = [part.clone() for part in state]
        for part in changed[:-1]:
            part[..., 2 * module : 2 * module + 2] += 1.0
        other = outputs(network, x, tuple(changed))
        assert torch.equal(other[..., 2 * module + 2 :], y[..., 2 * module + 2 :])
        if module > 0:  # the module wakes at step 0 with its own old state, and is heard
            assert largest(other[..., : 2 * module] - y[..., : 2 * module]) > 1e-3


@pytest.mark.parametrize("cell", CELLS_OF_THIS_KIND)
def test_what_slow_modules_sleep_through_does_not_change_them(cell: str) -> None:
    network = with_periods(cell, "1,2,4")
    x = random_tensor(BATCH, 16, INPUTS)
    other = x.clone()
    other[:, 1::2] += 1.0
    y, found = outputs(network, x), outputs(network, other)
    assert torch.equal(y[..., 2:], found[..., 2:])
    assert largest(y[..., :2] - found[..., :2]) > 0.1


def triangular(network, gates: int) -> torch.Tensor:
    """The recurrent matrix as a whole, torch's gate order, zero where fast would drive slow."""
    w = parameters_of(network)
    whole = torch.zeros(gates, H, H, dtype=torch.float64)
    for index, part in enumerate(network.cell.modules(H)):
        whole[:, part, part.start :] = w[f"weight_hh_{index}"].view(gates, -1, H - part.start)
    return whole.reshape(gates * H, H)


def by_gate(network, rows: torch.Tensor, gates: int) -> torch.Tensor:
    """Rows that are module by module, gate by gate."""
    parts = [
        rows[gates * part.start : gates * part.stop].reshape(gates, -1, *rows.shape[1:])
        for part in network.cell.modules(H)
    ]
    return torch.cat(parts, 1).flatten(0, 1)


@pytest.mark.parametrize("periods", ["1", "1,1", "1,1,1,1"])
@pytest.mark.parametrize(
    ("cell", "kind", "gates"), [("clockwork", nn.RNN, 1), ("clockwork-lstm", nn.LSTM, 4)]
)
def test_equal_clocks_are_torchs_layer_with_a_triangular_matrix(
    cell: str, kind: type[nn.RNNBase], gates: int, periods: str
) -> None:
    network = with_periods(cell, periods)
    dense = kind(INPUTS, H, batch_first=True).double()
    w = parameters_of(network)
    with torch.no_grad():
        dense.weight_ih_l0.copy_(by_gate(network, w["weight_ih"], gates))
        dense.bias_ih_l0.copy_(by_gate(network, w["bias_ih"], gates))
        dense.weight_hh_l0.copy_(triangular(network, gates))
        dense.bias_hh_l0.zero_()
    below = [dense.weight_hh_l0[g * H + H // 2 : (g + 1) * H, : H // 2] for g in range(gates)]
    assert all((part == 0).all() == (periods != "1") for part in below)
    x = random_tensor(BATCH, 12, INPUTS)
    assert largest(outputs(network, x) - dense(x)[0]) < 1e-12


@pytest.mark.parametrize("cell", CELLS_OF_THIS_KIND)
def test_rows_at_different_phases_are_each_as_alone(cell: str) -> None:
    network = with_periods(cell, "1,2,3")
    x, state = random_tensor(4, 11, INPUTS), random_state(network, 4)
    state[-1][0, :, 0] = torch.tensor([0.0, 5.0, 2.0, 5.0])
    with torch.no_grad():
        y, end = network(x, state)
    for row in range(4):
        alone = tuple(part[:, row : row + 1] for part in state)
        with torch.no_grad():
            y_alone, end_alone = network(x[row : row + 1], alone)
        assert largest(y[row] - y_alone[0]) < 1e-12
        for one, other in zip(end, end_alone, strict=True):
            assert largest(one[:, row] - other[:, 0]) < 1e-12
    assert largest(y[1] - outputs(network, x)[1]) > 1e-3  # the phase matters


@pytest.mark.parametrize("modules", [1, 3, 5])
def test_no_step_of_a_sleeping_module_is_computed(modules: int, monkeypatch) -> None:
    """Recurrent multiplications a step, on average: k^2 (2g - 2 + 2^(1-g))."""
    size, done = 2, 0
    plain = ClockworkLayer._module

    def counted(self, index, given, before):
        nonlocal done
        slower = (modules - 1 - index) * size
        done += given.shape[1] * size * (size + slower)
        return plain(self, index, given, before)

    monkeypatch.setattr(ClockworkLayer, "_module", counted)
    periods = ",".join(str(2**i) for i in range(modules))
    network = random_stack("clockwork", LayerSettings(periods=periods), hidden=size * modules)
    steps = 2 ** (modules - 1) * 3
    outputs(network, random_tensor(1, steps, INPUTS))
    assert done / steps == size**2 * (2 * modules - 2 + 2 ** (1 - modules))
