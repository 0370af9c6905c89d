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
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from musicrnn.augmentation.clips import frequency_warp, mix_noise, shift_and_stretch
from musicrnn.augmentation.speech import extent, no_word
from musicrnn.layers.stack import State
from musicrnn.metrics.classification import calibrate
from musicrnn.networks.words import WordsModel, clip_logits
from musicrnn.networks.words_config import FRAMES_A_STEP
from musicrnn.training.objective import Objective, stored_count
from musicrnn.training.words.data import SILENCE, UNKNOWN, WordsData
from musicrnn.training.words.settings import WordsSettings
from musicrnn.waveform import in_full_scale


@dataclass(frozen=True, eq=False)
class _Batch:
    sounds: NDArray[np.float32]  # [B, N]
    targets: NDArray[np.float32]  # [B, K]
    first: NDArray[np.int64]  # the step from which the label counts, [B]
    fresh: NDArray[np.bool_]  # which rows start from silence, [B]


class WordsObjective(Objective):
    """See the module's text; ``labels`` are the words and what training adds to them."""

    counters = ("epoch", "batch")

    def __init__(
        self,
        network: WordsModel,
        data: WordsData,
        *,
        labels: Sequence[str],
        settings: WordsSettings,
        seed: int,
    ) -> None:
        super().__init__(network, settings.batch_size)
        self.recipe, self.labels, self.settings, self.seed = data.encoding, labels, settings, seed
        self.train, valid = data.examples["train"], data.examples["valid"]
        self.backgrounds = data.backgrounds
        self.epoch = self.batch = 0
        rate = self.recipe.rate
        self.ends = np.array([extent(sound, rate)[1] for sound in self.train.sounds], np.float32)
        blocks = range(0, len(valid.sounds), 256)
        heard = [self.recipe.frames(in_full_scale(valid.sounds[at : at + 256])) for at in blocks]
        self.valid_frames, self.valid_labels = np.concatenate(heard), valid.labels

    def loss(self, network: Callable[..., Any]) -> tuple[Tensor, int]:
        random = np.random.default_rng([self.seed, self.epoch, self.batch + 1])
        batch = self._draw(random)
        frames = frequency_warp(
            random, self.recipe.frames(batch.sounds), self.settings.drawing.variation
        )
        rows = slice(self.rank, None, self.world)
        device = self.device
        heard = torch.from_numpy(
            frames[rows, : frames.shape[1] // FRAMES_A_STEP * FRAMES_A_STEP]
        ).to(device)
        targets = torch.from_numpy(batch.targets[rows]).to(device)
        logits, after = network(heard, self._begin(batch.fresh[rows]))
        self.state = tuple(part.detach().float() for part in after)
        steps = torch.arange(logits.shape[1])
        first = torch.from_numpy(batch.first[rows]).clamp(max=logits.shape[1] - 1)
        counts = (steps >= first[:, None]).to(device, torch.float32)  # [B, S]
        nats = -(targets[:, None] * logits.float().log_softmax(2)).sum(2)
        return ((nats * counts).sum(1) / counts.sum(1)).sum(), len(targets)

    def validate(self) -> dict[str, float]:
        logits = torch.from_numpy(clip_logits(self.module, self.valid_frames))
        labels = torch.from_numpy(self.valid_labels)

        def loss(temperature: float) -> float:
            return float(nn.functional.cross_entropy(logits / temperature, labels))

        # smoothed and mixed labels make a network unsure: it is calibrated before it is judged
        return {
            "loss": loss(calibrate(loss)),
            "accuracy": float((logits.argmax(1) == labels).float().mean()),
        }

    def seek(self, position: dict[str, Any]) -> None:
        super().seek(position)
        words, unknown, silent = self._rows()
        stored_count("batch", self.batch, len(self.train.labels) // words)
        mine = len(range(self.rank, words + unknown + silent, self.world))
        self.state = self.module.initial_state(mine)

    def carry(self, tensors: dict[str, Tensor]) -> None:
        self.state = () if not tensors else self.state
        super().carry(tensors)

    def _begin(self, fresh: NDArray[np.bool_]) -> State:
        """The state that a batch starts from: zeros in fresh rows, the last clip's elsewhere."""
        if not self.state or self.state[0].shape[0] != len(fresh):
            return self.module.initial_state(len(fresh))
        kept = torch.from_numpy(~fresh).to(self.device, torch.float32)
        at = self.module.batch_places
        return tuple(
            part.to(self.device)
            * kept.view([-1 if place == at[i] else 1 for place in range(part.ndim)])
            for i, part in enumerate(self.state)
        )

    def _rows(self) -> tuple[int, int, int]:
        """How many rows of a batch are words, spoken and no word, and silent."""
        drawing, rows = self.settings.drawing, self.settings.batch_size
        unknown, silent = round(drawing.unknown * rows), round(drawing.silence * rows)
        return min(rows - unknown - silent, len(self.train.labels)), unknown, silent

    def _draw(self, random: np.random.Generator) -> _Batch:
        """The next batch; the last clips of an epoch that fill none are left to the next."""
        drawing, recipe = self.settings.drawing, self.recipe
        order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.train.labels))
        words, unknown, silent = self._rows()
        chosen = np.sort(order[self.batch * words : (self.batch + 1) * words])
        self.batch += 1
        if (self.batch + 1) * words > len(order):
            self.epoch, self.batch = self.epoch + 1, 0
        spoken = in_full_scale(self.train.sounds[chosen])
        ends, told = self.ends[chosen], self.train.labels[chosen]
        pairs = random.integers(words, size=(unknown, 2))
        wrong = [no_word(random, spoken[a], spoken[b], recipe.rate) for a, b in pairs]
        sounds = np.concatenate(
            [spoken, np.array(wrong, np.float32).reshape(unknown, spoken.shape[1])]
        )
        ends = np.append(ends, [extent(sound, recipe.rate)[1] for sound in wrong])
        sounds, ends = shift_and_stretch(
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
        sounds = mix_noise(
            random, sounds, drawing.variation, backgrounds=self.backgrounds, rate=recipe.rate
        )
        late = np.full(silent, 2 / 3 * recipe.samples)
        first = np.append(ends, late) / (recipe.hop * FRAMES_A_STEP)
        even = np.float32(drawing.smoothing / len(self.labels))
        return _Batch(
            sounds,
            (1 - drawing.smoothing) * targets + even,
            first.astype(np.int64),
            random.uniform(size=len(sounds)) >= drawing.carry,
        )
