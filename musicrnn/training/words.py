"""The objective of learning words: clips drawn, varied, heard and labelled step by step.

Conventions. Clips int16 [n, N] at the recipe's rate, one word each. An epoch draws every training
clip once; what is drawn depends on the seed, the epoch and the batch alone. A row of a batch is a
word, something spoken that is no word, or a background; a label counts from the step where the
word has ended, that of silence in the last third. A network that reads forwards goes on, in a
share of the rows, from where the row's last clip left it: that is how it learns that words are
followed by words, as on a stream (its clips come without a start). The loss is the cross-entropy,
nats, with smoothed labels (Szegedy 2016) and mixed clips (Zhang et al. 2018).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from musicrnn.augmentation.clips import Variation, moved, surrounded, warped
from musicrnn.augmentation.speech import extent, no_word
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.metrics.classification import calibrate
from musicrnn.models.words import State, WordsModel, clip_logits
from musicrnn.models.words_config import STEP
from musicrnn.training.objective import carried_on, counted
from musicrnn.waveform import in_full_scale

UNKNOWN, SILENCE = "_unknown_", "_silence_"


@dataclass(frozen=True, eq=False)
class Clips:
    """Words: int16 [n, N], mapped from disk or in memory, and the index of each label [n]."""

    sounds: NDArray[np.int16]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class Drawing:
    """What a batch is made of."""

    batch: int = 128
    unknown: float = 0.1  # share of rows that are spoken and no word
    silence: float = 0.1  # share of rows without speech
    carry: float = 0.5  # share of rows that go on from the row's last clip
    mixed: float = 0.0  # share of rows that are two words at once
    smoothing: float = 0.1
    variation: Variation = field(default_factory=Variation)

    def __post_init__(self) -> None:
        if not 2 <= self.batch <= 4096:
            raise MusicRNNError(f"batch must be in 2..4096, got {self.batch}")
        for name in ("unknown", "silence", "carry", "mixed", "smoothing"):
            if not 0 <= getattr(self, name) < 1:
                raise MusicRNNError(f"{name} must be in [0, 1), got {getattr(self, name)}")
        if self.unknown + self.silence > 0.9:
            raise MusicRNNError(
                "unknown and silence must leave a tenth of the rows to words, got "
                f"{self.unknown} and {self.silence}"
            )


@dataclass(frozen=True, eq=False)
class _Batch:
    sounds: NDArray[np.float32]  # [B, N]
    targets: NDArray[np.float32]  # [B, K]
    first: NDArray[np.int64]  # the step from which the label counts, [B]
    fresh: NDArray[np.bool_]  # which rows start from silence, [B]


class WordsObjective:
    """Implements Objective; see the module's text."""

    unit = "clips"

    def __init__(
        self,
        model: WordsModel,
        recipe: CausalLogMel,
        *,
        train: Clips,
        labels: Sequence[str],
        backgrounds: Sequence[NDArray[np.float32]],
        drawing: Drawing,
        seed: int,
    ) -> None:
        self.model, self.recipe, self.train = model, recipe, train
        self.labels, self.backgrounds, self.drawing = tuple(labels), backgrounds, drawing
        self.seed = seed
        self.valid_frames = np.zeros((0, 0, 0), np.float32)
        self.valid_labels = np.zeros(0, np.int64)
        self.metadata: dict[str, Any] = {}
        self.epoch = self.batch = 0
        self.rank, self.world = 0, 1
        self.state: State = ()
        self.ends = np.array([extent(sound, recipe.rate)[1] for sound in train.sounds], np.float32)

    def validate_on(self, valid: Clips) -> None:
        """The clips to validate on, heard once: [n, T, F] in memory."""
        blocks = range(0, len(valid.sounds), 256)
        heard = [self.recipe.frames(in_full_scale(valid.sounds[at : at + 256])) for at in blocks]
        self.valid_frames, self.valid_labels = np.concatenate(heard), valid.labels

    @property
    def module(self) -> nn.Module:
        return self.model

    def share(self, rank: int, world: int) -> None:
        self.rank, self.world = rank, world

    def loss(self, network: Callable[..., Any]) -> tuple[Tensor, int]:
        random = np.random.default_rng([self.seed, self.epoch, self.batch + 1])
        batch = self._draw(random)
        frames = warped(random, self.recipe.frames(batch.sounds), self.drawing.variation)
        rows = slice(self.rank, None, self.world)
        device = next(self.model.parameters()).device
        heard = torch.from_numpy(frames[rows, : frames.shape[1] // STEP * STEP]).to(device)
        targets = torch.from_numpy(batch.targets[rows]).to(device)
        logits, after = network(heard, self._begin(batch.fresh[rows], device))
        self.state = tuple(part.detach().float() for part in after)
        steps = torch.arange(logits.shape[1])
        first = torch.from_numpy(batch.first[rows]).clamp(max=logits.shape[1] - 1)
        counts = (steps >= first[:, None]).to(device, torch.float32)  # [B, S]
        nats = -(targets[:, None] * logits.float().log_softmax(2)).sum(2)
        return ((nats * counts).sum(1) / counts.sum(1)).sum(), len(targets)

    def validate(self, network: Callable[..., Any]) -> dict[str, float]:
        del network  # every process validates everything, on the plain module
        logits = torch.from_numpy(clip_logits(self.model, self.valid_frames))
        labels = torch.from_numpy(self.valid_labels)

        def loss(temperature: float) -> float:
            return float(nn.functional.cross_entropy(logits / temperature, labels))

        # smoothed and mixed labels make a network unsure: it is calibrated before it is judged
        return {
            "loss": loss(calibrate(loss)),
            "accuracy": float((logits.argmax(1) == labels).float().mean()),
        }

    def position(self) -> dict[str, Any]:
        return {"epoch": self.epoch, "batch": self.batch}

    def seek(self, position: dict[str, Any]) -> None:
        self.epoch = counted("epoch", position["epoch"])
        self.batch = counted("batch", position["batch"], len(self.train.labels) // self._rows()[0])

    def carried(self) -> dict[str, Tensor]:
        return {f"state.{index:02}": part for index, part in enumerate(self.state)}

    def carry(self, tensors: dict[str, Tensor]) -> None:
        found = [tensors[name] for name in sorted(tensors)]
        rows = range(sum(self._rows()))[self.rank :: self.world]
        self.state = carried_on(found, self.model.initial_state(len(rows))) if found else ()

    def checkpoint(self, figures: dict[str, float]) -> Checkpoint:
        metadata = {**self.metadata, "model": self.model.configuration()}
        metadata["metrics"] = {f"valid_{name}": value for name, value in figures.items()}
        return Checkpoint(self.model.arrays(), metadata)

    def _begin(self, fresh: NDArray[np.bool_], device: torch.device) -> State:
        """The state that a batch starts from: zeros in fresh rows, the last clip's elsewhere."""
        start = self.model.initial_state(len(fresh))
        kept = torch.from_numpy(~fresh).to(device, torch.float32)
        if not self.state or self.state[0].shape[0] != len(fresh):
            return start
        at = self.model.batch_places
        return tuple(
            part.to(device) * kept.view([-1 if place == at[i] else 1 for place in range(part.ndim)])
            for i, part in enumerate(self.state)
        )

    def _rows(self) -> tuple[int, int, int]:
        """How many rows of a batch are words, spoken and no word, and silent."""
        drawing = self.drawing
        unknown = round(drawing.unknown * drawing.batch)
        silent = round(drawing.silence * drawing.batch)
        words = min(drawing.batch - unknown - silent, len(self.train.labels))
        return words, unknown, silent

    def _draw(self, random: np.random.Generator) -> _Batch:
        """The next batch; the last clips of an epoch that fill none are left to the next."""
        drawing, recipe = self.drawing, self.recipe
        order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.train.labels))
        words, unknown, silent = self._rows()
        chosen = order[self.batch * words : (self.batch + 1) * words]
        self.batch += 1
        if (self.batch + 1) * words > len(order):
            self.epoch, self.batch = self.epoch + 1, 0
        spoken = in_full_scale(self.train.sounds[np.sort(chosen)])
        ends, told = self.ends[np.sort(chosen)], self.train.labels[np.sort(chosen)]
        pairs = random.integers(words, size=(unknown, 2))
        wrong = [no_word(random, spoken[a], spoken[b], recipe.rate) for a, b in pairs]
        sounds = np.concatenate(
            [spoken, np.array(wrong, np.float32).reshape(unknown, spoken.shape[1])]
        )
        ends = np.append(ends, [extent(sound, recipe.rate)[1] for sound in wrong])
        sounds, ends = moved(
            random, sounds, ends.astype(np.float32), variation=drawing.variation, rate=recipe.rate
        )
        targets = np.zeros((len(sounds) + silent, len(self.labels)), np.float32)
        targets[np.arange(words), told] = 1
        if unknown:
            targets[words : words + unknown, self.labels.index(UNKNOWN)] = 1
        if silent:
            targets[words + unknown :, self.labels.index(SILENCE)] = 1
        for row in np.flatnonzero(random.uniform(size=words) < drawing.mixed):
            other, share = int(random.integers(words)), np.float32(random.beta(0.4, 0.4))
            sounds[row] = share * sounds[row] + (1 - share) * sounds[other]
            targets[row] = share * targets[row] + (1 - share) * targets[other]
            ends[row] = max(ends[row], ends[other])
        sounds = np.concatenate([sounds, np.zeros((silent, recipe.samples), np.float32)])
        sounds = surrounded(
            random, sounds, drawing.variation, backgrounds=self.backgrounds, rate=recipe.rate
        )
        late = np.full(silent, 2 / 3 * recipe.samples)
        first = np.append(ends, late) / (recipe.hop * STEP)
        even = np.float32(drawing.smoothing / len(self.labels))
        return _Batch(
            sounds,
            (1 - drawing.smoothing) * targets + even,
            first.astype(np.int64),
            random.uniform(size=len(sounds)) >= drawing.carry,
        )
