"""What the training loop is given: batches in, a loss out, and what to remember between them.

Conventions. A loss is a sum in nats over ``count`` items (tokens, clips); the loop divides. All
that an objective draws at random comes from its own seed and position, so that
``seek(position())`` goes on exactly where a run was.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor

from musicrnn.checkpoint import Checkpoint
from musicrnn.models.network import Network


class Objective(ABC):
    """How a network of one kind learns; subclasses draw batches and state losses.

    Attributes:
        measured: what the validation loss is called in a model file, where that is all there is.
        counters: the attributes that say where the data stand.
        header: what goes into a model file beside the network's own configuration.
        state: tensors that go from one batch to the next, such as a recurrent state.
    """

    measured: ClassVar[str] = ""
    counters: ClassVar[tuple[str, ...]] = ()

    def __init__(self, network: Network) -> None:
        self.module: Any = network
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
        """Where the data stand, as JSON."""
        return {name: getattr(self, name) for name in self.counters}

    def seek(self, position: dict[str, Any]) -> None:
        """The inverse of :meth:`position`."""
        for name in self.counters:
            setattr(self, name, int(position[name]))

    def carried(self) -> dict[str, Tensor]:
        """The state by name."""
        return {str(index): part for index, part in enumerate(self.state)}

    def carry(self, tensors: dict[str, Tensor]) -> None:
        """The inverse of :meth:`carried`."""
        names = sorted(tensors, key=lambda name: (len(name), name))
        self.state = tuple(tensors[name].to(self.device) for name in names)

    def checkpoint(self, figures: dict[str, float]) -> Checkpoint:
        """The network as it is now, as a model file; ``figures`` are its validation figures."""
        if self.measured:
            figures = {self.measured: figures["loss"]} if figures else {}
        metrics = {
            name if self.measured else f"valid_{name}": value for name, value in figures.items()
        }
        metadata = {**self.header, "model": self.module.configuration(), "metrics": metrics}
        return Checkpoint(self.module.arrays(), metadata)
