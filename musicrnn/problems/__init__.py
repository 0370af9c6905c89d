"""Problems made by code that show what a memory can hold, the classics and a musical one."""

from __future__ import annotations

from musicrnn.problems.adding import Adding
from musicrnn.problems.memorising import Copying
from musicrnn.problems.motif import MotifRecall
from musicrnn.problems.parity import Parity
from musicrnn.problems.protocol import Examples, Problem
from musicrnn.problems.sines import SumOfSines
from musicrnn.problems.temporal_order import TemporalOrder

PROBLEMS: dict[str, Problem] = {
    "adding": Adding(),
    "copy": Copying(),
    "temporal-order": TemporalOrder(),
    "parity": Parity(),
    "sines": SumOfSines(),
    "motif": MotifRecall(),
}

__all__ = ["PROBLEMS", "Examples", "Problem"]
