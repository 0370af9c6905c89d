"""What a person wants of a training, beside its data, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from musicrnn.training.base import Base
from musicrnn.training.config import VALIDATE_EVERY, TrainingConfig
from musicrnn.training.data import TrainingData
from musicrnn.training.protocol import Task
from musicrnn.training.settings import override

ENDLESS = 10**9  # updates of a training that ends by the clock


@dataclass(frozen=True)
class Wanted:
    """Settings before they are changed by ``words``, NAME=VALUE each, of settings or plan.

    ``plan`` is that of a recipe, in place of the task's own; ``minutes`` in place of the usual
    length; ``base`` is what the training begins with: its sizes stay, and the plan is gentler
    where nothing else is asked for. ``begun``, where a run is gone on with, are the settings that
    it was begun with.

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
    begun: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        asked = self.asked  # a word that is wrong is refused before anything is read
        if self.base is not None:
            self.base.check(asked)

    @property
    def asked(self) -> Any:
        """The settings with what is asked for alone."""
        return override(self.words, self.settings, self._length)[0]

    @property
    def _length(self) -> TrainingConfig:
        """A plan of which nothing but the length is said, if it is."""
        return TrainingConfig(ENDLESS, self.minutes)

    def settled(self, task: Task, data: TrainingData) -> tuple[Any, TrainingConfig]:
        """The settings and the plan for these data: what is asked for, else as the run was begun,
        else what follows from the data."""
        _, said = override(self.words, self.settings, self._length)
        settings = self.settings
        if self.plan is None:
            settings = self._as_begun(task, task.sized(data, settings, said.minutes))
        if self.base is not None:
            own: Any = self.base.settings
            settings = replace(
                settings,
                **{
                    each.name: getattr(own, each.name)
                    for each in fields(own)
                    if each.name in self.base.kept
                },
            )
        settings, _ = override(self.words, settings, said)
        plan = self.plan or self._usual(task, data, settings, said)
        plan = replace(plan, seed=self.seed, device=self.device, overwrite=self.overwrite)
        plan = self._as_begun(task, plan)
        if self.minutes is not None:
            plan = replace(plan, minutes=self.minutes)
        if self.begun is not None and said.minutes is not None:
            plan = replace(plan, updates=ENDLESS)  # so many minutes more, whatever there was
        return override(self.words, settings, plan)

    def _as_begun(self, task: Task, owner: Any) -> Any:
        """With what followed from the data when the run was begun."""
        begun, names = self.begun or {}, {each.name for each in fields(owner)}
        found = {name: begun[name] for name in task.follows if name in begun and name in names}
        return replace(owner, **found)

    def _usual(
        self, task: Task, data: TrainingData, settings: Any, said: TrainingConfig
    ) -> TrainingConfig:
        """The task's own plan, without its length where another one is asked for."""
        plan = (task.going_on if self.base is not None else task.plan)(data, settings)
        if said.minutes is not None:
            return plan if plan.minutes is not None else replace(plan, updates=ENDLESS)
        if said.updates != ENDLESS:
            every = plan.validate_every or VALIDATE_EVERY
            return replace(plan, updates=ENDLESS, minutes=None, validate_every=every)
        return plan
