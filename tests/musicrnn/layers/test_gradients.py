"""Gradients of every cell are those of finite differences: of inputs, parameters, start states.

In gradcheck's fast mode, which compares random projections of both Jacobians: one of the inputs,
one of each start state, one of all parameters together.
"""

import pytest
import torch
from torch.func import functional_call
from torch.nn.utils import parameters_to_vector

from musicrnn.cells import CELLS, LinearCell
from musicrnn.cells.clockwork import ClockworkCell
from musicrnn.cells.grid import GridCell
from musicrnn.layers.settings import LayerSettings
from musicrnn.layers.stack import Stack
from tests.musicrnn.random_networks import (
    VARIANTS,
    random_stack,
    random_state,
    random_tensor,
    title,
)

BATCH, STEPS, INPUTS = 2, 4, 3


def gradients_are_right(network: Stack) -> bool:
    parameters = dict(network.named_parameters())
    sizes = [parameter.numel() for parameter in parameters.values()]
    state = random_state(network, BATCH)
    free = [name != "clock" for name in network.cell.states(network.hidden)]
    starts = [part.requires_grad_() for part, is_free in zip(state, free, strict=True) if is_free]
    x = random_tensor(BATCH, STEPS, INPUTS).requires_grad_()
    values = parameters_to_vector(parameters.values()).detach().requires_grad_()

    def function(x, values, *given):
        torch.manual_seed(0)  # what is left out at random is the same each time
        parts = iter(given)
        start = tuple(next(parts) if f else p for p, f in zip(state, free, strict=True))
        weights = {
            name: part.view_as(parameters[name])
            for name, part in zip(parameters, values.split(sizes), strict=True)
        }
        y, end = functional_call(network, weights, (x, start))
        return y, *(part for part, f in zip(end, free, strict=True) if f)

    given = (x, values, *starts)
    return torch.autograd.gradcheck(function, given, fast_mode=True, eps=1e-6, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize(("cell", "settings"), VARIANTS, ids=title)
def test_every_cell(cell: str, settings: LayerSettings, layers: int) -> None:
    assert gradients_are_right(random_stack(cell, settings, layers=layers, inputs=INPUTS))


@pytest.mark.parametrize("cell", CELLS)
def test_residual_and_normalised_stacks(cell: str) -> None:
    settings = LayerSettings(residual=True, norm=True)
    assert gradients_are_right(random_stack(cell, settings, layers=3, inputs=INPUTS))


def noises(cell: str) -> list[dict[str, float]]:
    """What may be left out at random of a cell's recurrence."""
    if isinstance(CELLS[cell], ClockworkCell | GridCell):
        return []
    zoneout = [] if cell == "slstm" else [{"zoneout": 0.3}]
    dropout = [] if isinstance(CELLS[cell], LinearCell) else [{"recurrent_dropout": 0.4}]
    return zoneout + dropout + ([zoneout[0] | dropout[0]] if zoneout and dropout else [])


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(
    ("cell", "options"), [(cell, options) for cell in CELLS for options in noises(cell)], ids=str
)
def test_zoneout_and_recurrent_dropout(cell: str, options: dict, training: bool) -> None:
    settings = LayerSettings(**options)
    network = random_stack(cell, settings, layers=2, inputs=INPUTS).train(training)
    assert gradients_are_right(network)


@pytest.mark.parametrize("variational", [False, True])
def test_dropout_between_layers(variational: bool) -> None:
    settings = LayerSettings(variational=variational)
    network = Stack("mut1", INPUTS, 4, layers=2, dropout=0.5, settings=settings).double()
    assert gradients_are_right(network)
