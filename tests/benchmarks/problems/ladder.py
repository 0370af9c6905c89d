"""Which cell solves which length: each climbs the lengths of a problem until it fails at one.

At a length a cell has one attempt for each learning rate, each from new start values, and stops at
the first that solves the problem. All cells have the same number of units and one layer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import torch

from musicrnn.layers.settings import LayerSettings
from musicrnn.problems import PROBLEMS
from musicrnn.problems.solve import Solver, SolverResult, TrainingBudget, solve

LENGTHS: dict[str, tuple[int, ...]] = {
    "adding": (25, 50, 100, 200),
    "copy": (5, 10, 20, 50),
    "temporal-order": (20, 50, 100, 200),
    "parity": (5, 10, 20, 50),
    "motif": (1, 2, 4, 8),
}
RATES = (1e-2, 3e-3)


@dataclass(frozen=True)
class Attempt:
    """One training; ``cell`` is the plan's label."""

    problem: str
    cell: str
    length: int
    rate: float
    seed: int
    outcome: SolverResult

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(values: dict[str, Any]) -> Attempt:
        values = {**values, "outcome": SolverResult(**values["outcome"])}
        return Attempt(**values)


@dataclass(frozen=True)
class Climb:
    """A problem, a cell and the lengths, shortest first."""

    problem: str
    cell: str
    lengths: tuple[int, ...]
    hidden: int = 32
    budget: TrainingBudget = field(default_factory=TrainingBudget)
    rates: tuple[float, ...] = RATES
    settings: LayerSettings = field(default_factory=LayerSettings)

    @property
    def label(self) -> str:
        """The cell, and whether it looks back at its own outputs."""
        return f"{self.cell}, attention" if self.settings.attention else self.cell


def climb(plan: Climb, report: Callable[[Attempt], None]) -> int:
    """The longest length that was solved, 0 for none; each attempt is reported as it ends.

    Raises:
        MusicRNNError: there is no such cell.
    """
    problem, reached = PROBLEMS[plan.problem], 0
    for length in plan.lengths:
        for seed, rate in enumerate(plan.rates):
            torch.manual_seed(seed)
            network = Solver(plan.cell, problem, plan.hidden, settings=plan.settings)
            budget = replace(plan.budget, rate=rate)
            result = solve(network, problem, length, budget=budget, seed=seed)
            report(Attempt(plan.problem, plan.label, length, rate, seed, result))
            if result.solved_at is not None:
                reached = length
                break
        else:
            break
    return reached


def reached(attempts: Sequence[Attempt], problem: str, cell: str) -> int | None:
    """The longest length solved in ``attempts``; 0 for none, None where none was made."""
    made = [a for a in attempts if (a.problem, a.cell) == (problem, cell)]
    return max((a.length if a.outcome.solved_at else 0 for a in made), default=None)


def fallen(attempts: Sequence[Attempt], problem: str, cell: str) -> tuple[int, float] | None:
    """The length that was not solved and the best score there; None where all were solved."""
    top = reached(attempts, problem, cell) or 0
    failed = [a for a in attempts if (a.problem, a.cell) == (problem, cell) and a.length > top]
    if not failed:
        return None
    better = max if PROBLEMS[problem].classes else min
    return failed[0].length, better(a.outcome.best for a in failed)
