"""Learning to foretell frames of pitches, and measuring it.

Conventions. A piece is uint8 [T, P] of 0 and 1; the loss of a frame is summed over its pitches, in
nats. Training reads groups of ``rows`` pieces of like length side by side, ``length`` frames an
update, with the state carried on to the next window of the same group (truncated backpropagation
through time, Williams and Peng 1990); every training frame is seen once an epoch, and padding
counts for nothing. Validation reads every piece whole, and every frame weighs the same (protocol of
Boulanger-Lewandowski, Bengio and Vincent, ICML 2012).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.layers.stack import State
from musicrnn.models.frames import FrameModel, before, frame_losses

Frames = NDArray[np.uint8]  # [T, P]
UNEVEN = 0.1  # lengths are told apart to so much, by chance, so that groups change between epochs
READ_ROWS, READ_LENGTH = 32, 512  # how pieces are read when they are measured


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
        rows: int,
        length: int,
        seed: int,
        metadata: dict[str, Any],
    ) -> None:
        if not train or not valid:
            raise MusicRNNError(
                f"pieces to train and to validate on are needed, got {len(train)} and {len(valid)}"
            )
        if rows < 1 or length < 1:
            raise MusicRNNError(f"rows and length must be 1 or more, got {rows} and {length}")
        self.model, self.train, self.valid = model, train, valid
        self.rows, self.length, self.seed, self.metadata = rows, length, seed, metadata
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
        pieces = [self.train[index] for index in self.groups[self.group]]
        if self.offset == 0:
            self.state = self.model.initial_state(len(pieces))
        inputs, targets, true = _window(pieces, self.offset, self.length)
        logits, state = network(inputs.to(device), self.state)
        losses = frame_losses(logits, targets.to(device)) * true.to(device)
        self.state = tuple(part.detach() for part in state)
        self._go_on(max(map(len, pieces)))
        return losses.sum(), int(true.sum())

    def validate(self, network: Callable[..., Any]) -> dict[str, float]:
        del network  # every process reads the whole validation split, on the plain module
        return {"loss": nats_a_frame(self.model, self.valid)}

    def position(self) -> dict[str, Any]:
        return {"epoch": self.epoch, "group": self.group, "offset": self.offset}

    def seek(self, position: dict[str, Any]) -> None:
        self.epoch, self.group = int(position["epoch"]), int(position["group"])
        self.offset = int(position["offset"])
        self.groups = self._grouped()

    def carried(self) -> dict[str, Tensor]:
        return {str(index): part for index, part in enumerate(self.state)}

    def carry(self, tensors: dict[str, Tensor]) -> None:
        device = next(self.model.parameters()).device
        self.state = tuple(tensors[str(i)].to(device) for i in range(len(tensors)))

    def checkpoint(self, figures: dict[str, float]) -> Checkpoint:
        found = {"validation_nats_per_frame": figures["loss"]} if figures else {}
        metadata = {
            "task": "frames",
            "model": self.model.configuration(),
            **self.metadata,
            "metrics": {**self.metadata.get("metrics", {}), **found},
        }
        return Checkpoint(self.model.arrays(), metadata)

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


def nats_a_frame(model: FrameModel, pieces: Sequence[Frames]) -> float:
    """Nats a frame over all frames of the pieces, each read whole from a state of zeros."""
    losses = piece_losses(model, pieces)
    return float(sum(piece.sum() for piece in losses)) / sum(map(len, losses))


def piece_losses(model: FrameModel, pieces: Sequence[Frames]) -> list[NDArray[np.float64]]:
    """For each piece the loss of every frame, [T] nats; the model in evaluation mode.

    Raises:
        MusicRNNError: there is no frame at all.
    """
    if not any(map(len, pieces)):
        raise MusicRNNError(f"there is no frame to measure in {len(pieces)} pieces")
    device = next(model.parameters()).device
    order = sorted(range(len(pieces)), key=lambda index: -len(pieces[index]))
    losses: list[list[NDArray[np.float64]]] = [[] for _ in pieces]
    training = model.training
    model.eval()
    with torch.no_grad():
        for first in range(0, len(order), READ_ROWS):
            group = order[first : first + READ_ROWS]
            state = model.initial_state(len(group))
            for offset in range(0, len(pieces[group[0]]), READ_LENGTH):
                group = [index for index in group if len(pieces[index]) > offset]
                state = tuple(part[:, : len(group)].contiguous() for part in state)
                members = [pieces[index] for index in group]
                inputs, targets, true = _window(members, offset, READ_LENGTH)
                logits, state = model(inputs.to(device), state)
                found = frame_losses(logits, targets.to(device)).double().cpu()
                for row, index in enumerate(group):
                    losses[index].append(found[row, true[row] > 0].numpy())
    model.train(training)
    return [np.concatenate(parts) if parts else np.zeros(0) for parts in losses]


def _window(pieces: Sequence[Frames], offset: int, length: int) -> tuple[Tensor, Tensor, Tensor]:
    """Inputs and targets [B, T, P] from frame ``offset`` on, and which of them are true [B, T]."""
    cut = [piece[offset : offset + length] for piece in pieces]
    steps = max(map(len, cut))
    targets = np.zeros((len(cut), steps, pieces[0].shape[1]), np.float32)
    true = np.zeros((len(cut), steps), np.float32)
    for row, frames in enumerate(cut):
        targets[row, : len(frames)] = frames
        true[row, : len(frames)] = 1
    wanted = torch.from_numpy(targets)
    inputs = before(wanted)
    if offset:
        for row, piece in enumerate(pieces):
            if len(piece) >= offset:
                inputs[row, 0] = torch.from_numpy(piece[offset - 1].astype(np.float32))
    return inputs, wanted, torch.from_numpy(true)
