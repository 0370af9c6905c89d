"""What reads the frames before: one recurrent network for the frame, or one that all pitches share.

Conventions. given [B, T, F] is what :mod:`musicrnn.models.frame_past` tells of each step. A body
gives outputs and the state after the last step; a state is a tuple of [L, B, n]. The whole body's
outputs are [B, T, H], one for the frame; the tied body's [B, T, P, H], one for each pitch, of the
same weights: it hears the frame before as intervals from its own pitch (Johnson 2017, "Generating
Polyphonic Music Using Tied Parallel Networks"), so what it learns in one key holds in all.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from musicrnn.layers.dropout import dropout_layer
from musicrnn.layers.relative import RelativeLinear
from musicrnn.layers.stack import Stack, State
from musicrnn.models.frame_config import MATCHES, METRES, FrameConfig, told

REACH = 24  # semitones of which every interval has weights of its own


class WholeBody(nn.Module):
    """given [B, T, F] -> outputs [B, T, H]."""

    def __init__(self, config: FrameConfig) -> None:
        super().__init__()
        self.config = config
        self.stack = _stack(config, config.cell_inputs)

    @property
    def state_names(self) -> tuple[str, ...]:
        return self.stack.state_names

    def initial_state(self, batch: int) -> State:
        return self.stack.initial_state(batch)

    def forward(self, given: Tensor, state: State) -> tuple[Tensor, State]:
        config = self.config
        notes = given[..., : config.pitches * (2 if config.copy else 1)]
        if told(config.clock, config.copy):
            notes = torch.cat([notes, facts(given, config)], dim=-1)
        return self.stack(notes, state)


class TiedBody(nn.Module):
    """given [B, T, F] -> outputs [B, T, P, H]."""

    def __init__(self, config: FrameConfig) -> None:
        super().__init__()
        self.config = config
        channels = 2 if config.copy else 1
        self.relative = RelativeLinear(config.pitches, channels, config.inner, reach=REACH)
        self.pitch = nn.Parameter(torch.zeros(config.pitches, config.inner))
        self.facts = None
        if told(config.clock, config.copy):
            self.facts = nn.Linear(told(config.clock, config.copy), config.inner, bias=False)
        self.dropout = dropout_layer(config.dropout, variational=config.layer.variational)
        self.stack = _stack(config, config.inner)
        self.context = None
        if config.context:
            self.context = Stack(
                config.cell, config.pitches, config.context, layers=1, dropout=config.dropout
            )
            self.from_context = nn.Linear(config.context, config.inner, bias=False)

    @property
    def state_names(self) -> tuple[str, ...]:
        around = self.context.state_names if self.context is not None else ()
        return (*self.stack.state_names, *(f"context {name}" for name in around))

    def initial_state(self, batch: int) -> State:
        pitches = self.config.pitches
        own = tuple(
            part.view(len(part), batch, -1) for part in self.stack.initial_state(batch * pitches)
        )
        return (*own, *self.context.initial_state(batch)) if self.context is not None else own

    def forward(self, given: Tensor, state: State) -> tuple[Tensor, State]:
        batch, steps, _ = given.shape
        pitches, count = self.config.pitches, len(self.stack.state_names)
        x = self.relative(heard(given, self.config))  # [B*T, P, E]
        x = x.view(batch, steps, pitches, -1) + self.pitch
        if self.facts is not None:
            x = x + self.facts(facts(given, self.config))[:, :, None]
        after: State = ()
        if self.context is not None:
            y, after = self.context(given[..., :pitches], state[count:])
            x = x + self.from_context(y)[:, :, None]
        rows = self.dropout(x.relu().transpose(1, 2).flatten(0, 1))  # [B*P, T, E]
        own = tuple(part.view(len(part), batch * pitches, -1) for part in state[:count])
        y, own = self.stack(rows, own)
        y = y.view(batch, pitches, steps, -1).transpose(1, 2)
        return y, (*(part.view(len(part), batch, -1) for part in own), *after)


def heard(given: Tensor, config: FrameConfig) -> Tensor:
    """The frame before and, where the model copies, the one that is its guess: [B*T, C, P]."""
    channels = 2 if config.copy else 1
    return given[..., : channels * config.pitches].reshape(-1, channels, config.pitches)


def facts(given: Tensor, config: FrameConfig) -> Tensor:
    """Clock and match length as numbers in 0..1, [B, T, told(...)]."""
    parts = [given[..., :0]]
    if config.copy:
        length = given[..., 2 * config.pitches].float()[..., None]
        parts += [length >= least for least in MATCHES]
        parts.append(torch.log1p(length) / 8)
    if config.clock:
        step = given[..., -1].long()
        parts += [one_hot(step % metre, metre) for metre in METRES]
    return torch.cat([part.to(given.dtype) for part in parts], dim=-1)


def _stack(config: FrameConfig, inputs: int) -> Stack:
    return Stack(
        config.cell,
        inputs,
        config.hidden,
        layers=config.layers,
        dropout=config.dropout,
        settings=config.layer,
    )
