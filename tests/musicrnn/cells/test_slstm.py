"""sLSTM: the stabiliser is a matter of scale, and keeps large gates finite."""

import numpy as np
import pytest
import torch

from tests.musicrnn.cells.transcriptions import TRANSCRIPTIONS, run
from tests.musicrnn.random_networks import (
    BATCH,
    HIDDEN,
    INPUTS,
    STEPS,
    arrays_of,
    largest,
    outputs,
    parameters_of,
    random_stack,
    random_state,
    random_tensor,
)

X = random_tensor(BATCH, STEPS, INPUTS)


def test_cell_and_normaliser_are_the_unstabilised_ones_divided() -> None:
    network = random_stack("slstm")
    start = network.initial_state(BATCH)
    with torch.no_grad():
        _, (_, cell, normaliser, stabiliser) = network(X, start)
    zeros = dict.fromkeys(network.cell.states(HIDDEN), np.zeros((BATCH, HIDDEN)))
    _, (end,) = run(TRANSCRIPTIONS["slstm"], arrays_of(network), X.numpy().swapaxes(0, 1), [zeros])
    for found, name in ((cell, "cell"), (normaliser, "normaliser")):
        whole = (found * stabiliser.exp())[0].numpy()
        np.testing.assert_allclose(whole, end[name], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("shift", [-30.0, -1.0, 2.0, 30.0])
def test_h_does_not_depend_on_the_stabiliser(shift: float) -> None:
    network = random_stack("slstm")
    hidden, cell, normaliser, stabiliser = random_state(network)
    y = outputs(network, X, (hidden, cell, normaliser, stabiliser))
    scale = float(np.exp(-shift))
    moved = (hidden, cell * scale, normaliser * scale, stabiliser + shift)
    assert largest(outputs(network, X, moved) - y) < 1e-12


def test_huge_gates_stay_finite_forwards_and_backwards() -> None:
    network = random_stack("slstm")
    for gate, value in ((0, 2000.0), (1, -2000.0), (0, -2000.0), (1, 2000.0)):
        rows = slice(gate * HIDDEN, (gate + 1) * HIDDEN)
        parameters_of(network)["bias_ih"][rows] = value
        y, end = network(X, network.initial_state(BATCH))
        found = torch.autograd.grad(y.sum(), list(network.parameters()))
        assert all(part.isfinite().all() for part in (y, *end, *found))
        assert largest(y) <= 1.0  # a weighted mean of tanhs


def test_the_first_step_is_the_output_gate_times_the_candidate() -> None:
    """From zeros c / n is the only candidate there is, however small its input gate."""
    network = random_stack("slstm")
    w = parameters_of(network)
    a = X[:, 0] @ w["weight_ih"].T + w["bias_ih"]
    for bias in (0.0, -50.0):
        w["bias_ih"][:HIDDEN] = bias
        expected = a[:, 3 * HIDDEN :].sigmoid() * a[:, 2 * HIDDEN : 3 * HIDDEN].tanh()
        assert largest(outputs(network, X)[:, 0] - expected) < 1e-12
