"""The sizes of a frame model, as they stand in a checkpoint. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass

from musicrnn.bounds import choice, share, whole
from musicrnn.errors import MusicRNNError
from musicrnn.models.sizes import Sizes

MOST_ORDERS = 64


@dataclass(frozen=True)
class FrameSizes(Sizes):
    """What of a frame model does not follow from the data.

    ``body`` reads the frames before: "whole" is one network for the frame, "tied" one network that
    all pitches share. ``head`` foretells the frame: "bernoulli" each pitch by itself, "nade" and
    "recurrent" each pitch given those below it (or in other ``orders``, averaged). ``clock`` tells
    the step's number modulo 16 and 12, ``copy`` the frame that followed the longest match of what
    was just heard earlier in the piece. Only a tied body has ``inner`` units a pitch between its
    inputs and its cell, and ``context`` units of a network over the whole frame beside it.
    """

    cell: str = "lstm"
    hidden: int = whole(36, 1, 2**14)
    layers: int = whole(1, 1, 64)
    dropout: float = share(0.0)
    body: str = choice("whole", "whole", "tied")
    inner: int = whole(64, 1, 2**10)
    context: int = whole(0, 0, 2**12)
    head: str = choice("bernoulli", "bernoulli", "nade", "recurrent")
    head_hidden: int = whole(64, 1, 2**10)
    orders: int = whole(1, 1, MOST_ORDERS)
    clock: bool = False
    copy: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.orders > 1 and self.head == "bernoulli":
            raise MusicRNNError(f"a bernoulli head has no order, got orders = {self.orders}")
        if self.orders > 2 and (self.body, self.head) != ("whole", "nade"):
            raise MusicRNNError(
                "only the nade head of a whole body knows more orders than up and down, "
                f"got orders = {self.orders}"
            )


@dataclass(frozen=True)
class FrameConfig(FrameSizes):
    """The whole configuration; 88 pitches are those of a piano, 21 (A0) to 108 (C8)."""

    pitches: int = whole(88, 1, 128)

    @property
    def given(self) -> int:
        """How many numbers the model is told a step; see :mod:`musicrnn.models.frame_past`."""
        return self.pitches + (self.pitches + 1 if self.copy else 0) + (1 if self.clock else 0)

    @property
    def cell_inputs(self) -> int:
        """How many numbers enter the first layer's cell a step."""
        if self.body == "tied":
            return self.inner
        return self.pitches * (2 if self.copy else 1) + told(self.clock, self.copy)


METRES = (16, 12)  # the clock's circles, in steps
MATCHES = (1, 2, 4, 8, 16, 32)  # how long a match is, told apart at these lengths


def told(clock: bool, copy: bool) -> int:
    """How many numbers :func:`musicrnn.models.frame_bodies.facts` makes of clock and match."""
    return (sum(METRES) if clock else 0) + (len(MATCHES) + 1 if copy else 0)
