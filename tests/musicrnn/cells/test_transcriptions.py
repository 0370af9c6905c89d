"""Every cell, in torch and in compiled NumPy, equals a transcription written from its equations."""

from functools import partial

import numpy as np
import pytest
import torch

from musicrnn.cells import CELLS
from musicrnn.layers.array_stack import ArrayStack
from musicrnn.layers.settings import LayerSettings
from tests.musicrnn.cells import transcriptions
from tests.musicrnn.random_networks import (
    BATCH,
    HIDDEN,
    INPUTS,
    STEPS,
    VARIANTS,
    arrays_of,
    cell_options,
    random_stack,
    random_state,
    random_tensor,
    title,
)

LAYERS = 3


def as_dictionaries(network, state) -> list[dict[str, np.ndarray]]:
    names = network.cell.states(network.hidden)
    return [
        {name: part[index].numpy().copy() for name, part in zip(names, state, strict=True)}
        for index in range(network.depth)
    ]


def transcribed(cell: str, network, x, state):
    """Outputs [B, T, H] and last states, by the transcription."""
    step = partial(transcriptions.TRANSCRIPTIONS[cell], **cell_options(network))
    xs = x.numpy().swapaxes(0, 1)
    hs, ends = transcriptions.run(step, arrays_of(network), xs, as_dictionaries(network, state))
    return hs.swapaxes(0, 1), ends


def stepped(network, x, state):
    """Outputs [B, T, H] and last states, by the cell's own NumPy steps."""
    layers = [tuple(values.values()) for values in as_dictionaries(network, state)]
    weights, hs = arrays_of(network), []
    for x_t in x.numpy().swapaxes(0, 1):
        flow = (x_t,)
        for w, here in zip(weights, layers, strict=True):
            row = network.cell.array_from_input(w, flow)
            flow = tuple(part.copy() for part in network.cell.array_step(w, row, here))
        hs.append(flow[0])
    return np.stack(hs, 1), layers


def close(found, expected, tolerance: float) -> None:
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


def test_every_cell_has_a_transcription() -> None:
    missing = set(CELLS) - set(transcriptions.TRANSCRIPTIONS)
    assert not missing, (
        f"no transcription of {sorted(missing)}: write a step from the paper's equations in "
        "tests/musicrnn/cells/transcriptions.py and list it in TRANSCRIPTIONS"
    )
    gone = set(transcriptions.TRANSCRIPTIONS) - set(CELLS)
    assert not gone, f"{sorted(gone)} are transcribed and are not in CELLS"


@pytest.mark.parametrize("layers", [1, LAYERS])
@pytest.mark.parametrize(("cell", "settings"), VARIANTS, ids=title)
def test_torch_equals_the_transcription(cell: str, settings: LayerSettings, layers: int) -> None:
    network = random_stack(cell, settings, layers=layers)
    x = random_tensor(BATCH, STEPS, INPUTS)
    for state in (network.initial_state(BATCH), random_state(network, clock=3)):
        with torch.no_grad():
            y, end = network(x, state)
        hs, ends = transcribed(cell, network, x, state)
        assert np.abs(hs).max() > 0.1
        close(y.numpy(), hs, 1e-12)
        for index, expected in enumerate(ends):
            found = dict(zip(network.cell.states(HIDDEN), end, strict=True))
            for name in expected if cell != "slstm" else ["hidden"]:
                close(found[name][index].numpy(), expected[name], 1e-12)


@pytest.mark.parametrize("batch", [1, BATCH])  # one row has a product of its own
@pytest.mark.parametrize(("cell", "settings"), VARIANTS, ids=title)
def test_numpy_steps_equal_torch(cell: str, settings: LayerSettings, batch: int) -> None:
    for dtype, tolerance in ((torch.float64, 1e-12), (torch.float32, 1e-5)):
        network = random_stack(cell, settings, layers=2, dtype=dtype)
        x, state = (
            random_tensor(batch, STEPS, INPUTS, dtype=dtype),
            random_state(network, batch, clock=1),
        )
        with torch.no_grad():
            y, end = network(x, state)
        hs, ends = stepped(network, x, state)
        assert hs.dtype == y.numpy().dtype
        close(hs, y.numpy(), tolerance)
        for index, layer in enumerate(ends):
            for part, torch_part in zip(layer, end, strict=True):
                assert part.dtype == hs.dtype
                close(part, torch_part[index].numpy(), tolerance)


@pytest.mark.parametrize(
    ("cell", "settings"),
    [
        *((cell, LayerSettings(residual=True, norm=True)) for cell in CELLS),
        *((cell, LayerSettings(zoneout=0.2)) for cell in ("lstm", "depth-gated", "mingru")),
        ("grid", LayerSettings(tied=True, residual=True)),
    ],
    ids=title,
)
def test_a_stack_stepped_in_numpy_equals_torch(cell: str, settings: LayerSettings) -> None:
    network = random_stack(cell, settings, layers=3, dtype=torch.float32).eval()
    arrays = {name: p.detach().numpy() for name, p in network.named_parameters()}
    stack = ArrayStack(cell, HIDDEN, arrays, layers=3, settings=settings)
    stack.begin(BATCH)
    x = random_tensor(BATCH, STEPS, INPUTS, dtype=torch.float32)
    with torch.no_grad():
        y = network(x, network.initial_state(BATCH))[0].numpy()
    for t in range(STEPS):
        close(stack.step(stack.from_input(x[:, t].numpy())), y[:, t], 1e-4)


def test_gates_that_are_both_shut_are_weighed_against_each_other() -> None:
    """minlstm: exp(-200) is 0 in float32, exp(-200) / (exp(-200) + exp(-199)) is not."""
    network = random_stack("minlstm", dtype=torch.float32)
    with torch.no_grad():
        network.layers[0].bias_ih_l0[:HIDDEN] = -200.0
        network.layers[0].bias_ih_l0[HIDDEN : 2 * HIDDEN] = -199.0
    x, state = random_tensor(BATCH, STEPS, INPUTS, dtype=torch.float32), random_state(network)
    with torch.no_grad():
        y = network(x, state)[0].numpy()
    close(stepped(network, x, state)[0], y, 1e-4)
