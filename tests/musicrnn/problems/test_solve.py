"""Training on a problem: seeds, stopping, what is reported; and the ladder of lengths."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from musicrnn.errors import MusicRNNError
from musicrnn.problems import PROBLEMS
from musicrnn.problems.solve import Solver, TrainingBudget, score, solve
from tests.benchmarks.problems.ladder import Attempt, Climb, climb, fallen, reached

QUICK = TrainingBudget(updates=4, rows=2, look=3)


def solver(name="parity", cell="gru", hidden=6):
    torch.manual_seed(0)
    return Solver(cell, PROBLEMS[name], hidden)


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_same_seed_gives_the_same_course(name):
    found = [solve(solver(name), PROBLEMS[name], 12, budget=QUICK, seed=s) for s in (1, 1)]
    assert found[0].scores == found[1].scores
    assert (found[0].updates, found[0].solved_at, len(found[0].scores)) == (4, None, 2)
    assert found[0].score == found[0].scores[-1]
    better = max if PROBLEMS[name].classes else min
    assert found[0].best == better(found[0].scores)


def test_parity_of_two_bits_is_learnt_and_training_stops_there():
    problem = PROBLEMS["parity"]
    network = solver(hidden=16)
    came = solve(
        network, problem, 2, budget=TrainingBudget(updates=400, rate=2e-2, look=20), seed=0
    )
    assert came.solved_at == came.updates < 400
    fresh = problem.draw(np.random.default_rng(5), 200, 2)
    assert score(network, problem, fresh) == pytest.approx(came.score, abs=0.05)
    assert came.parameters == sum(p.numel() for p in network.parameters())


def test_wrong_efforts_are_refused():
    with pytest.raises(MusicRNNError, match="updates must be a whole number from 1, got 0"):
        TrainingBudget(updates=0)


def test_a_climb_ends_where_every_rate_fails():
    made: list[Attempt] = []
    budget = TrainingBudget(updates=400, look=20)
    plan = Climb("parity", "gru", (1, 2), hidden=16, budget=budget, rates=(2e-2, 1e-2))
    assert climb(plan, made.append) == 2
    assert [a.length for a in made] == [1, 2]
    assert reached(made, "parity", "gru") == 2
    hopeless = replace(plan, lengths=(50, 60), budget=replace(budget, updates=2))
    failed: list[Attempt] = []
    assert climb(hopeless, failed.append) == 0
    assert [(a.length, a.rate) for a in failed] == [(50, 2e-2), (50, 1e-2)]
    assert reached(failed, "parity", "gru") == 0
    assert fallen(failed, "parity", "gru") == (50, max(a.outcome.best for a in failed))
    assert fallen(made, "parity", "gru") is None
    assert reached(failed, "parity", "lstm") is None
    read = Attempt.from_json(made[0].as_json())
    assert read.as_json() == made[0].as_json()
