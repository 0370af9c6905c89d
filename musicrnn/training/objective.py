"""What the training loop is told: batches in, a loss out, and what to remember between them.

Conventions. A loss is a sum in nats over ``count`` items (tokens, clips); the loop divides. All
that an objective draws at random comes from its own seed and position, so that
``seek(position())`` goes on exactly where a run was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from torch import Tensor, nn

from musicrnn.checkpoint import Checkpoint


class Objective(Protocol):
    """One task to learn; implemented for each kind of model."""

    @property
    def module(self) -> nn.Module:
        """The network whose parameters are trained."""
        ...

    @property
    def unit(self) -> str:
        """What is counted, in the plural: "tokens", "clips"."""
        ...

    def share(self, rank: int, world: int) -> None:
        """Called once before training: this process reads share ``rank`` of ``world``."""
        ...

    def loss(self, network: Callable[..., Any]) -> tuple[Tensor, int]:
        """Draw the next batch and run ``network`` (the module, wrapped for its device) on it.

        Returns the summed loss and the number of items in it.
        """
        ...

    def validate(self, network: Callable[..., Any]) -> dict[str, float]:
        """Figures on the validation split; "loss" is the mean that is minimised."""
        ...

    def position(self) -> dict[str, Any]:
        """Where the data stand, as JSON."""
        ...

    def seek(self, position: dict[str, Any]) -> None:
        """The inverse of :meth:`position`."""
        ...

    def carried(self) -> dict[str, Tensor]:
        """Tensors that go from one batch to the next, such as a recurrent state."""
        ...

    def carry(self, tensors: dict[str, Tensor]) -> None:
        """The inverse of :meth:`carried`."""
        ...

    def checkpoint(self, figures: dict[str, float]) -> Checkpoint:
        """The module as it is now, as a model file; ``figures`` are its validation figures."""
        ...
