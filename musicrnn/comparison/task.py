"""What is learned in a comparison: the door through which frames and tokens come alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from musicrnn.training.loop import Outcome, Watcher
from musicrnn.training.plan import Plan


class Task(Protocol):
    """Pieces of three splits and a kind of model; it can be pickled, to be run in a process."""

    @property
    def name(self) -> str:
        """The data's name."""
        ...

    @property
    def unit(self) -> str:
        """What a likelihood is counted for, in the singular: "frame", "token"."""
        ...

    @property
    def baselines(self) -> dict[str, float]:
        """Nats a unit on the test split without a network, by name."""
        ...

    def settings(self) -> dict[str, Any]:
        """As JSON, what rows must share: data with their fingerprint, sizes but the hidden one."""
        ...

    def parameters(self, cell: str, hidden: int) -> int:
        """Trainable parameters of a model; raises MusicRNNError for a size that cannot be."""
        ...

    def train(
        self, cell: str, hidden: int, *, plan: Plan, output: Path, watcher: Watcher
    ) -> Outcome:
        """Train a model and write the one that is best on validation to ``output``; see fit."""
        ...

    def measure(self, model: Path) -> tuple[float, float]:
        """Nats a unit of a model that :meth:`train` wrote: on the validation and test split."""
        ...
