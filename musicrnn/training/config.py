"""How long and how to train, checked before anything starts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from musicrnn.bounds import check, choice, number, positive, share, whole
from musicrnn.errors import MusicRNNError
from musicrnn.weights import Weights

VALIDATE_EVERY = 200  # updates
# what a resumed run may have others of
CHANGEABLE = ("updates", "minutes", "device", "patience", "graphs", "overwrite")


@dataclass(frozen=True)
class TrainingConfig:
    """How long and how to train: ``updates`` or ``minutes``; with both the shorter one counts."""

    updates: int | None = whole(None, 1)  # None: as many as fit
    minutes: float | None = positive(None)  # of a resumed run: so many more
    optimizer: str = choice("adamw", "adamw", "sgd")  # sgd: without momentum
    learning_rate: float = positive(2e-3)
    warm_up: int = whole(100, 0)  # updates, a tenth of the run at most
    weight_decay: float = number(0.01, 0)
    clip: float = positive(1.0)  # of the gradient's global norm, or of each of its numbers
    clip_by: str = choice("norm", "norm", "value", "none")  # see musicrnn.training.clipping
    average: float = share(0.0)  # decay of the weight average; 0 switches it off
    validate_every: int = whole(VALIDATE_EVERY, 0)  # updates; 0: as the minutes pass, see Clock
    patience: int = whole(20, 1)  # validations without a better loss
    seed: int = whole(0, 0, 2**63 - 1)
    device: str = "auto"
    precision: str = "32-true"
    graphs: bool = False  # on CUDA: the engine of rare cells replays recorded loops
    store_float16: bool = False  # store the model's weights as float16
    overwrite: bool = False  # a model that is there already is replaced, at the first validation

    def __post_init__(self) -> None:
        check(self)
        if self.updates is None and self.minutes is None:
            raise MusicRNNError("a plan needs updates or minutes, got neither")

    @property
    def weights(self) -> Weights:
        """How a run's model is stored."""
        return "float16" if self.store_float16 else "float32"

    def fixed(self) -> dict[str, Any]:
        """What a resumed run must share with the run that it goes on with."""
        return {name: value for name, value in asdict(self).items() if name not in CHANGEABLE}
