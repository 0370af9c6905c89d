"""What the training loop is told: batches in, a loss out, and what to remember between them.

Conventions. A loss is a sum in nats over ``count`` items (tokens, clips); the loop divides. All
that an objective draws at random comes from its own seed and position, so that
``seek(position())`` goes on exactly where a run was. Positions and tensors that come from a file
are a stranger's: ``seek`` refuses places where there are no data, and ``carry``, called after it,
tensors that no batch leaves behind. Any exception of theirs is said to be the file's fault.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError


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


def counted(name: str, value: Any, below: int = 2**63) -> int:
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
