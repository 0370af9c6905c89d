"""Learning to predict frames of pitches, and measuring it.

Conventions. A piece is uint8 [T, P] of 0 and 1; the loss of a frame is summed over its pitches, in
nats. Training reads groups of ``batch_size`` pieces of like length side by side, an update a window
of ``sequence_length`` frames, with the state carried on to the next window of the same group
(truncated backpropagation through time, Williams and Peng 1990); every training frame is seen once
an epoch, and padding counts for nothing. Validation reads every piece whole, and every frame weighs
the same (protocol of Boulanger-Lewandowski, Bengio and Vincent, ICML 2012).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from musicrnn.arrays import Frames
from musicrnn.errors import MusicRNNError
from musicrnn.layers.stack import Stack
from musicrnn.metrics.frame_likelihood import nats_a_step
from musicrnn.networks.frame_config import FrameConfig
from musicrnn.networks.frame_context import FrameContext, frame_context, pitch_ranges, transposed
from musicrnn.networks.frames import FrameModel
from musicrnn.threads import suited_threads
from musicrnn.training.frames.settings import FrameSettings
from musicrnn.training.gradient_norm import check_regularised, omega, readings
from musicrnn.training.objective import Objective, stored_count

UNEVEN = 0.1  # lengths are told apart to so much, by chance, so that groups change between epochs
READ = {"whole": (32, 512), "tied": (16, 64)}  # pieces and frames at once when they are measured


class FrameObjective(Objective):
    """See the module's text; of ``settings`` those of the batch are read."""

    measured = "validation_nats_per_frame"
    counters = ("epoch", "group", "offset")

    def __init__(
        self,
        network: FrameModel,
        train: Sequence[Frames],
        valid: Sequence[Frames],
        *,
        settings: FrameSettings,
        seed: int,
    ) -> None:
        super().__init__(network, settings.batch_size)
        self.config, self.settings, self.seed = network.config, settings, seed
        if settings.gradient_norm_regulariser > 0:
            check_regularised(regularised(network))
        self.valid = valid
        self.train = [frame_context(piece, self.config) for piece in train]
        self.pitch_ranges = pitch_ranges(train)
        self.epoch = self.group = self.offset = 0
        self.groups = self._grouped()

    def share(self, rank: int, world: int) -> None:
        super().share(rank, world)
        self.groups = self._grouped()

    def loss(self, network: Callable[..., Any]) -> tuple[Tensor, int]:
        device, length = self.device, self.settings.sequence_length
        members = self.groups[self.group]
        if self.offset == 0:
            self.state = self.module.initial_state(len(members))
        pieces = [self.train[index] for index in members]
        shifts = [self._shift(index) for index in members]
        given, frames, true = window(pieces, self.offset, length, self.config, shifts)
        weight = self.settings.gradient_norm_regulariser
        stack = regularised(self.module) if weight > 0 else None
        with readings(stack) if stack is not None else nullcontext([]) as read:
            losses, state = network(given.to(device), frames.to(device), self.state)
        loss = (losses * true.to(device)).sum()
        if stack is not None:
            loss = loss + weight * omega(stack, read, loss)
        self.state = tuple(part.detach() for part in state)
        self._go_on(max(map(len, pieces)))
        return loss, int(true.sum())

    def validate(self) -> dict[str, float]:
        return {"loss": nats_a_frame(self.module, self.valid)}

    def seek(self, position: dict[str, Any]) -> None:
        super().seek(position)
        self.groups = self._grouped()
        members = self.groups[stored_count("group", self.group, len(self.groups))]
        stored_count("offset", self.offset, max(len(self.train[index]) for index in members))
        self.state = self.module.initial_state(len(members))

    def carry(self, tensors: dict[str, Tensor]) -> None:
        if self.offset:  # else what the last group left, which is not read
            super().carry(tensors)

    def _shift(self, index: int) -> int:
        """How many semitones a piece is transposed this epoch, so far as it stays on the keys."""
        if not self.settings.augment:
            return 0
        low, high = self.pitch_ranges[index]
        least = max(-self.settings.augment, -low)
        most = min(self.settings.augment, self.config.pitches - 1 - high)
        random = np.random.default_rng([self.seed, 1, self.epoch, index])
        return int(random.integers(least, most + 1))

    def _go_on(self, longest: int) -> None:
        """To the next window: of this group, of the next one, of the next epoch."""
        self.offset += self.settings.sequence_length
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
        rows = self.settings.batch_size
        groups = [order[first : first + rows] for first in range(0, len(order), rows)]
        return [groups[index] for index in random.permutation(len(groups))]


def regularised(model: FrameModel) -> Stack:
    """The layers to which the regulariser of Pascanu 2013 applies.

    Raises:
        MusicRNNError: the encoder is shared over pitches.
    """
    if model.config.body != "whole":
        raise MusicRNNError(
            f"gradient_norm_regulariser needs a body that is whole, got {model.config.body}"
        )
    return model.body.stack


def nats_a_frame(model: FrameModel, pieces: Sequence[Frames]) -> float:
    """Nats a frame over all frames of the pieces, each read whole from a state of zeros."""
    return nats_a_step(piece_losses(model, pieces))


def piece_losses(model: FrameModel, pieces: Sequence[Frames]) -> list[NDArray[np.float64]]:
    """For each piece the loss of every frame, [T] nats. The model is in evaluation mode."""
    device = model.device
    rows, length = READ[model.config.body]
    order = sorted(range(len(pieces)), key=lambda index: -len(pieces[index]))
    losses: list[list[NDArray[np.float64]]] = [[] for _ in pieces]
    with torch.no_grad(), suited_threads(model, rows):
        for first in range(0, len(order), rows):
            group = order[first : first + rows]
            told = {index: frame_context(pieces[index], model.config) for index in group}
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
    return [np.concatenate(parts) if parts else np.zeros(0) for parts in losses]


def window(
    pieces: Sequence[FrameContext],
    offset: int,
    length: int,
    config: FrameConfig,
    shifts: Sequence[int] | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """From step ``offset`` on: features [B, T, F], frames [B, T, P], which are true [B, T]."""
    counts = [max(0, min(len(piece) - offset, length)) for piece in pieces]
    shape = (len(pieces), max(counts))
    given = np.zeros((*shape, config.features), np.float32)
    frames = np.zeros((*shape, config.pitches), np.float32)
    true = np.zeros(shape, np.float32)
    for row, (piece, count) in enumerate(zip(pieces, counts, strict=True)):
        shift = shifts[row] if shifts is not None else 0
        if count:
            given[row, :count] = piece.features(offset, offset + count, config, shift)
            frames[row, :count] = transposed(piece.frames[offset : offset + count], shift)
            true[row, :count] = 1
    return torch.from_numpy(given), torch.from_numpy(frames), torch.from_numpy(true)
