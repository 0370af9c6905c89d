"""Published findings that a small machine can see, each with the figures of docs/problems.md."""

import pytest
import torch

from musicrnn.layers.settings import LayerSettings
from musicrnn.problems import PROBLEMS
from musicrnn.problems.sines import SumOfSines
from musicrnn.problems.solve import Solver, SolverResult, TrainingBudget, solve

pytestmark = pytest.mark.learning
FAST = TrainingBudget(updates=1000, rate=1e-2)


def trained(
    cell: str,
    problem: str,
    length: int,
    *,
    budget: TrainingBudget = FAST,
    settings=None,
    seed: int = 0,
) -> SolverResult:
    torch.manual_seed(seed)
    network = Solver(cell, PROBLEMS[problem], 32, settings=settings)
    return solve(network, PROBLEMS[problem], length, budget=budget, seed=seed)


def test_gates_add_over_fifty_steps_and_an_elman_network_does_not():
    assert trained("lstm", "adding", 50).solved_at
    assert trained("gru", "adding", 50).solved_at
    plain = trained("elman", "adding", 50)
    assert plain.solved_at is None
    assert plain.best > PROBLEMS["adding"].guess(50) / 2


def test_a_forget_bias_of_1_is_sooner_there():
    """Gers 2000, Jozefowicz 2015: adding over a hundred steps, updates over three seeds."""
    updates = {0.0: 0, 1.0: 0}
    for seed in range(3):
        for start in updates:
            torch.manual_seed(seed)
            network = Solver("lstm", PROBLEMS["adding"], 32)
            with torch.no_grad():
                network.stack.layers[0].bias_ih_l0[32:64] = start
            budget = TrainingBudget(updates=1500, rate=1e-2)
            updates[start] += solve(
                network, PROBLEMS["adding"], 100, budget=budget, seed=seed
            ).updates
    assert updates[1.0] < updates[0.0]


def test_clockwork_makes_a_sum_of_sines_and_a_plain_network_does_not():
    """Koutnik 2014; both have 2,497 parameters. Reproduced elsewhere: 0.11 against 0.25."""
    budget = TrainingBudget(updates=400, rate=3e-3, rows=1)
    problem = SumOfSines()
    errors = {}
    for cell, hidden, periods in (("clockwork", 64, "1,2,4,8,16,32,64,128"), ("elman", 48, "")):
        torch.manual_seed(0)
        network = Solver(cell, problem, hidden, settings=LayerSettings(periods=periods))
        came = solve(network, problem, 320, budget=budget, seed=0)
        assert came.parameters == 2497
        errors[cell] = came.score
    assert errors["clockwork"] < 0.11
    assert errors["elman"] > 0.25


def test_states_that_are_linear_cannot_hold_a_parity():
    """A state that only decays has no way to change its sign: Grazzi et al. 2024, 2411.12537."""
    assert trained("lstm", "parity", 20).solved_at
    assert trained("mingru", "parity", 20).solved_at is None


def test_a_network_that_looks_back_recalls_a_motif():
    looking = trained("elman", "motif", 4, settings=LayerSettings(attention=24))
    assert looking.solved_at
    assert trained("elman", "motif", 4, budget=TrainingBudget(looking.updates, 1e-2)).score < 0.5
