"""Learning to foretell frames of pitches, and measuring it.

Conventions. A piece is uint8 [T, P] of 0 and 1; the loss of a frame is summed over its pitches, in
nats. Training reads groups of ``rows`` pieces of like length side by side, ``length`` frames an
update, with the state carried on to the next window of the same group (truncated backpropagation
through time, Williams and Peng 1990); every training frame is seen once an epoch, and padding
counts for nothing. Validation reads every piece whole, and every frame weighs the same (protocol of
Boulanger-Lewandowski, Bengio and Vincent, ICML 2012).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.layers.stack import Stack, State
from musicrnn.metrics.frame_likelihood import nats_a_step
from musicrnn.models.frame_config import FrameConfig
from musicrnn.models.frame_past import Frames, Told, compass, tell, transposed
from musicrnn.models.frames import FrameModel
from musicrnn.training.objective import carried_on, counted
from musicrnn.training.pascanu import check_regularised, omega, readings

MOST_SHIFT = 48  # semitones
UNEVEN = 0.1  # lengths are told apart to so much, by chance, so that groups change between epochs
READ = {"whole": (32, 512), "tied": (16, 64)}  # pieces and frames at once when they are measured


@dataclass(frozen=True)
class Reading:
    """How pieces are read in training: ``rows`` at once, ``length`` frames an update, each piece
    transposed by up to ``augment`` semitones, anew every epoch. ``pascanu`` weighs
    :mod:`musicrnn.training.pascanu` in the loss that is trained on."""

    rows: int = 16
    length: int = 256
    augment: int = 0
    pascanu: float = 0.0

    def __post_init__(self) -> None:
        if self.rows < 1 or self.length < 1:
            raise MusicRNNError(
                f"rows and length must be 1 or more, got {self.rows} and {self.length}"
            )
        if not 0 <= self.pascanu < math.inf:
            raise MusicRNNError(f"pascanu must be 0 or more, got {self.pascanu}")
        if not 0 <= self.augment <= MOST_SHIFT:
            raise MusicRNNError(f"augment must be in 0..{MOST_SHIFT} semitones, got {self.augment}")


class FrameObjective:
    """Implements Objective; see the module's text.

    Args:
        metadata: what goes into the checkpoint beside the model's own configuration.
    """

    unit = "frames"

    def __init__(
        self,
        model: FrameModel,
        train: Sequence[Frames],
        valid: Sequence[Frames],
        *,
        reading: Reading,
        seed: int,
        metadata: dict[str, Any],
    ) -> None:
        if not train or not valid:
            raise MusicRNNError(
                f"pieces to train and to validate on are needed, got {len(train)} and {len(valid)}"
            )
        if reading.pascanu > 0:
            check_regularised(regularised(model))
        self.model, self.valid, self.augment = model, valid, reading.augment
        self.pascanu = reading.pascanu
        self.train = [tell(piece, model.config) for piece in train]
        self.compass = compass(train)
        self.rows, self.length = reading.rows, reading.length
        self.seed, self.metadata = seed, metadata
        self.rank, self.world = 0, 1
        self.epoch = self.group = self.offset = 0
        self.groups = self._grouped()
        self.state: State = ()

    @property
    def module(self) -> nn.Module:
        return self.model

    def share(self, rank: int, world: int) -> None:
        self.rank, self.world = rank, world
        self.groups = self._grouped()

    def loss(self, network: Callable[..., Any]) -> tuple[Tensor, int]:
        device = next(self.model.parameters()).device
        members = self.groups[self.group]
        if self.offset == 0:
            self.state = self.model.initial_state(len(members))
        pieces = [self.train[index] for index in members]
        shifts = [self._shift(index) for index in members]
        given, frames, true = window(pieces, self.offset, self.length, self.model.config, shifts)
        stack = regularised(self.model) if self.pascanu > 0 else None
        with readings(stack) if stack is not None else nullcontext([]) as read:
            losses, state = network(given.to(device), frames.to(device), self.state)
        loss = (losses * true.to(device)).sum()
        if stack is not None:
            loss = loss + self.pascanu * omega(stack, read, loss)
        self.state = tuple(part.detach() for part in state)
        self._go_on(max(map(len, pieces)))
        return loss, int(true.sum())

    def validate(self, network: Callable[..., Any]) -> dict[str, float]:
        del network  # every process reads the whole validation split, on the plain module
        return {"loss": nats_a_frame(self.model, self.valid)}

    def position(self) -> dict[str, Any]:
        return {"epoch": self.epoch, "group": self.group, "offset": self.offset}

    def seek(self, position: dict[str, Any]) -> None:
        self.epoch = counted("epoch", position["epoch"])
        self.groups = self._grouped()
        self.group = counted("group", position["group"], len(self.groups))
        longest = max(len(self.train[index]) for index in self.groups[self.group])
        self.offset = counted("offset", position["offset"], longest)

    def carried(self) -> dict[str, Tensor]:
        return {str(index): part for index, part in enumerate(self.state)}

    def carry(self, tensors: dict[str, Tensor]) -> None:
        self.state = ()
        if self.offset:  # else what the last group left, which is not read
            fresh = self.model.initial_state(len(self.groups[self.group]))
            self.state = carried_on([tensors[str(i)] for i in range(len(tensors))], fresh)

    def checkpoint(self, figures: dict[str, float]) -> Checkpoint:
        found = {"validation_nats_per_frame": figures["loss"]} if figures else {}
        metadata = {
            "task": "frames",
            "model": self.model.configuration(),
            **self.metadata,
            "metrics": {**self.metadata.get("metrics", {}), **found},
        }
        return Checkpoint(self.model.arrays(), metadata)

    def _shift(self, index: int) -> int:
        """How many semitones a piece is transposed this epoch, so far as it stays on the keys."""
        if not self.augment:
            return 0
        low, high = self.compass[index]
        least = max(-self.augment, -low)
        most = min(self.augment, self.model.config.pitches - 1 - high)
        random = np.random.default_rng([self.seed, 1, self.epoch, index])
        return int(random.integers(least, most + 1))

    def _go_on(self, longest: int) -> None:
        """To the next window: of this group, of the next one, of the next epoch."""
        self.offset += self.length
        if self.offset >= longest:
            self.group, self.offset = self.group + 1, 0
        if self.group == len(self.groups):
            self.epoch, self.group = self.epoch + 1, 0
            self.groups = self._grouped()

    def _grouped(self) -> list[list[int]]:
        """The groups of an epoch in the order read: pieces of like length, drawn by chance."""
        random = np.random.default_rng([self.seed, self.epoch])
        shuffled = random.permutation(len(self.train))
        if len(shuffled) >= self.world:
            shuffled = shuffled[self.rank :: self.world]
        lengths = np.array([len(self.train[index]) for index in shuffled], dtype=np.float64)
        noisy = lengths * (1 + UNEVEN * random.uniform(-1, 1, len(lengths)))
        order = shuffled[np.argsort(noisy, kind="stable")].tolist()
        groups = [order[first : first + self.rows] for first in range(0, len(order), self.rows)]
        return [groups[index] for index in random.permutation(len(groups))]


def regularised(model: FrameModel) -> Stack:
    """The layers to which the regulariser of Pascanu 2013 applies.

    Raises:
        MusicRNNError: the body is one that all pitches share.
    """
    if model.config.body != "whole":
        raise MusicRNNError(f"pascanu needs a body that is whole, got {model.config.body}")
    return model.body.stack


def nats_a_frame(model: FrameModel, pieces: Sequence[Frames]) -> float:
    """Nats a frame over all frames of the pieces, each read whole from a state of zeros."""
    return nats_a_step(piece_losses(model, pieces))


def piece_losses(model: FrameModel, pieces: Sequence[Frames]) -> list[NDArray[np.float64]]:
    """For each piece the loss of every frame, [T] nats; the model in evaluation mode."""
    device = next(model.parameters()).device
    rows, length = READ[model.config.body]
    order = sorted(range(len(pieces)), key=lambda index: -len(pieces[index]))
    losses: list[list[NDArray[np.float64]]] = [[] for _ in pieces]
    training = model.training
    model.eval()
    with torch.no_grad():
        for first in range(0, len(order), rows):
            group = order[first : first + rows]
            told = {index: tell(pieces[index], model.config) for index in group}
            state = model.initial_state(len(group))
            for offset in range(0, len(pieces[group[0]]), length):
                group = [index for index in group if len(pieces[index]) > offset]
                state = tuple(part[:, : len(group)].contiguous() for part in state)
                members = [told[index] for index in group]
                given, frames, true = window(members, offset, length, model.config)
                found, state = model(given.to(device), frames.to(device), state)
                found = found.double().cpu()
                for row, index in enumerate(group):
                    losses[index].append(found[row, true[row] > 0].numpy())
    model.train(training)
    return [np.concatenate(parts) if parts else np.zeros(0) for parts in losses]


def window(
    pieces: Sequence[Told],
    offset: int,
    length: int,
    config: FrameConfig,
    shifts: Sequence[int] | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """From step ``offset`` on: what is told [B, T, F], frames [B, T, P], which are true [B, T]."""
    counts = [max(0, min(len(piece) - offset, length)) for piece in pieces]
    shape = (len(pieces), max(counts))
    given = np.zeros((*shape, config.given), np.float32)
    frames = np.zeros((*shape, config.pitches), np.float32)
    true = np.zeros(shape, np.float32)
    for row, (piece, count) in enumerate(zip(pieces, counts, strict=True)):
        shift = shifts[row] if shifts is not None else 0
        if count:
            given[row, :count] = piece.given(offset, offset + count, config, shift)
            frames[row, :count] = transposed(piece.frames[offset : offset + count], shift)
            true[row, :count] = 1
    return torch.from_numpy(given), torch.from_numpy(frames), torch.from_numpy(true)
