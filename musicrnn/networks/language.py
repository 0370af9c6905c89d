"""The language model: an embedding, a stack of recurrent layers, and logits for the next id.

Conventions. ids [B, T] -> logits [B, T, V]; logits at step t are for the id at t + 1. The state
goes in and comes out, so a sequence may be read in pieces. Sources: Mikolov 2010; tied output
weights (Press and Wolf 2017) need embedding == hidden.

A model that hears a context (musicrnn.context) reads [B, T, 1 + F], the id and its F fields; of ids
alone all fields are 0, not known. Each field's value has an embedding, which is added to the id's.
A field that holds an id, such as what followed the longest match, also raises or lowers the logits
of the ids that it points at (musicrnn.context.pointing) by numbers that the output makes for them
(copy scores: Gu et al. 2016, "Incorporating Copying Mechanism in Sequence-to-Sequence Learning").
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from musicrnn.arrays import Ids
from musicrnn.context.fields import FIELDS, Outlook
from musicrnn.context.past import NO_OUTLOOK, facts, looked_up
from musicrnn.context.pointing import (
    INTERVALS,
    first_line,
    first_pointer,
    near_of,
    score_count,
    tone_columns,
)
from musicrnn.context.readings import TIMED_COLUMNS, Readings, no_readings
from musicrnn.layers.dropout import dropout_layer
from musicrnn.layers.stack import Stack, State
from musicrnn.networks.harmony import Harmony
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.networks.network import Network
from musicrnn.networks.recurrent import recurrent


class LanguageModel(Network):
    """A SequenceModel: (inputs [B, T] or [B, T, 1 + F], state) -> (logits [B, T, V], state)."""

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
        self.fields = tuple(config.fields)
        self.first_pointer, self.first_line = first_pointer(self.fields), first_line(self.fields)
        self._harmony: tuple[Tensor, Harmony] | None = None  # of these readings
        if self.fields:
            self._hear(config)

    def _hear(self, config: LanguageConfig) -> None:
        sizes = list(config.fields.values())
        self.offsets = np.cumsum([0, *sizes[:-1]]).tolist()
        self.context = nn.Embedding(sum(sizes), config.embedding)
        nn.init.normal_(self.context.weight, std=0.3 * config.embedding**-0.5)
        copied = score_count(self.fields)
        self.copies = nn.ParameterDict({
            "weight": torch.zeros(copied, config.hidden),
            "bias": torch.zeros(copied),
        })  # fmt: skip
        readings = torch.from_numpy(no_readings(config.vocabulary))
        self.readings: Tensor
        self.register_buffer("readings", readings)

    def fit(self, arrays: dict[str, NDArray[Any]]) -> None:
        """A table of readings may be timed or not."""
        vocabulary = self.config.vocabulary
        if self.fields and np.shape(arrays.get("readings", ())) == (vocabulary, TIMED_COLUMNS):
            self.readings = torch.zeros(vocabulary, TIMED_COLUMNS, dtype=torch.int32)

    def set_readings(self, readings: Readings) -> None:
        """What each id says of place and time, of the vocabulary that the model is made for."""
        self.readings = torch.from_numpy(readings).to(self.readings.device)

    def inputs(self, ids: Ids, outlook: Outlook = NO_OUTLOOK) -> NDArray[np.int32]:
        """What the model reads of a piece's ids [T]: those, or with their context [T, 1 + F]."""
        if not self.fields:
            return ids
        readings = self.readings.cpu().numpy()
        return self.with_context(ids, looked_up(facts(ids, readings, outlook), ids, readings))

    def with_context(self, ids: Ids, context: NDArray[np.int32]) -> NDArray[np.int32]:
        """[T, 1 + F] of ids [T] and a context of all fields."""
        heard = context[:, [FIELDS.index(name) for name in self.fields]]
        return np.concatenate([ids[:, None].astype(np.int32), heard], axis=1)

    def initial_state(self, batch: int) -> State:
        """The state before the first id: zeros."""
        return self.stack.initial_state(batch)

    def forward(self, inputs: Tensor, state: State) -> tuple[Tensor, State]:
        if not self.fields:
            y, state = self.stack(self.input_dropout(self.embedding(inputs)), state)  # [B, T, H]
            return self.output(y), state
        ids, context = self._split(inputs)
        x = self.embedding(ids) + self._heard(context)  # [B, T, E]
        y, state = self.stack(self.input_dropout(x), state)  # [B, T, H]
        scores = nn.functional.linear(y, self.copies["weight"], self.copies["bias"])
        pointing = self.near(), self.harmony()
        return self.raised(self.output(y), scores, ids, context, pointing), state

    def raised(
        self,
        logits: Tensor,
        scores: Tensor,
        ids: Tensor,
        context: Tensor,
        pointing: tuple[Tensor, Harmony | None],
    ) -> Tensor:
        """logits [..., V] with the scores [..., S] of what a context [..., F] points at behind ids
        [...]; ``pointing`` are :meth:`near` and :meth:`harmony`."""
        near, harmony = pointing
        targets = self.targets(context, near)
        scores = scores.to(logits.dtype)
        pointed = scores[..., : targets.shape[-1]] * (targets > 0)
        if harmony is not None:
            logits = logits + harmony.worth(scores[..., targets.shape[-1] :], ids, context)
        return logits.scatter_add(-1, (targets - 1).clamp(min=0), pointed)

    def harmony(self) -> Harmony | None:
        """What tones say of the next id, where the model hears them."""
        if not tone_columns(self.fields):
            return None
        readings = self.readings
        if self._harmony is None or self._harmony[0] is not readings:
            self._harmony = readings, Harmony(self.fields, readings.cpu().numpy(), readings.device)
        return self._harmony[1]

    def near(self) -> Tensor:
        """[V, NEAR], see musicrnn.context.pointing."""
        ids = torch.arange(self.config.vocabulary, device=self.readings.device)
        steps = torch.arange(-INTERVALS, INTERVALS + 1, device=self.readings.device)
        return near_of(self.readings, ids, steps)

    def targets(self, context: Tensor, near: Tensor) -> Tensor:
        """[..., targets] of a context [..., F]: the ids that it points at, plus 1; 0 for none."""
        pointers = context[..., self.first_pointer :]
        single, lines = pointers[..., : self.first_line], pointers[..., self.first_line :]
        around = near[(lines - 1).clamp(min=0)] * (lines > 0)[..., None]
        return torch.cat([single, around.flatten(-2)], dim=-1)

    def _split(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """ids [B, T] and the context [B, T, F]."""
        if inputs.dim() == 2:
            return inputs, inputs.new_zeros(*inputs.shape, len(self.fields))
        return inputs[..., 0], inputs[..., 1:]

    def _heard(self, context: Tensor) -> Tensor:
        """The sum of the fields' embeddings, [B, T, E]."""
        rows = (context + context.new_tensor(self.offsets)).flatten(0, 1)  # [B T, F]
        found = nn.functional.embedding_bag(rows, self.context.weight, mode="sum")
        return found.view(*context.shape[:2], -1)


def token_losses(logits: Tensor, targets: Tensor) -> Tensor:
    """Negative log-likelihood in nats of each target, [B, T]; targets below 0 count 0."""
    return torch.nn.functional.cross_entropy(
        logits.flatten(0, 1).float(), targets.flatten(), ignore_index=-1, reduction="none"
    ).view(targets.shape)
