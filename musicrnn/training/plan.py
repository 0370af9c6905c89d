"""How long and how to train, checked before anything starts."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from musicrnn.errors import MusicRNNError
from musicrnn.weights import Weights

# what a resumed run may have others of
CHANGEABLE = ("updates", "minutes", "device", "patience", "graphs", "overwrite")
OPTIMIZERS = ("adamw", "sgd")
CLIP_BY = ("norm", "value", "none")  # see musicrnn.training.clipping


@dataclass(frozen=True)
class Plan:
    """How long and how to train: ``updates`` or ``minutes``; with both the shorter one counts."""

    updates: int | None = None  # None: as many as fit
    minutes: float | None = None  # of a resumed run: so many more
    optimizer: str = "adamw"  # or sgd: without momentum
    learning_rate: float = 2e-3
    warm_up: int = 100  # updates, a tenth of the run at most
    weight_decay: float = 0.01
    clip: float = 1.0  # bound of the gradient: of its global norm, or of each of its numbers
    clip_by: str = "norm"  # norm, value or none
    average: float = 0.0  # decay of the weight average; 0 switches it off
    validate_every: int = 200  # updates
    patience: int = 20  # validations without a better loss
    seed: int = 0
    device: str = "auto"
    precision: str = "32-true"
    graphs: bool = False  # on CUDA: the engine of rare cells replays recorded loops
    half: bool = False  # store the model's weights as float16
    overwrite: bool = False  # a model that is there already is replaced, at the first validation

    def __post_init__(self) -> None:
        if self.updates is None and self.minutes is None:
            raise MusicRNNError("a plan needs updates or minutes, got neither")
        for name in ("learning_rate", "clip", "minutes"):
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise MusicRNNError(f"{name} must be more than 0 and finite, got {value}")
        for name in ("validate_every", "patience", "updates"):
            value = getattr(self, name)
            if value is not None and (value < 1 or value != int(value)):
                raise MusicRNNError(f"{name} must be a whole number from 1, got {value}")
        for name in ("weight_decay", "warm_up"):
            if not 0 <= getattr(self, name) < math.inf:
                raise MusicRNNError(f"{name} must be 0 or more, got {getattr(self, name)}")
        if self.optimizer not in OPTIMIZERS:
            raise MusicRNNError(
                f"optimizer must be {' or '.join(OPTIMIZERS)}, got {self.optimizer!r}"
            )
        if self.clip_by not in CLIP_BY:
            raise MusicRNNError(f"clip_by must be {', '.join(CLIP_BY)}, got {self.clip_by!r}")
        if not 0 <= self.average < 1:
            raise MusicRNNError(f"average must be in [0, 1), got {self.average}")
        if not 0 <= self.seed < 2**63:
            raise MusicRNNError(f"seed must be in 0..2**63 - 1, got {self.seed}")

    @property
    def weights(self) -> Weights:
        """How a run's model is stored."""
        return "float16" if self.half else "float32"

    def fixed(self) -> dict[str, Any]:
        """What a resumed run must share with the run that it goes on with."""
        return {name: value for name, value in asdict(self).items() if name not in CHANGEABLE}
