"""The branches that a classifier puts together: each reads the same frames or ids its own way.

Conventions. ``frames`` [B, T, F] in dB or ``ids`` [B, T], with lengths [B] -> logits [B, K]. What
is beyond a length changes nothing. ``observe`` takes the features' scales from training data.

- SpectralBranch: convolutions over the spectrum, both directions in time, attention (Choi 2017).
- WindowedBranch: the texture of windows of some seconds, both directions in time, attention.
- WholeBranch: the texture of the whole clip, linear. No recurrence: what the order does not tell.
- FamiliarBranch: how far that texture is from all that was learnt from. It knows no label from
  another, but what is like none of them.
- TokenBranch: the tokens of a score, embedded, both directions in time, attention.
- SlicedBranch: very many tokens, such as the samples of a sound, embedded, read in slices at once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

from musicrnn.layers.attention_pool import AttentionPool
from musicrnn.layers.bidirectional import Bidirectional
from musicrnn.layers.distance import Distance
from musicrnn.layers.sliced import Sliced
from musicrnn.layers.spectral import SpecAugment, SpectralStack, bands_left
from musicrnn.layers.standard import Standard
from musicrnn.layers.texture import texture, texture_size
from musicrnn.networks.classifier_config import ClassifierConfig
from musicrnn.networks.recurrent import recurrent

Batch = tuple[Tensor, Tensor]
WINDOW, HOP = 32, 16  # frames of a texture window: 2.5 s in GTZAN's frames
COMPONENTS = 50  # of the texture, in which it is near or far
STEEP = 48.0  # logits a neper of distance, where a weight is 1


class Branch(nn.Module, ABC):
    """One member: (frames or ids, lengths) -> logits [B, K]; ``smoothed`` labels teach it."""

    smoothed: ClassVar[bool] = True

    @abstractmethod
    def forward(self, inputs: Tensor, lengths: Tensor) -> Tensor: ...

    def observe(self, batches: Sequence[Batch]) -> None:
        """Take the scales of the features from training data; nothing where there are none."""

    def penalty(self) -> Tensor | float:
        """What the size of the weights costs beyond weight decay, nats."""
        return 0.0


class _Recurrent(nn.Module):
    """Both directions, attention, logits: what the recurrent branches have in common."""

    def __init__(self, size: int, sizes: ClassifierConfig) -> None:
        super().__init__()
        self.dropout = nn.Dropout(sizes.dropout)
        self.both_ways = recurrent(Bidirectional, sizes, size)
        self.pool = AttentionPool(2 * sizes.hidden)
        self.output = nn.Linear(2 * sizes.hidden, sizes.labels)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        x = self.both_ways(self.dropout(x), lengths)  # [B, T, 2H]
        return self.output(self.dropout(self.pool(x, lengths)))


class SpectralBranch(Branch):
    def __init__(self, sizes: ClassifierConfig) -> None:
        super().__init__()
        self.standard = Standard(sizes.size)
        self.masks = SpecAugment(bands=12, frames=20)
        self.stack = SpectralStack(2, sizes.channels, dropout=sizes.dropout / 3)
        self.recurrent = _Recurrent(4 * sizes.channels * bands_left(sizes.size), sizes)

    def forward(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        inside = torch.arange(inputs.shape[1], device=inputs.device) < lengths[:, None]
        x = self.standard(inputs).masked_fill(~inside.unsqueeze(2), 0.0)
        x = self.masks(x)
        step = nn.functional.pad(x[:, 1:] - x[:, :-1], (0, 0, 1, 0))
        step = step.masked_fill(~inside.unsqueeze(2), 0.0)
        return self.recurrent(*self.stack(torch.stack([x, step], dim=1), lengths))

    def observe(self, batches: Sequence[Batch]) -> None:
        self.standard.observe(torch.cat([_inside(x, lengths) for x, lengths in batches]))


class WindowedBranch(Branch):
    def __init__(self, sizes: ClassifierConfig) -> None:
        super().__init__()
        features = texture_size(sizes.size)
        self.standard = Standard(features)
        self.dropout = nn.Dropout(sizes.dropout)
        self.project = nn.Linear(features, sizes.hidden)
        nn.init.normal_(self.project.weight, std=features**-0.5)
        self.recurrent = _Recurrent(sizes.hidden, sizes)

    def forward(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        x, windows = window_textures(inputs, lengths)
        x = torch.tanh(self.project(self.dropout(self.standard(x))))
        return self.recurrent(x, windows)

    def observe(self, batches: Sequence[Batch]) -> None:
        rows = (_inside(*window_textures(x, lengths)) for x, lengths in batches)
        self.standard.observe(torch.cat(list(rows)))


class WholeBranch(Branch):
    def __init__(self, sizes: ClassifierConfig) -> None:
        super().__init__()
        features = texture_size(sizes.size)
        self.standard = Standard(features)
        self.output = nn.Linear(features, sizes.labels)
        nn.init.zeros_(self.output.weight)

    def forward(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        return self.output(self.standard(texture(inputs, lengths)))

    def observe(self, batches: Sequence[Batch]) -> None:
        self.standard.observe(torch.cat([texture(x, lengths) for x, lengths in batches]))

    def penalty(self) -> Tensor:
        return 0.1 * self.output.weight.square().sum()


class FamiliarBranch(Branch):
    """Its labels are not smoothed: where it is sure, it overrules the others."""

    smoothed: ClassVar[bool] = False

    def __init__(self, sizes: ClassifierConfig) -> None:
        super().__init__()
        features = texture_size(sizes.size)
        self.standard = Standard(features)
        self.distance = Distance(features, COMPONENTS)
        self.output = nn.Linear(1, sizes.labels)
        nn.init.zeros_(self.output.weight)

    def forward(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        far = self.distance(self.standard(texture(inputs, lengths)))
        return self.output(STEEP * far.unsqueeze(1))

    def observe(self, batches: Sequence[Batch]) -> None:
        rows = torch.cat([texture(x, lengths) for x, lengths in batches])
        self.standard.observe(rows)
        self.distance.observe(self.standard(rows))


class TokenBranch(Branch):
    def __init__(self, sizes: ClassifierConfig) -> None:
        super().__init__()
        self.embedding = nn.Embedding(sizes.size, sizes.hidden)
        self.recurrent = _Recurrent(sizes.hidden, sizes)

    def forward(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        return self.recurrent(self.embedding(inputs), lengths)


class SlicedBranch(Branch):
    """Raises MusicRNNError: more slices than a window can have."""

    def __init__(self, sizes: ClassifierConfig) -> None:
        super().__init__()
        self.embedding = nn.Embedding(sizes.size, sizes.hidden)
        self.sliced = Sliced(
            sizes.cell,
            sizes.hidden,
            sizes.hidden,
            slices=sizes.slices,
            depth=sizes.slice_depth,
            settings=sizes.layer,
        )
        self.dropout = nn.Dropout(sizes.dropout)
        self.output = nn.Linear(sizes.hidden, sizes.labels)

    def forward(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        return self.output(self.dropout(self.sliced(self.embedding(inputs), lengths)))


BRANCHES: dict[str, Callable[[ClassifierConfig], Branch]] = {
    "spectral": SpectralBranch,
    "windowed": WindowedBranch,
    "whole": WholeBranch,
    "familiar": FamiliarBranch,
    "reading": TokenBranch,
    "sliced": SlicedBranch,
}


def window_textures(frames: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """[B, T, F] -> textures [B, W, S] of windows of WINDOW frames every HOP, and how many each has.

    A clip shorter than a window is one window; what is left after the last whole window is dropped.
    """
    padded = nn.functional.pad(frames, (0, 0, 0, max(0, WINDOW - frames.shape[1])))
    cut = padded.unfold(1, WINDOW, HOP).transpose(2, 3)  # [B, W, WINDOW, F]
    batch, most = cut.shape[:2]
    starts = torch.arange(most, device=frames.device) * HOP
    inside = (lengths[:, None] - starts).clamp(1, WINDOW)  # [B, W]
    measured = texture(cut.reshape(batch * most, WINDOW, -1), inside.reshape(-1))
    windows = 1 + torch.div((lengths - WINDOW).clamp(min=0), HOP, rounding_mode="floor")
    return measured.view(batch, most, -1), windows


def _inside(x: Tensor, lengths: Tensor) -> Tensor:
    """[B, T, F] -> the rows within the lengths, [N, F]."""
    return x[torch.arange(x.shape[1], device=x.device) < lengths[:, None]]
