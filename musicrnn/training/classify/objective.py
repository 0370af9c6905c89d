"""The objective of learning labels: crops of recordings in, cross-entropy out.

Conventions. A recording is a list of windows, uint8 log-mel frames [T, F] or int32 tokens [N], and
the index of its label. An epoch draws one crop of every training recording; what is drawn depends
on the seed, the epoch and the batch alone. Every branch learns by itself: the loss is the sum of
their cross-entropies with smoothed labels (Szegedy 2016), nats. Validation is by recording: the
probabilities of its windows, averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from musicrnn.metrics.classification import log_loss
from musicrnn.networks.classifier import Classifier, padded
from musicrnn.networks.labelling import among_real, mean_probabilities, window_logits
from musicrnn.training.classify.crops import Crops, for_model
from musicrnn.training.classify.data import RecordingData
from musicrnn.training.classify.recording import Recording, drawn_of_others, parted
from musicrnn.training.classify.settings import ClassifierSettings
from musicrnn.training.objective import Objective, stored_count


class ClassificationObjective(Objective):
    """See the module's text."""

    counters = ("epoch", "batch")

    def __init__(
        self,
        network: Classifier,
        data: RecordingData,
        *,
        settings: ClassifierSettings,
        seed: int,
    ) -> None:
        super().__init__(network, settings.batch_size)
        self.train, self.valid = data.every("train"), data.every("valid")
        self.settings, self.seed = settings, seed
        self.crops = Crops(settings, data.encoding)
        self.labels = data.labels
        smoothed = [[float(member.smoothed)] for member in network.members()]
        self.smoothed = torch.tensor(smoothed, device=self.device)  # [M, 1]
        self.epoch = self.batch = 0

    def loss(self, network: Callable[..., Any]) -> tuple[Tensor, int]:
        clips, labels = self._draw()
        inputs, lengths = padded(clips)
        device = self.device
        members: Tensor = network(inputs.to(device), lengths.to(device))  # [M, B, K]
        right = members[:, torch.arange(len(labels)), labels]  # [M, B]
        smoothing = self.settings.smoothing * self.smoothed
        nats = -((1 - smoothing) * right + smoothing * members.mean(2)).sum()
        return nats + len(clips) * self.module.penalty(), len(clips)

    def validate(self) -> dict[str, float]:
        logits = recording_logits(self.module, self.valid)
        labels = [recording.label for recording in self.valid]
        told = np.stack([mean_probabilities(rows) for rows in logits])
        found = {"loss": log_loss(told, labels)}
        among, truth = among_real(told, labels, self.labels)
        found["accuracy"] = float((among.argmax(axis=1) == truth).mean())
        return found

    def seek(self, position: dict[str, Any]) -> None:
        super().seek(position)
        drawn = len(self._order())
        stored_count("batch", self.batch, drawn // min(self.settings.batch_size, drawn))

    def _draw(self) -> tuple[list[NDArray[Any]], list[int]]:
        """The next batch; the last recordings of an epoch that fill none are left to the next."""
        order = self._order()
        size = min(self.settings.batch_size, len(order))
        random = np.random.default_rng([self.seed, self.epoch, self.batch + 1])
        chosen = order[self.batch * size : (self.batch + 1) * size]
        drawn = [self.train[index] for index in chosen]
        clips = [self.crops.draw(recording, random) for recording in drawn]
        self.batch += 1
        if (self.batch + 1) * size > len(order):
            self.epoch, self.batch = self.epoch + 1, 0
        labels = [recording.label for recording in drawn]
        if len(clips) >= self.world:
            clips, labels = clips[self.rank :: self.world], labels[self.rank :: self.world]
        return clips, labels

    def _order(self) -> NDArray[np.int64]:
        """The recordings of this epoch: all that have a label, and some of those without one."""
        random = np.random.default_rng([self.seed, self.epoch])
        labelled, others = parted(self.train, self.labels)
        some = random.permutation(others)[
            : drawn_of_others(len(labelled), len(others), self.settings.none)
        ]
        return random.permutation(np.concatenate([labelled, some]))


def recording_logits(
    model: Classifier, recordings: Sequence[Recording]
) -> list[NDArray[np.float32]]:
    """For every recording the logits of its windows, [windows, K]; the model in evaluation mode."""
    return [
        window_logits(model, [for_model(window) for window in recording.windows])
        for recording in recordings
    ]
