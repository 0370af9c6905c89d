"""The language model: an embedding, a stack of recurrent layers, and logits for the next id.

Conventions. ids [B, T] -> logits [B, T, V]; logits at step t are for the id at t + 1. The state
goes in and comes out, so a sequence may be read in pieces. Sources: Mikolov 2010; tied output
weights (Press and Wolf 2017) need embedding == hidden.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from musicrnn.layers.dropout import dropout_layer
from musicrnn.layers.stack import Stack, State
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.networks.network import Network
from musicrnn.networks.recurrent import recurrent


class LanguageModel(Network):
    """A SequenceModel: (ids [B, T], state) -> (logits [B, T, V], state)."""

    Config: ClassVar[type[LanguageConfig]] = LanguageConfig
    config: LanguageConfig

    def __init__(self, config: LanguageConfig) -> None:
        super().__init__(config)
        self.embedding = nn.Embedding(config.vocabulary, config.embedding)
        self.input_dropout = dropout_layer(config.dropout, variational=config.layer.variational)
        self.stack = recurrent(Stack, config, config.embedding)
        self.output = nn.Linear(config.hidden, config.vocabulary)
        nn.init.normal_(self.embedding.weight, std=config.embedding**-0.5)
        nn.init.zeros_(self.output.bias)
        if config.tied:
            self.output.weight = self.embedding.weight

    def initial_state(self, batch: int) -> State:
        """The state before the first id: zeros."""
        return self.stack.initial_state(batch)

    def forward(self, ids: Tensor, state: State) -> tuple[Tensor, State]:
        x = self.input_dropout(self.embedding(ids))  # [B, T, E]
        y, state = self.stack(x, state)  # [B, T, H]
        return self.output(y), state


def token_losses(logits: Tensor, targets: Tensor) -> Tensor:
    """Negative log-likelihood in nats of each target, [B, T]; targets below 0 count 0."""
    return torch.nn.functional.cross_entropy(
        logits.flatten(0, 1).float(), targets.flatten(), ignore_index=-1, reduction="none"
    ).view(targets.shape)
