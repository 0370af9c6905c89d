"""What the training loop is given: batches in, a loss out, and what to remember between them.

Conventions. A loss is a sum in nats over ``count`` items (tokens, clips); the loop divides. All
that an objective draws at random comes from its own seed and position, so that
``seek(position())`` goes on exactly where a run was. Positions and tensors that come from a file
are a stranger's: ``seek`` refuses places where there are no data, and ``carry``, called after it,
tensors that no batch leaves behind. Any exception of theirs is said to be the file's fault.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.networks.network import Network


class Objective(ABC):
    """How a network of one kind learns; subclasses draw batches and state losses.

    Attributes:
        rows: of a batch, side by side.
        measured: what the validation loss is called in a model file, where that is all there is.
        counters: the attributes that say where the data stand.
        header: what goes into a model file beside the network's own configuration.
        state: tensors that go from one batch to the next, such as a recurrent state.
    """

    measured: ClassVar[str] = ""
    counters: ClassVar[tuple[str, ...]] = ()

    def __init__(self, network: Network, rows: int) -> None:
        self.module: Any = network
        self.rows = rows
        self.header: dict[str, Any] = {}
        self.rank, self.world = 0, 1
        self.state: tuple[Tensor, ...] = ()

    @property
    def device(self) -> torch.device:
        return self.module.device

    def share(self, rank: int, world: int) -> None:
        """Called once before training: this process reads share ``rank`` of ``world``."""
        self.rank, self.world = rank, world

    @abstractmethod
    def loss(self, network: Callable[..., Any]) -> tuple[Tensor, int]:
        """Draw the next batch and run ``network`` (the module, wrapped for its device) on it.

        Returns the summed loss and the number of items in it.
        """

    @abstractmethod
    def validate(self) -> dict[str, float]:
        """Figures on the validation split; "loss" is the mean that is minimised.

        Every process reads the whole split, on the plain module.
        """

    def position(self) -> dict[str, Any]:
        """The position in the data, as JSON."""
        return {name: getattr(self, name) for name in self.counters}

    def seek(self, position: dict[str, Any]) -> None:
        """The inverse of :meth:`position`; where there are places in an epoch, also within them."""
        for name in self.counters:
            setattr(self, name, stored_count(name, position[name]))

    def carried(self) -> dict[str, Tensor]:
        """The state by name."""
        return {str(index): part for index, part in enumerate(self.state)}

    def carry(self, tensors: dict[str, Tensor]) -> None:
        """The inverse of :meth:`carried`."""
        names = sorted(tensors, key=lambda name: (len(name), name))
        self.state = carried_on([tensors[name] for name in names], self.state)

    def checkpoint(self, figures: dict[str, float]) -> Checkpoint:
        """The network as it is now, as a model file; ``figures`` are its validation figures."""
        metrics = {f"valid_{name}": value for name, value in figures.items()}
        if self.measured and figures:
            metrics = {self.measured: figures["loss"]}
        metadata = {**self.header, "model": self.module.configuration(), "metrics": metrics}
        return Checkpoint(self.module.arrays(), metadata)


def stored_count(name: str, value: Any, below: int = 2**63) -> int:
    """A number that a run's file tells.

    Raises:
        MusicRNNError: it is none of 0 .. ``below`` - 1.
    """
    if type(value) is not int or not 0 <= value < below:
        raise MusicRNNError(
            f"{name} must be a whole number in 0..{below - 1}, got {str(value)[:40]}"
        )
    return value


def carried_on(found: Sequence[Tensor], fresh: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The tensors of a state, on the device of those of a ``fresh`` one.

    They are float32 whatever a network reckons in: so Fabric hands its outputs out.

    Raises:
        MusicRNNError: they are not, or of other shapes than those of the fresh state.
    """
    shapes, wanted = [tuple(part.shape) for part in found], [tuple(part.shape) for part in fresh]
    if shapes != wanted or any(part.dtype != torch.float32 for part in found):
        raise MusicRNNError(f"the carried state must be float32 of {wanted}, got {shapes}")
    return tuple(part.to(like.device) for part, like in zip(found, fresh, strict=True))
