"""One network set to one problem: trained on ever new examples, until it solves it or time is up.

The network is one stack with a linear answer on top. Adam with a constant rate, gradients
clipped by norm. Every ``look`` updates the network is judged on the same 512 examples, drawn
apart; at the first look that counts as solved training ends.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss

from musicrnn.bounds import check, whole
from musicrnn.layers.settings import LayerSettings
from musicrnn.layers.stack import Stack
from musicrnn.problems.protocol import Examples, Problem
from musicrnn.threads import suited_threads

TEST_EXAMPLES = 512  # examples
TEST_SEED = 2**31  # apart from all training seeds


@dataclass(frozen=True)
class TrainingBudget:
    """How long and how a network is trained."""

    updates: int = whole(1000, 1)
    rate: float = 3e-3
    rows: int = whole(32, 1)
    clip: float = 1.0
    look: int = whole(50, 1)

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class SolverResult:
    """``solved_at`` is the number of updates, None where the problem was not solved."""

    score: float  # at the last look
    best: float
    solved_at: int | None
    updates: int
    seconds: float  # of the processor, training alone
    parameters: int
    scores: tuple[float, ...] = ()  # at each look


class Solver(nn.Module):
    """A stack and an answer at each step that is asked for."""

    def __init__(
        self,
        cell: str,
        problem: Problem,
        hidden: int,
        *,
        layers: int = 1,
        settings: LayerSettings | None = None,
    ) -> None:
        super().__init__()
        self.stack = Stack(cell, problem.inputs, hidden, layers=layers, settings=settings)
        self.answer = nn.Linear(hidden, problem.classes or 1)

    def forward(self, x: Tensor, steps: Tensor) -> Tensor:
        """[B, T, F] and steps [A] -> logits [B, A, classes], or numbers [B, A, 1]."""
        y, _ = self.stack(x, self.stack.initial_state(len(x)))
        return self.answer(y.index_select(1, steps))


def solve(
    network: nn.Module, problem: Problem, length: int, *, budget: TrainingBudget, seed: int
) -> SolverResult:
    """Train ``network``, as :class:`Solver`, on ``problem``; a seed gives the same course again."""
    with suited_threads(network, budget.rows):
        return _solved(network, problem, length, budget, seed)


def _solved(
    network: nn.Module, problem: Problem, length: int, budget: TrainingBudget, seed: int
) -> SolverResult:
    random = np.random.default_rng([seed, length])
    judges = np.random.default_rng([TEST_SEED, length])
    judged = problem.draw(judges, TEST_EXAMPLES if problem.varied else 1, length)
    optimizer = torch.optim.Adam(network.parameters(), lr=budget.rate)
    spent, scores = 0.0, list[float]()
    solved_at: int | None = None
    update = 0
    while update < budget.updates and solved_at is None:
        began = time.process_time()
        for _ in range(min(budget.look, budget.updates - update)):
            loss = _loss(network, problem, problem.draw(random, budget.rows, length))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), budget.clip)
            optimizer.step()
            update += 1
        spent += time.process_time() - began
        scores.append(score(network, problem, judged))
        if problem.is_solved(scores[-1]):
            solved_at = update
    best = max(scores) if problem.classes else min(scores)
    size = sum(p.numel() for p in network.parameters())
    return SolverResult(scores[-1], best, solved_at, update, spent, size, tuple(scores))


def score(network: nn.Module, problem: Problem, examples: Examples) -> float:
    """Accuracy or mean squared error over all answers."""
    x, steps, wanted = _tensors(examples)
    with torch.no_grad():
        found = network(x, steps)
    if problem.classes:
        return float((found.argmax(2) == wanted).double().mean())
    return float((found[..., 0] - wanted).double().square().mean())


def _loss(network: nn.Module, problem: Problem, examples: Examples) -> Tensor:
    x, steps, wanted = _tensors(examples)
    found = network(x, steps)
    if problem.classes:
        return cross_entropy(found.flatten(0, 1), wanted.flatten())
    return mse_loss(found[..., 0], wanted)


def _tensors(examples: Examples) -> tuple[Tensor, Tensor, Any]:
    return (
        torch.from_numpy(examples.inputs),
        torch.from_numpy(examples.steps),
        torch.from_numpy(examples.answers),
    )
