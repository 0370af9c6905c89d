"""The sizes of a frame model, as they stand in a checkpoint. Needs no torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from musicrnn.errors import MusicRNNError
from musicrnn.layers.settings import LayerSettings
from musicrnn.models.config_json import config_from_json

BODIES = ("whole", "tied")
HEADS = ("bernoulli", "nade", "recurrent")
MOST_ORDERS = 64


@dataclass(frozen=True)
class FrameConfig:
    """Sizes of a frame model; 88 pitches are those of a piano, 21 (A0) to 108 (C8).

    ``body`` reads the frames before: "whole" is one network for the frame, "tied" one network that
    all pitches share. ``head`` foretells the frame: "bernoulli" each pitch by itself, "nade" and
    "recurrent" each pitch given those below it (or in other ``orders``, averaged). ``clock`` tells
    the step's number modulo 16 and 12, ``copy`` the frame that followed the longest match of what
    was just heard earlier in the piece. Only a tied body has ``inner`` units a pitch between its
    inputs and its cell, and ``context`` units of a network over the whole frame beside it.
    """

    pitches: int = 88
    cell: str = "lstm"
    hidden: int = 36
    layers: int = 1
    dropout: float = 0.0
    body: str = "whole"
    inner: int = 64
    context: int = 0
    head: str = "bernoulli"
    head_hidden: int = 64
    orders: int = 1
    clock: bool = False
    copy: bool = False
    layer: LayerSettings = field(default_factory=LayerSettings)

    def __post_init__(self) -> None:
        cell = self.layer.cell(self.cell)
        bounds = {
            "pitches": (1, 128),
            "hidden": (1, 2**14),
            "layers": (1, 64),
            "inner": (1, 2**10),
            "context": (0, 2**12),
            "head_hidden": (1, 2**10),
            "orders": (1, MOST_ORDERS),
        }
        for name, (low, high) in bounds.items():
            if not low <= getattr(self, name) <= high:
                raise MusicRNNError(f"{name} must be in {low}..{high}, got {getattr(self, name)}")
        if not 0 <= self.dropout < 1:
            raise MusicRNNError(f"dropout must be in [0, 1), got {self.dropout}")
        for name, choices in (("body", BODIES), ("head", HEADS)):
            if getattr(self, name) not in choices:
                raise MusicRNNError(
                    f"{name} must be {' or '.join(choices)}, got {getattr(self, name)!r}"
                )
        if self.orders > 1 and self.head == "bernoulli":
            raise MusicRNNError(f"a bernoulli head has no order, got orders = {self.orders}")
        if self.orders > 2 and (self.body, self.head) != ("whole", "nade"):
            raise MusicRNNError(
                "only the nade head of a whole body knows more orders than up and down, "
                f"got orders = {self.orders}"
            )
        cell.shapes(self.cell_inputs, self.hidden)  # some cells need a unit a module

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

    def as_json(self) -> dict[str, Any]:
        """The inverse of :meth:`from_json`; of the layers' settings what differs from defaults."""
        return {**asdict(self), "layer": self.layer.as_json()}

    @staticmethod
    def from_json(values: dict[str, Any]) -> FrameConfig:
        """The configuration of a checkpoint's "model" entry; raises MusicRNNError if it is none."""
        return config_from_json(FrameConfig, values)


METRES = (16, 12)  # the clock's circles, in steps
MATCHES = (1, 2, 4, 8, 16, 32)  # how long a match is, told apart at these lengths


def told(clock: bool, copy: bool) -> int:
    """How many numbers :func:`musicrnn.models.frame_bodies.facts` makes of clock and match."""
    return (sum(METRES) if clock else 0) + (len(MATCHES) + 1 if copy else 0)
