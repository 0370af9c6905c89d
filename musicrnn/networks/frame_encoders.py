"""Encoders of the past frames: one recurrent network for the whole frame, or one shared over
pitches.

Conventions. features [B, T, F] are those of :mod:`musicrnn.networks.frame_context`. An encoder
gives outputs and the state after the last step; a state is a tuple of [L, B, n]. The global encoder's
outputs are [B, T, H], one for the frame; the shared encoder's [B, T, P, H], one for each pitch, of
the same weights: it reads the frame before as intervals from its own pitch (Johnson 2017,
"Generating Polyphonic Music Using Tied Parallel Networks"), so what it learns in one key holds in
all.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from musicrnn.layers.dropout import dropout_layer
from musicrnn.layers.relative import RelativeLinear
from musicrnn.layers.stack import Stack, State
from musicrnn.networks.frame_config import CLOCK_PERIODS, MATCH_LENGTHS, FrameConfig
from musicrnn.networks.recurrent import recurrent

REACH_SEMITONES = 24  # semitones of which every interval has weights of its own


class GlobalEncoder(nn.Module):
    """features [B, T, F] -> outputs [B, T, H]."""

    def __init__(self, config: FrameConfig) -> None:
        super().__init__()
        self.config = config
        self.shown = config.pitches * config.channels
        self.stack = recurrent(Stack, config, self.shown + config.scalars)

    @property
    def state_names(self) -> tuple[str, ...]:
        return self.stack.state_names

    def initial_state(self, batch: int) -> State:
        return self.stack.initial_state(batch)

    def forward(self, features: Tensor, state: State) -> tuple[Tensor, State]:
        scalars = scalar_features(features, self.config)
        return self.stack(torch.cat([features[..., : self.shown], scalars], dim=-1), state)


class SharedEncoder(nn.Module):
    """features [B, T, F] -> outputs [B, T, P, H]."""

    def __init__(self, config: FrameConfig) -> None:
        super().__init__()
        self.config = config
        self.relative = RelativeLinear(
            config.pitches, config.channels, config.inner, reach=REACH_SEMITONES
        )
        self.pitch = nn.Parameter(torch.zeros(config.pitches, config.inner))
        self.facts = None
        if config.scalars:
            self.facts = nn.Linear(config.scalars, config.inner, bias=False)
        self.dropout = dropout_layer(config.dropout, variational=config.layer.variational)
        self.stack = recurrent(Stack, config, config.inner)
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

    def forward(self, features: Tensor, state: State) -> tuple[Tensor, State]:
        batch, steps, _ = features.shape
        pitches, count = self.config.pitches, len(self.stack.state_names)
        x = self.relative(context_frames(features, self.config))  # [B*T, P, E]
        x = x.view(batch, steps, pitches, -1) + self.pitch
        if self.facts is not None:
            x = x + self.facts(scalar_features(features, self.config))[:, :, None]
        after: State = ()
        if self.context is not None:
            y, after = self.context(features[..., :pitches], state[count:])
            x = x + self.from_context(y)[:, :, None]
        rows = self.dropout(x.relu().transpose(1, 2).flatten(0, 1))  # [B*P, T, E]
        own = tuple(part.view(len(part), batch * pitches, -1) for part in state[:count])
        y, own = self.stack(rows, own)
        y = y.view(batch, pitches, steps, -1).transpose(1, 2)
        return y, (*(part.view(len(part), batch, -1) for part in own), *after)


def context_frames(features: Tensor, config: FrameConfig) -> Tensor:
    """The frame before and, with the longest-match context, the frame that followed the match:
    [B*T, C, P]."""
    shown = features[..., : config.channels * config.pitches]
    return shown.reshape(-1, config.channels, config.pitches)


def scalar_features(features: Tensor, config: FrameConfig) -> Tensor:
    """Clock and match length as numbers in 0..1, [B, T, config.scalars]."""
    parts = [features[..., :0]]
    if config.copy:
        length = features[..., 2 * config.pitches].float()[..., None]
        parts += [length >= least for least in MATCH_LENGTHS]
        parts.append(torch.log1p(length) / 8)
    if config.clock:
        step = features[..., -1].long()
        parts += [one_hot(step % metre, metre) for metre in CLOCK_PERIODS]
    return torch.cat([part.to(features.dtype) for part in parts], dim=-1)
