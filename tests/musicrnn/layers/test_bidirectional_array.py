"""Layers that read both ways are the same in torch and in NumPy, for every cell."""

import numpy as np
import pytest
import torch

from musicrnn.cells import CELLS
from musicrnn.layers.bidirectional import Bidirectional
from musicrnn.layers.bidirectional_array import ArrayBidirectional, bidirectional_shapes
from musicrnn.layers.settings import LayerSettings

STEPS, ROWS, SIZE, HIDDEN = 9, 3, 10, 12


def both(cell: str, settings: LayerSettings) -> None:
    torch.manual_seed(1)
    layers = Bidirectional(cell, SIZE, HIDDEN, layers=2, dropout=0.0, settings=settings).eval()
    arrays = {name: array.detach().numpy() for name, array in layers.state_dict().items()}
    shapes = bidirectional_shapes(cell, SIZE, HIDDEN, layers=2, settings=settings)
    assert {name: array.shape for name, array in arrays.items()} == dict(shapes)
    x = np.random.default_rng(2).standard_normal((STEPS, ROWS, SIZE), np.float32)
    with torch.no_grad():
        wanted = layers(torch.from_numpy(x.transpose(1, 0, 2)), torch.full((ROWS,), STEPS))
    found = ArrayBidirectional(cell, HIDDEN, arrays, layers=2, settings=settings)(x)
    np.testing.assert_allclose(found, wanted.numpy().transpose(1, 0, 2), atol=2e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell(cell: str) -> None:
    both(cell, LayerSettings())


@pytest.mark.parametrize("said", [{"norm": True}, {"residual": True}, {"zoneout": 0.2}])
def test_settings_of_layers(said: dict) -> None:
    both("gru", LayerSettings(**said))
