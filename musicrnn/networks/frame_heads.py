"""Heads that predict a frame from the encoder's outputs: each pitch by itself, or each given those
before.

Conventions. Steps are rows, N = B*T of them. y is the encoder's output, [N, H] of a global one and
[N, P, H] of a shared one; context [N, C, P] the frame before and perhaps the one after the longest
match (:func:`musicrnn.networks.frame_encoders.context_frames`); frames [N, P] of 0 and 1. A head
gives logits [N, P]; that of pitch p depends on the frames' pitches below p alone (of a Bernoulli
head on none), so that the product of the odds is a probability of the whole frame: exact, and it
sums to 1.

Sources: the Bernoulli output and RNN-NADE, Boulanger-Lewandowski, Bengio and Vincent 2012; NADE,
Larochelle and Murray 2011; a network over the pitches of a frame, Johnson 2017 (BALSTM), and its
windows of lower notes (TP-LSTM-NADE); several orders averaged, Uria, Murray and Larochelle 2014.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, pad

from musicrnn.layers.relative import RelativeLinear
from musicrnn.layers.stack import Stack
from musicrnn.networks.frame_config import FrameConfig


class Head(nn.Module, ABC):
    """``bias`` [P] are log-odds to which everything else is added."""

    def __init__(self, config: FrameConfig) -> None:
        super().__init__()
        self.tied = config.body == "tied"
        self.bias = nn.Parameter(torch.zeros(config.pitches))

    @abstractmethod
    def logits(self, y: Tensor, context: Tensor, frames: Tensor) -> Tensor:
        """[N, P]; of pitch p from frames[:, :p]."""

    def losses(self, y: Tensor, context: Tensor, frames: Tensor) -> Tensor:
        """Negative log-likelihood of each frame in nats, [N]."""
        return frame_losses(self.logits(y, context, frames), frames)

    def draw(self, y: Tensor, context: Tensor, uniforms: Tensor, temperature: float) -> Tensor:
        """Frames [N, P], pitch p sounding where uniforms[:, p] in [0, 1) is below its probability.

        As many pitches at once as stay silent: the logits up to the next note are those of the
        frame drawn so far.
        """
        frames = torch.zeros_like(uniforms)
        place = torch.arange(uniforms.shape[1], device=uniforms.device)
        drawn = torch.zeros(len(frames), 1, dtype=torch.long, device=uniforms.device)
        while bool((drawn < uniforms.shape[1]).any()):
            chances = (self.logits(y, context, frames) / temperature).sigmoid()
            sounding = (uniforms < chances) & (place >= drawn)
            first = torch.where(sounding, place, uniforms.shape[1]).amin(1, keepdim=True)
            frames = torch.where(place == first, 1.0, frames)
            drawn = first + 1
        return frames


class BernoulliHead(Head):
    """Pitches independent of each other given the past."""

    def __init__(self, config: FrameConfig) -> None:
        super().__init__(config)
        self.output = nn.Linear(config.hidden, 1 if self.tied else config.pitches, bias=False)

    def logits(self, y: Tensor, context: Tensor, frames: Tensor) -> Tensor:
        logits = self.output(y)
        return (logits.squeeze(-1) if self.tied else logits) + self.bias


class NadeHead(Head):
    """A neural autoregressive distribution whose biases the encoder gives (RNN-NADE)."""

    def __init__(self, config: FrameConfig) -> None:
        super().__init__(config)
        pitches, units = config.pitches, config.head_hidden
        self.output = nn.Linear(config.hidden, pitches, bias=False)
        self.inner = nn.Linear(config.hidden, units)
        self.read = nn.Parameter(torch.empty(pitches, units).uniform_(-0.1, 0.1))
        self.write = nn.Parameter(torch.empty(pitches, units).uniform_(-0.1, 0.1))

    def logits(self, y: Tensor, context: Tensor, frames: Tensor) -> Tensor:
        below = (frames[..., None] * self.read).cumsum(1)  # [N, P, units]
        below = pad(below[:, :-1], (0, 0, 1, 0))
        units = (self.inner(y)[:, None] + below).sigmoid()
        return (units * self.write).sum(-1) + self.output(y) + self.bias


class TiedNadeHead(Head):
    """The same with weights that all pitches share: what sounds below is read as intervals, and
    where it differs from the context frames."""

    def __init__(self, config: FrameConfig) -> None:
        super().__init__(config)
        units = config.head_hidden
        self.below = RelativeLinear(
            config.pitches, 1 + config.channels, units, reach=48, lower=True
        )
        self.inner = nn.Linear(config.hidden, units)
        self.second = nn.Linear(units, units)
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(units, 1, bias=False)

    def logits(self, y: Tensor, context: Tensor, frames: Tensor) -> Tensor:
        sounding = frames[:, None]
        units = self.inner(y) + self.below(torch.cat([sounding, (sounding - context).abs()], 1))
        units = self.second(self.dropout(units.relu())).relu()
        return self.output(units).squeeze(-1) + self.bias


class RecurrentHead(Head):
    """A second recurrent network that goes up through the pitches of the frame."""

    def __init__(self, config: FrameConfig) -> None:
        super().__init__(config)
        units = config.head_hidden
        self.inner = nn.Linear(config.hidden, units)
        self.pitch = nn.Parameter(torch.empty(config.pitches, units).uniform_(-0.1, 0.1))
        self.notes = nn.Linear(1 + 2 * config.channels, units, bias=False)
        self.stack = Stack(config.cell, units, units, layers=1, settings=config.layer)
        self.output = nn.Linear(2 * units, 1, bias=False)

    def logits(self, y: Tensor, context: Tensor, frames: Tensor) -> Tensor:
        inner = self.inner(y)  # [N, units], of a shared encoder [N, P, units]
        inner = (inner if self.tied else inner[:, None]) + self.pitch
        known = torch.cat([frames[:, None], context], 1)[..., :-1]  # of the pitch below
        notes = torch.cat([pad(known, (1, 0)), context], 1).transpose(1, 2)
        x = inner + self.notes(notes)  # [N, P, units]
        climbed, _ = self.stack(x, self.stack.initial_state(len(x)))
        return self.output(torch.cat([climbed, x], -1)).squeeze(-1) + self.bias


class Orders(nn.Module):
    """Heads that take the pitches in different orders; the frame's probability is their mean.

    The first goes up, the second down, further ones by chance. While training each learns by
    itself: the loss is the mean of theirs.
    """

    def __init__(self, config: FrameConfig) -> None:
        super().__init__()
        kinds: dict[tuple[str, str], type[Head]] = {
            ("whole", "nade"): NadeHead,
            ("tied", "nade"): TiedNadeHead,
            ("whole", "recurrent"): RecurrentHead,
            ("tied", "recurrent"): RecurrentHead,
        }
        kind = kinds.get((config.body, config.head), BernoulliHead)
        self.tied = config.body == "tied"
        self.heads = [kind(config) for _ in range(config.orders)]
        for index, head in enumerate(self.heads):
            self.add_module(str(index), head)
        up, chance = np.arange(config.pitches), np.random.default_rng(0)
        drawn = [chance.permutation(config.pitches) for _ in range(config.orders - 2)]
        self.orders = [up, up[::-1].copy(), *drawn][: config.orders]

    def losses(self, y: Tensor, context: Tensor, frames: Tensor) -> Tensor:
        """[N] nats."""
        every = torch.stack(
            [
                head.losses(*self._in_order(index, y, context), self._ordered(index, frames))
                for index, head in enumerate(self.heads)
            ]
        )
        if self.training:
            return every.mean(0)
        return math.log(len(self.heads)) - torch.logsumexp(-every, 0)

    def draw(self, y: Tensor, context: Tensor, uniforms: Tensor, temperature: float) -> Tensor:
        """Frames [N, P] from uniforms [N, P + 1], the first of which chooses the order."""
        chosen = (uniforms[:, 0] * len(self.heads)).long()
        frames = torch.zeros_like(uniforms[:, 1:])
        for index, head in enumerate(self.heads):
            rows = (chosen == index).nonzero()[:, 0]
            if len(rows):
                known = self._in_order(index, y[rows], context[rows])
                drawn = head.draw(*known, uniforms[rows, 1:], temperature)
                frames[rows[:, None], self._order(index, frames)] = drawn
        return frames

    def begin_at(self, odds: Tensor) -> None:
        """Start the biases at log-odds [P]."""
        with torch.no_grad():
            for index, head in enumerate(self.heads):
                head.bias.copy_(self._ordered(index, odds))

    def _in_order(self, index: int, y: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        if self.tied and index:
            y = y[:, self._order(index, y)]
        return y, self._ordered(index, context)

    def _ordered(self, index: int, x: Tensor) -> Tensor:
        """[..., P] in the order of head ``index``; the first goes up, as the pitches lie."""
        return x[..., self._order(index, x)] if index else x

    def _order(self, index: int, like: Tensor) -> Tensor:
        return torch.from_numpy(self.orders[index]).to(like.device)


def frame_losses(logits: Tensor, frames: Tensor) -> Tensor:
    """Negative log-likelihood of each frame in nats, summed over its pitches: [..., P] -> [...]."""
    logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
    losses = binary_cross_entropy_with_logits(logits, frames.to(logits.dtype), reduction="none")
    return losses.sum(dim=-1)
