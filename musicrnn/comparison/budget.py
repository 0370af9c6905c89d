"""What all cells of a comparison share, and one trial of it.

Conventions. Seeds are 0 .. seeds - 1. A learning rate is chosen for each cell by the validation
loss of seed 0, never by the test loss; the other seeds are run with it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from musicrnn.bounds import check, whole
from musicrnn.errors import MusicRNNError, listed
from musicrnn.training.config import TrainingConfig

PARAMETER_TOLERANCE = 0.02  # of the parameters: a model further off is marked in the table


@dataclass(frozen=True)
class Budget:
    """Trainable parameters of a model; ``updates`` or ``minutes`` of a run; runs of a cell."""

    parameters: int
    updates: int | None = None
    minutes: float | None = None
    seeds: int = whole(3, 1, 1000)
    rates: tuple[float, ...] = (6e-3,)  # peaks of the learning rate's cosine

    def __post_init__(self) -> None:
        check(self)
        if self.parameters < 1:
            raise MusicRNNError(f"parameters must be 1 or more, got {self.parameters}")
        if (self.updates is None) == (self.minutes is None):
            raise MusicRNNError(
                f"a budget is updates or minutes, got {self.updates} and {self.minutes}"
            )
        if not self.rates or len(set(self.rates)) != len(self.rates):
            raise MusicRNNError(
                f"rates must be different numbers, one at least, got {listed(self.rates)}"
            )

    def fixed(self) -> dict[str, Any]:
        """What rows that stand in one table share; seeds and rates may be added later."""
        shared = asdict(self)
        del shared["seeds"], shared["rates"]
        return shared


@dataclass(frozen=True)
class RunConfig:
    """How every model is trained; see TrainingConfig. Without ``patience`` a run uses its whole
    budget."""

    warm_up: int = 50
    weight_decay: float = 0.01
    clip: float = 1.0
    clip_by: str = "norm"
    average: float = 0.0
    validate_every: int = 50
    patience: int = 10**6
    device: str = "cpu"
    precision: str = "32-true"
    threads: int = whole(1, 1, 1024)  # of the CPU

    def __post_init__(self) -> None:
        check(self)

    def training_config(self, budget: Budget, trial: Trial) -> TrainingConfig:
        """The training configuration of one run.

        Raises:
            MusicRNNError: a value is out of its bounds.
        """
        values = asdict(self)
        del values["threads"]
        return TrainingConfig(
            updates=budget.updates,
            minutes=budget.minutes,
            learning_rate=trial.rate,
            seed=trial.seed,
            overwrite=True,  # what a run that was lost has left
            **values,
        )


@dataclass(frozen=True)
class Trial:
    """One run: a cell of a size, a learning rate and a seed."""

    cell: str
    hidden: int
    parameters: int
    rate: float
    seed: int

    @property
    def name(self) -> str:
        """What its files are called."""
        return f"{self.cell}-rate{self.rate}-seed{self.seed}"
