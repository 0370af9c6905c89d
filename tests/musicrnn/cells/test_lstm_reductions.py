"""Members of the LSTM family that are each other, or torch's LSTM, for special weights.

Weights are drawn at random in float64, and what one member has not is made inert in the other.
"""

import numpy as np
import pytest
import torch
from torch import nn

from tests.musicrnn.cells.transcriptions import s
from tests.musicrnn.random_networks import (
    BATCH,
    HIDDEN,
    INPUTS,
    STEPS,
    largest,
    outputs,
    parameters_of,
    random_stack,
    random_state,
    random_tensor,
    set_parameters,
)

H = HIDDEN
ROWS = {"input": slice(0, H), "forget": slice(H, 2 * H), "candidate": slice(2 * H, 3 * H)}
ROWS["output"] = slice(3 * H, 4 * H)
MATRICES = ("weight_ih", "weight_hh", "bias_ih")
X = random_tensor(BATCH, STEPS, INPUTS)


def vanilla(deviation: float = 0.4):
    """V with its own weights, as tensors by name."""
    weights = parameters_of(random_stack("lstm-peephole"))
    return {name: p * (deviation / 0.4) for name, p in weights.items()}


def without_rows(weights, gate: str):
    """The row blocks but ``gate``'s, and not its peephole."""
    kept = torch.cat([torch.arange(4 * H)[rows] for name, rows in ROWS.items() if name != gate])
    smaller = {name: weights[name][kept] for name in MATRICES}
    there = {n: v for n, v in weights.items() if n.startswith("peephole") and not n.endswith(gate)}
    return {**smaller, **there}


def stack_with(cell: str, weights):
    network = random_stack(cell)
    set_parameters(network, weights)
    return network


def torch_lstm(network, layers: int) -> nn.LSTM:
    """nn.LSTM with the matrices of a stack whose blocks and biases are those of ``np``."""
    lstm = nn.LSTM(INPUTS, H, layers, batch_first=True).double()
    with torch.no_grad():
        for index in range(layers):
            for name in MATRICES:
                value = parameters_of(network, index)[name][: 4 * H]
                getattr(lstm, f"{name}_l{index}").copy_(value)
            getattr(lstm, f"bias_hh_l{index}").zero_()
    return lstm


def test_np_is_torchs_lstm() -> None:
    network = random_stack("np", layers=2)
    state = random_state(network)
    y, end = network(X, state)
    expected, after = torch_lstm(network, 2)(X, state)
    assert largest(y - expected) < 1e-12
    assert max(largest(a - b) for a, b in zip(end, after, strict=True)) < 1e-12


def test_v_without_peepholes_is_np_exactly() -> None:
    weights = vanilla()
    np_network = stack_with("np", {name: weights[name] for name in MATRICES})
    assert largest(outputs(stack_with("lstm-peephole", weights), X) - outputs(np_network, X)) > 0.01
    for gate in ("input", "forget", "output"):
        weights[f"peephole_{gate}"].zero_()
    assert torch.equal(outputs(stack_with("lstm-peephole", weights), X), outputs(np_network, X))


def test_cifg_is_v_with_the_input_gate_negated() -> None:
    weights = vanilla()
    for name in MATRICES:
        weights[name][ROWS["input"]] = -weights[name][ROWS["forget"]]
    weights["peephole_input"] = -weights["peephole_forget"]
    cifg = stack_with("cifg", without_rows(weights, "input"))
    assert largest(outputs(cifg, X) - outputs(stack_with("lstm-peephole", weights), X)) < 1e-12


@pytest.mark.parametrize(("cell", "gate"), [("nig", "input"), ("nfg", "forget"), ("nog", "output")])
def test_a_gate_that_is_open_is_no_gate(cell: str, gate: str) -> None:
    weights = vanilla()
    missing = stack_with(cell, without_rows(weights, gate))
    assert largest(outputs(missing, X) - outputs(stack_with("lstm-peephole", weights), X)) > 0.01
    for name, value in {"weight_ih": 0.0, "weight_hh": 0.0, "bias_ih": 40.0}.items():
        weights[name][ROWS[gate]] = value
    weights[f"peephole_{gate}"].zero_()
    assert largest(outputs(missing, X) - outputs(stack_with("lstm-peephole", weights), X)) < 1e-12


def test_fgr_without_recurrent_gates_is_v_exactly() -> None:
    weights = vanilla()
    gates = 0.4 * random_tensor(3 * H, 3 * H)
    expected = outputs(stack_with("lstm-peephole", weights), X)
    fgr = stack_with("fgr", {**weights, "weight_gates": gates})
    assert largest(outputs(fgr, X) - expected) > 0.01
    fgr = stack_with("fgr", {**weights, "weight_gates": torch.zeros_like(gates)})
    assert torch.equal(outputs(fgr, X), expected)


@pytest.mark.parametrize("cell", ["niaf", "noaf"])
def test_a_missing_tanh_does_not_matter_where_it_is_linear(cell: str) -> None:
    def difference(scale: float) -> float:
        weights = vanilla(0.1)  # as Greff et al. start
        for name in MATRICES:
            weights[name][ROWS["candidate"]] *= scale
        v = outputs(stack_with("lstm-peephole", weights), X)
        return largest(outputs(stack_with(cell, weights), X) - v) / largest(v)

    assert difference(1.0) > 1e-3
    assert difference(1e-4) < 1.5e-8  # tanh(a) = a - a^3 / 3: quadratic in the scale
    assert difference(1e-3) / difference(1e-4) == pytest.approx(100, rel=0.05)


def test_nfgs_cell_is_the_sum_of_all_it_ever_took_in() -> None:
    network = random_stack("nfg")
    w = {name: p.numpy() for name, p in parameters_of(network).items()}
    state = network.initial_state(BATCH)
    taken = np.zeros((BATCH, H))
    for t in range(STEPS):
        hidden, cell = (part[0].numpy() for part in state)
        a = X[:, t].numpy() @ w["weight_ih"].T + hidden @ w["weight_hh"].T + w["bias_ih"]
        taken += np.tanh(a[:, H : 2 * H]) * s(a[:, :H] + w["peephole_input"] * cell)
        with torch.no_grad():
            _, state = network(X[:, t : t + 1], state)
        assert np.abs(state[1][0].numpy() - taken).max() < 1e-12


def closed_depth_gates(network) -> None:
    for index in range(1, network.depth):
        parameters_of(network, index)["weight_ih"][4 * H :] = 0.0
        parameters_of(network, index)["bias_ih"][4 * H :] = -800.0


def test_depth_gates_that_are_shut_leave_stacked_peephole_lstms() -> None:
    deep = random_stack("depth-gated", layers=3)
    plain = random_stack("lstm-peephole", layers=3)
    for index in range(3):
        weights = parameters_of(deep, index)
        there = {n: v for n, v in weights.items() if n not in ("peephole_depth", "peephole_below")}
        set_parameters(
            plain, {n: v[: 4 * H] if n in MATRICES else v for n, v in there.items()}, index
        )
    assert largest(outputs(deep, X) - outputs(plain, X)) > 0.01  # the gates do something
    closed_depth_gates(deep)
    assert largest(outputs(deep, X) - outputs(plain, X)) < 1e-12


def test_depth_gated_without_gates_and_peepholes_is_torchs_lstm() -> None:
    network = random_stack("depth-gated", layers=3)
    closed_depth_gates(network)
    for index in range(3):
        for name, parameter in parameters_of(network, index).items():
            if name.startswith("peephole"):
                parameter.zero_()
    expected = torch_lstm(network, 3)(X)[0]
    assert largest(outputs(network, X) - expected) < 1e-12
