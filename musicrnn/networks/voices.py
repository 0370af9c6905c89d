"""The voices model: any positions of several voices, predicted from all the others, before and
after.

Conventions. V voices on a grid of T steps, one symbol a position: a pitch struck, 0 to P - 1, then
``P`` = the note goes on (hold), ``P + 1`` = rest, ``P + 2`` = masked, which only goes in. Beside
its symbol a position shows what sounds in it, as far as no mask hides where that began. ``metre``
[B, T, F] says where in the bar a step is. A bidirectional network reads both; its outputs at a step
give the symbols of that step's positions, independently of each other. Training masks any share of
the positions (orderless, Uria, Murray and Larochelle, ICML 2014; Huang et al., ISMIR 2017), so one
network gives every conditional that Gibbs sampling needs (Hadjeres, Pachet and Nielsen, ICML 2017).
Not causal: it is no SequenceModel.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from musicrnn.layers.bidirectional import Bidirectional
from musicrnn.networks.network import Network
from musicrnn.networks.recurrent import recurrent
from musicrnn.networks.voices_config import VoicesConfig


class VoicesModel(Network):
    """(symbols [B, T, V], metre [B, T, F], lengths [B]) -> logits [B, T, V, P + 2]."""

    Config: ClassVar[type[VoicesConfig]] = VoicesConfig
    config: VoicesConfig

    def __init__(self, config: VoicesConfig) -> None:
        super().__init__(config)
        shown = config.pitches + 3
        self.symbols = nn.Embedding(config.voices * shown, config.embedding)
        self.sounding = nn.Embedding(config.voices * shown, config.embedding)
        self.places = nn.Linear(config.places, config.embedding)
        self.dropout = nn.Dropout(config.dropout)
        self.layers = recurrent(Bidirectional, config, config.embedding)
        self.between = nn.Linear(2 * config.hidden + config.embedding, config.embedding)
        self.output = nn.Linear(config.embedding, config.voices * (config.pitches + 2))
        for table in (self.symbols, self.sounding):
            nn.init.normal_(table.weight, std=config.embedding**-0.5)
        nn.init.zeros_(self.output.bias)

    def forward(self, symbols: Tensor, metre: Tensor, lengths: Tensor) -> Tensor:
        config = self.config
        shown = config.pitches + 3
        offsets = torch.arange(config.voices, device=symbols.device) * shown
        heard = sounding(symbols, config.hold)
        x = self.symbols(symbols + offsets).sum(2) + self.sounding(heard + offsets).sum(2)
        x = x + self.places(metre)  # [B, T, E]
        y = self.layers(x, lengths)  # [B, T, 2H]
        y = self.between(self.dropout(torch.cat([y, x], 2))).relu()
        return self.output(y).unflatten(2, (config.voices, config.pitches + 2))


def sounding(symbols: Tensor, hold: int) -> Tensor:
    """What sounds in each position [B, T, V]: the last symbol that is no hold, be it a pitch
    struck, a rest, or a mask, which hides what goes on after it."""
    steps = torch.arange(symbols.shape[1], device=symbols.device)[:, None]
    begun = torch.where(symbols == hold, torch.zeros_like(symbols), steps)
    return symbols.gather(1, begun.cummax(1).values)


def position_losses(logits: Tensor, symbols: Tensor) -> Tensor:
    """Negative log-likelihood of every position in nats, [B, T, V]."""
    wanted = symbols.clamp(0, logits.shape[-1] - 1)
    return -logits.float().log_softmax(-1).gather(-1, wanted[..., None])[..., 0]
