"""Problems made by code that show what a memory can hold, the classics and a musical one."""

from __future__ import annotations

from musicrnn.tasks.adding import Adding
from musicrnn.tasks.memorising import Copying
from musicrnn.tasks.motif import MotifRecall
from musicrnn.tasks.parity import Parity
from musicrnn.tasks.protocol import Examples, Task
from musicrnn.tasks.sines import SumOfSines
from musicrnn.tasks.temporal_order import TemporalOrder

TASKS: dict[str, Task] = {
    "adding": Adding(),
    "copy": Copying(),
    "temporal-order": TemporalOrder(),
    "parity": Parity(),
    "sines": SumOfSines(),
    "motif": MotifRecall(),
}

__all__ = ["TASKS", "Examples", "Task"]
