"""What is learned in a comparison: data of one kind of model, and its sizes but the hidden one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import SPLITS, TrainingData
from musicrnn.training.loop import Callback, TrainingResult
from musicrnn.training.run import Run
from musicrnn.training.settings import OLD_NAMES
from musicrnn.training.task import Task
from musicrnn.training.train import train

CHOSEN = ("cell", "hidden", "layer")  # of each trial


@dataclass(frozen=True, eq=False)
class Subject:
    """``name`` is the data's; it can be pickled, to be learned in a process of its own.

    Raises:
        MusicRNNError: a split without an example, or a size that cannot be.
    """

    name: str
    task: Task
    data: TrainingData
    sizes: Any  # of task.settings

    def __post_init__(self) -> None:
        self.task.check(self.data)
        if not any(len(example) > 1 for example in self.data.examples["test"]):
            counts = ", ".join(f"{split} {n}" for split, n in self.data.counts().items())
            raise MusicRNNError(f"{self.name} has no piece to test on: {counts}")
        self.parameters("lstm", 1)  # a wrong size is an error before anything is run

    @property
    def unit(self) -> str:
        """What a likelihood is counted for, in the singular."""
        return self.task.unit

    @cached_property
    def baselines(self) -> dict[str, float]:
        """Nats a unit on the test split without a network, by name."""
        return self.task.baselines(self.data, "test")

    def settings(self) -> dict[str, Any]:
        """As JSON, what rows of one table share: data with their hash, sizes but the hidden one."""
        sizes = {name: value for name, value in asdict(self.sizes).items() if name not in CHOSEN}
        sha256 = self.data.description["sha256"]
        return {"data": self.name, "sha256": sha256, **sizes}

    def as_now(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Settings of an older table: names as they are now; what it does not say is the usual."""
        usual = asdict(self.task.comparable())
        sizes = {name: value for name, value in usual.items() if name not in CHOSEN}
        renamed = {OLD_NAMES.get(name, name): value for name, value in settings.items()}
        renamed.pop("tokens", None)
        return {**sizes, **renamed}

    def parameters(self, cell: str, hidden: int) -> int:
        """Trainable parameters of a model; raises MusicRNNError for a size that cannot be."""
        with torch.device("meta"):  # only counted
            network = self.task.network(self.task.config(self.data, self._settings(cell, hidden)))
        return sum(p.numel() for p in network.parameters() if p.requires_grad)

    def train(
        self, cell: str, hidden: int, *, plan: TrainingConfig, output: Path, callback: Callback
    ) -> TrainingResult:
        """Train a model and write the one that is best on validation to ``output``."""
        run = Run(output, callback=callback)
        return train(self.task, self.data, run, settings=self._settings(cell, hidden), plan=plan)

    def measure(self, model: Path) -> tuple[float, float]:
        """Nats a unit of a model that :meth:`train` wrote, on the validation and test split."""
        network = self.task.load(Checkpoint.load(model))
        valid, test = (self.task.loss(network, self.data, split) for split in SPLITS[1:])
        return valid, test

    def _settings(self, cell: str, hidden: int) -> Any:
        return replace(self.sizes, cell=cell, hidden=hidden)
