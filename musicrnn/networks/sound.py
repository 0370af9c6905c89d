"""A model of sound's tokens: a recurrent network over frames, a small one over a frame's books.

Conventions. Codes int64 [B, T, Q]; those of the frame before, in which K, one more than the last
code, stands for nothing, and the context [B, T, F] of the frame itself (musicrnn.context.sound) ->
logits [B, T, Q, K], those of book q given the frame's books below q. The state is that of the
layers over frames: it goes in and comes out. Where a frame has one book the outer network says it.
A table of what follows each code of the same book is added, so that counting is learnt at once. Of
samples it is linear prediction that is added, and what it hears of the sample goes in: heard [B, T,
HEARD] and logits [B, T, K] (musicrnn.context.linear_prediction).

Sources: two time scales of sound (SampleRNN, Mehri et al. 2017); books of a frame one after the
other by a network of their own (the depth transformer of UniAudio, Yang et al. 2023, and of Moshi,
Défossez et al. 2024), here a recurrent one; what is linear left to a filter (LPCNet, Valin and
Skoglund 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from musicrnn.context.linear_prediction import HEARD
from musicrnn.layers.dropout import dropout_layer
from musicrnn.layers.stack import Stack, State
from musicrnn.networks.network import Network
from musicrnn.networks.recurrent import recurrent
from musicrnn.networks.sound_config import INNER_CELL, SoundConfig


class SoundModel(Network):
    """(before [B, T, Q], context [B, T, F], codes [B, T, Q], state, what is foreseen of samples) ->
    (logits [B, T, Q, K], state, in training logits [B, T, A, K] of the first book at A looks
    ahead)."""

    Config: ClassVar[type[SoundConfig]] = SoundConfig
    config: SoundConfig

    def __init__(self, config: SoundConfig) -> None:
        super().__init__(config)
        books, names = config.books, config.codes + 1
        self.embedding = nn.Embedding(books * names, config.embedding)
        self.context = nn.Embedding(config.values, config.embedding)
        for table in (self.embedding, self.context):
            nn.init.normal_(table.weight, std=0.5 * config.embedding**-0.5)
        self.input_dropout = dropout_layer(config.dropout, variational=config.layer.variational)
        self.stack = recurrent(Stack, config, config.embedding)
        read = config.hidden
        if books > 1:
            read = config.inner
            self.enter = nn.Linear(config.hidden, config.inner)
            self.below = nn.Embedding(books * names, config.inner)
            nn.init.normal_(self.below.weight, std=0.5 * config.inner**-0.5)
            self.inner = Stack(INNER_CELL, config.inner, config.inner, layers=1)
            self.inner_dropout = nn.Dropout(config.dropout)
        if config.linear:
            self.foreseen = nn.Linear(HEARD, config.embedding)
        else:
            self.follows = nn.Embedding(books * names, config.codes)
            nn.init.zeros_(self.follows.weight)
        self.ahead = nn.Linear(config.hidden, config.ahead * read) if config.ahead else None
        self.weight = nn.Parameter(torch.empty(books, config.codes, read))
        self.bias = nn.Parameter(torch.zeros(books, config.codes))
        nn.init.uniform_(self.weight, -(read**-0.5), read**-0.5)

    def initial_state(self, batch: int) -> State:
        """The state before the first frame: zeros."""
        return self.stack.initial_state(batch)

    def forward(
        self,
        before: Tensor,
        context: Tensor,
        codes: Tensor,
        state: State,
        foreseen: tuple[Tensor, Tensor] | None = None,
    ) -> tuple[Tensor, State, Tensor | None]:
        config, ahead = self.config, None
        if self.training and config.unheard:
            hidden = torch.rand(before.shape[:2], device=before.device) < config.unheard
            before = before.masked_fill(hidden[..., None], config.codes)
        offsets = before.new_tensor(np.arange(config.books) * (config.codes + 1))
        heard = self.embedding(before + offsets).sum(2) + self._heard(context)  # [B, T, E]
        if foreseen is not None:
            heard = heard + self.foreseen(foreseen[0])
        y, state = self.stack(self.input_dropout(heard), state)  # [B, T, H]
        if self.training and self.ahead is not None:
            far = self.ahead(y).unflatten(2, (config.ahead, -1)).tanh()  # [B, T, A, read]
            ahead = far @ self.weight[0].T + self.bias[0]  # [B, T, A, K]
        if config.books == 1:
            u = y[:, :, None]
        else:
            rows = y.flatten(0, 1)  # [N, H]
            below = torch.full_like(codes, config.codes)
            below[..., 1:] = codes[..., :-1]
            x = self.below((below + offsets).flatten(0, 1))  # [N, Q, inner]
            inner = (self.enter(rows).tanh()[None],)
            u, _ = self.inner(x, inner)
            u = self.inner_dropout(u).view(*codes.shape, -1)
        logits = torch.einsum("btqi,qki->btqk", u, self.weight) + self.bias
        if foreseen is not None:
            return logits + foreseen[1][:, :, None], state, ahead
        return logits + self.follows(before + offsets), state, ahead

    def _heard(self, context: Tensor) -> Tensor:
        """The sum of the fields' embeddings, [B, T, E]."""
        total = torch.zeros((), device=context.device)
        for column, (start, size) in enumerate(self.config.places):
            if size:
                total = total + self.context(context[..., column].clamp(max=size - 1) + start)
        return total


def frame_losses(logits: Tensor, codes: Tensor) -> Tensor:
    """Nats of each frame [B, T]."""
    lost = nn.functional.cross_entropy(
        logits.flatten(0, 2).float(), codes.flatten(), reduction="none"
    )
    return lost.view(codes.shape).sum(2)


def ahead_losses(ahead: Tensor, codes: Tensor, there: Tensor, looks: Sequence[int]) -> Tensor:
    """The sum of nats [] of the first book at all looks ahead that there are, a mean over looks."""
    total = ahead.new_zeros(())
    for index, look in enumerate(looks):
        if look < codes.shape[1]:
            logits, wanted = ahead[:, :-look, index], codes[:, look:, 0]
            nats = nn.functional.cross_entropy(
                logits.flatten(0, 1).float(), wanted.flatten(), reduction="none"
            )
            total = total + (nats.view(wanted.shape) * there[:, look:]).sum() / len(looks)
    return total
