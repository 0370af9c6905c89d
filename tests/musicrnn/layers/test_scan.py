"""The linear recurrence in one pass a step and in log2(T) passes: equal, forwards and backwards."""

import pytest
import torch
from torch.nn.functional import pad, softplus

from musicrnn.layers import scan
from musicrnn.layers.stack import Stack
from tests.musicrnn.random_networks import (
    BATCH,
    INPUTS,
    STEPS,
    largest,
    outputs,
    parameters_of,
    random_stack,
    random_state,
    random_tensor,
)

LINEAR = ["mingru", "minlstm", "rglru"]


def random_recurrence(steps: int):
    """a in (0, 1), b and the start."""
    return (
        random_tensor(steps, 2, 3, seed=1).sigmoid(),
        random_tensor(steps, 2, 3, seed=2),
        random_tensor(2, 3, seed=3),
    )


def plain(a, b, h):
    found = []
    for a_t, b_t in zip(a, b, strict=True):
        h = a_t * h + b_t
        found.append(h)
    return torch.stack(found)


@pytest.mark.parametrize("way", [scan.one_by_one, scan.all_at_once])
@pytest.mark.parametrize("steps", [1, 2, 3, 7, 16, 33])
def test_both_ways_are_the_loop(way, steps: int) -> None:
    a, b, start = random_recurrence(steps)
    given = [part.clone() for part in (a, b, start)]
    assert largest(way(a, b, start) - plain(a, b, start)) < 1e-12
    for part, before in zip((a, b, start), given, strict=True):
        assert torch.equal(part, before)  # nothing is overwritten


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("steps", [1, 2, 7, 16])
def test_gradients_are_those_of_the_loop(steps: int, at_once: bool, monkeypatch) -> None:
    if at_once:
        monkeypatch.setattr(scan, "one_by_one", scan.all_at_once)
    leaves = [part.requires_grad_() for part in random_recurrence(steps)]
    weights = random_tensor(steps, 2, 3, seed=4)
    h, expected = scan.linear_scan(*leaves), plain(*leaves)
    assert largest(h - expected) < 1e-12
    found = torch.autograd.grad((h * weights).sum(), leaves)
    wanted = torch.autograd.grad((expected * weights).sum(), leaves)
    assert max(largest(one - other) for one, other in zip(found, wanted, strict=True)) < 1e-12


@pytest.mark.parametrize("cell", LINEAR)
def test_linear_cells_give_the_same_either_way(cell: str, monkeypatch) -> None:
    network = random_stack(cell, layers=3)
    x = random_tensor(BATCH, STEPS, INPUTS).requires_grad_()
    state = tuple(part.requires_grad_() for part in random_state(network))
    leaves = [x, *state, *network.parameters()]

    def results():
        y = network(x, state)[0]
        return [y, *torch.autograd.grad(y.square().sum(), leaves)]

    loop = results()
    monkeypatch.setattr(scan, "one_by_one", scan.all_at_once)
    assert max(largest(one - b) for one, b in zip(results(), loop, strict=True)) < 1e-12


def test_mingru_is_the_papers_scan_in_log_space() -> None:
    """Feng et al., appendix: log h_t = A_t + logcumsumexp(log b_s - A_s), A the sum of log a."""
    network = random_stack("mingru")
    w = parameters_of(network)
    x = random_tensor(BATCH, STEPS, INPUTS)
    start = random_tensor(1, BATCH, network.hidden).abs() + 0.1
    update, candidate = (x @ w["weight_ih"].T + w["bias_ih"]).chunk(2, -1)
    log_positive = torch.where(
        candidate >= 0,
        (candidate.relu() + 0.5).log(),
        -softplus(-candidate),
    )
    log_b = torch.cat([start[0].log()[:, None], -softplus(-update) + log_positive], 1)
    decays = pad((-softplus(update)).cumsum(1), (0, 0, 1, 0))
    expected = (decays + (log_b - decays).logcumsumexp(1)).exp()[:, 1:]
    assert largest(outputs(network, x, (start,)) - expected) < 1e-12


def test_rglrus_decay_starts_between_0_9_and_0_999() -> None:
    network = Stack("rglru", INPUTS, 400, layers=1).double()
    decay = parameters_of(network)["decay"]
    slowest = torch.exp(-8 * softplus(decay))
    assert 0.899 < float(slowest.min()) < 0.91
    assert 0.99 < float(slowest.max()) < 0.9991
    assert float(slowest.mean()) == pytest.approx(0.9495, abs=0.01)


def test_a_gate_that_is_shut_for_good_has_a_finite_gradient() -> None:
    network = Stack("rglru", 2, 3, layers=1)
    with torch.no_grad():
        network.layers[0].bias_ih_l0[:3] = -120.0  # sigmoid is 0 in float32
    network(torch.ones(1, 3, 2), network.initial_state(1))[0].sum().backward()
    for parameter in network.parameters():
        assert torch.isfinite(parameter.grad).all()
