"""What a person wants of a training, beside its data, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from musicrnn.training.base import GENTLER, Base
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import TrainingData
from musicrnn.training.protocol import Task
from musicrnn.training.settings import override

ENDLESS = 10**9  # updates of a training that ends by the clock


@dataclass(frozen=True)
class Wanted:
    """Settings before they are changed by ``words``, NAME=VALUE each, of settings or plan.

    ``plan`` is that of a recipe, in place of the task's own; ``minutes`` in place of the usual
    length; ``base`` is what the training begins with: its sizes stay, and the learning rate is
    GENTLER times the usual, where none is asked for.

    Raises:
        MusicRNNError: a word that is no setting, out of its bounds, or not the base's.
    """

    settings: Any
    words: tuple[str, ...] = ()
    minutes: float | None = None
    plan: TrainingConfig | None = None
    seed: int = 0
    device: str = "auto"
    overwrite: bool = False
    base: Base | None = None

    def __post_init__(self) -> None:
        settings, _ = override(self.words, self.settings, TrainingConfig(ENDLESS, self.minutes))
        if self.base is not None:
            self.base.check(settings)

    def settled(self, task: Task, data: TrainingData) -> tuple[Any, TrainingConfig]:
        """The settings and the plan for these data."""
        plan = self.plan or self._usual(task, data)
        rate = plan.learning_rate * (1.0 if self.base is None else GENTLER)
        plan = replace(plan, seed=self.seed, device=self.device, overwrite=self.overwrite)
        plan = replace(plan, learning_rate=rate)
        if self.minutes is not None:
            plan = replace(plan, minutes=self.minutes)
        return override(self.words, self.settings, plan)

    def _usual(self, task: Task, data: TrainingData) -> TrainingConfig:
        """The task's own plan, without its length where another one is asked for."""
        settings, _ = override(self.words, self.settings, TrainingConfig(ENDLESS, self.minutes))
        plan = task.plan(data, settings)
        length = [word.startswith(("updates=", "minutes=")) for word in self.words]
        said = self.minutes is not None or any(length)
        return replace(plan, updates=ENDLESS, minutes=None) if said else plan
