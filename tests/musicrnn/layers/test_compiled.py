"""A cell's step is a pure function: torch traces it whole, so that any compiler may have it."""

import pytest
import torch

from musicrnn.cells import CELLS, StepCell
from musicrnn.layers.layer import named
from musicrnn.layers.settings import LayerSettings
from musicrnn.layers.stack import Stack
from musicrnn.training.gradient_norm import PlainSteps

STEPPED = [name for name, cell in CELLS.items() if isinstance(cell, StepCell) and name != "grid"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("cell", STEPPED)
def test_a_step_is_traced_in_one_graph(cell: str) -> None:
    torch.manual_seed(0)
    torch.compiler.reset()
    network = Stack(cell, 3, 4, layers=1, settings=LayerSettings())
    plain = PlainSteps(network.cell, named(network.layers[0]))
    x = plain.rows((torch.randn(2, 1, 3),))[0].detach()
    state = tuple(part[0] + 0.1 for part in network.initial_state(2))
    compiled = torch.compile(plain.step, fullgraph=True, backend="aot_eager")
    for found, expected in zip(compiled(x, state), plain.step(x, state), strict=True):
        torch.testing.assert_close(found, expected)
