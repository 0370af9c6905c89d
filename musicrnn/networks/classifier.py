"""The classifier: some branches side by side, whose log-probabilities are averaged.

Conventions. Frames [B, T, F] in dB, or ids [B, T], with lengths [B] -> logits [B, K]. Each branch
learns the labels by itself; what they say together is the mean of their log-probabilities (a
geometric mean, Hinton 2002), over all views of the frames (musicrnn.layers.views). Outputs depend
neither on padding nor on the rest of the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from musicrnn.layers.views import Views
from musicrnn.networks.branches import BRANCHES, Batch, Branch
from musicrnn.networks.classifier_config import ClassifierConfig
from musicrnn.networks.network import Network


class Classifier(Network):
    """(frames or ids, lengths) -> logits [B, K]."""

    Config: ClassVar[type[ClassifierConfig]] = ClassifierConfig
    config: ClassifierConfig

    def __init__(self, config: ClassifierConfig) -> None:
        super().__init__(config)
        self.listeners = nn.ModuleDict(  # as their tensors are called in files
            {name: BRANCHES[name](config) for name in config.names}
        )
        self.views = Views(config.views, config.size) if config.views else None

    def members(self) -> list[Branch]:
        """The branches."""
        return [member for member in self.listeners.values() if isinstance(member, Branch)]

    def forward(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        """Log-probabilities [M, B, K] of every branch; :func:`together` makes one of them."""
        return torch.stack([member(inputs, lengths).log_softmax(1) for member in self.members()])

    def logits(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        """What the branches say together of all views, [B, K]."""
        if self.views is None:
            return together(self(inputs, lengths))
        heard = self.views(inputs, lengths)  # [V, B, T, F]
        members: Tensor = self(heard.flatten(0, 1), lengths.repeat(len(heard)))
        return together(members.unflatten(1, (len(heard), -1)).flatten(0, 1))

    def observe(self, batches: Sequence[Batch]) -> None:
        """Take the scales of all features from training data."""
        for member in self.members():
            member.observe(batches)

    def penalty(self) -> Tensor | float:
        """The sum of the branches' own penalties, nats."""
        return sum((member.penalty() for member in self.members()), 0.0)


def together(members: Tensor) -> Tensor:
    """The mean log-probability over the branches, normalised: [M, B, K] -> [B, K]."""
    return members.mean(0).log_softmax(1)


def padded(clips: Sequence[NDArray[Any]]) -> Batch:
    """Clips [T, F] or ids [T] of several lengths as one batch, zeros at the ends; the lengths."""
    lengths = torch.tensor([len(clip) for clip in clips])
    batch = pad_sequence([torch.tensor(clip) for clip in clips], batch_first=True)
    return batch.long() if clips[0].ndim == 1 else batch.float(), lengths
