"""The sizes of a frame model, as stored in a checkpoint. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass

from musicrnn.bounds import choice, share, whole
from musicrnn.errors import MusicRNNError
from musicrnn.networks.sizes import Sizes

MAX_ORDERS = 64
CLOCK_PERIODS = (16, 12)  # the clock's circles, in steps
MATCH_LENGTHS = (1, 2, 4, 8, 16, 32)  # frames; thresholds of the match length's indicator features


@dataclass(frozen=True)
class FrameSizes(Sizes):
    """What of a frame model does not follow from the data.

    ``body`` is the encoder of the past frames: "whole" is global, one network for the frame, "tied"
    is shared over pitches. ``head`` predicts the frame: "bernoulli" each pitch by itself, "nade"
    and "recurrent" each pitch given those below it (or in other ``orders``, averaged). ``clock``
    adds the step's index modulo 16 and 12, ``copy`` the longest-match context (Ziv and Lempel
    1977): the frame that followed the longest earlier match of the latest frames. Only a shared
    encoder has ``inner`` units a pitch between its inputs and its cell, and ``context`` units of a
    network over the whole frame beside it.
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
    orders: int = whole(1, 1, MAX_ORDERS)
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
    def features(self) -> int:
        """How many features a step has; see :mod:`musicrnn.networks.frame_context`."""
        return self.pitches * self.channels + int(self.copy) + int(self.clock)

    @property
    def channels(self) -> int:
        """How many frames a step has: the one before it, and with ``copy`` the match's."""
        return 2 if self.copy else 1

    @property
    def scalars(self) -> int:
        """How many numbers :func:`musicrnn.networks.frame_encoders.scalar_features` gives for clock
        and match."""
        clock = sum(CLOCK_PERIODS) if self.clock else 0
        return clock + (len(MATCH_LENGTHS) + 1 if self.copy else 0)
