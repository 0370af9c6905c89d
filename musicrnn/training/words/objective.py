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
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from musicrnn.errors import MusicRNNError, counted
from musicrnn.layers.stack import State
from musicrnn.metrics.classification import calibrate
from musicrnn.networks.words import WordsModel, clip_logits
from musicrnn.training.objective import Objective, stored_count
from musicrnn.training.words.batches import Batches
from musicrnn.training.words.data import WordsData
from musicrnn.training.words.loss import WORST, Asked, Weights, losses
from musicrnn.training.words.settings import WordsSettings
from musicrnn.training.words.validation import ValidationStream
from musicrnn.waveform import in_full_scale

NATS = 0.01  # weight of the clips beside the stream, where all of it is missed
MINED = "mined"  # the weights of other sound, among what is carried on


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
        self.batches = Batches(data, settings, labels=labels)
        self.fillers = torch.from_numpy(self.batches.fillers)
        drawing = settings.drawing
        self.weights = Weights(drawing.smoothing, drawing.stretch, drawing.left_out)
        self.epoch = self.batch = 0
        blocks = range(0, len(valid.sounds), 256)
        heard = [self.recipe.frames(in_full_scale(valid.sounds[at : at + 256])) for at in blocks]
        self.valid_frames, self.valid_labels = np.concatenate(heard), valid.labels
        streamed = not network.config.bidirectional and len(set(valid.labels.tolist())) > 1
        self.stream = ValidationStream(data, labels) if streamed else None

    def loss(self, network: Callable[..., Any]) -> tuple[Tensor, int]:
        random = np.random.default_rng([self.seed, self.epoch, self.batch + 1])
        batch, device = self.batches.draw(random, self._chosen()), self.device
        rows = slice(self.rank, None, self.world)
        logits, after = network(
            torch.from_numpy(batch.frames[rows]).to(device), self._begin(batch.fresh[rows])
        )
        self.state = tuple(part.detach().float() for part in after)

        def here(values: NDArray[Any]) -> Tensor:
            return torch.from_numpy(values[rows]).to(device)

        asked = Asked(
            here(batch.targets),
            here(batch.begin),
            here(batch.end),
            here(batch.is_word),
            here(batch.fresh),
            self.fillers.to(device),
        )
        each = losses(logits.float(), asked, self.weights)
        self._mine(batch.places[rows], logits.detach().float())
        return each.sum(), len(each)

    def _mine(self, places: NDArray[np.int64], logits: Tensor) -> None:
        """Remember how much of a word was heard in other sound: the mean of the worst steps."""
        real = np.flatnonzero(places >= 0)
        if len(real):
            told = logits[torch.from_numpy(real)].softmax(2)[:, :, ~self.fillers].sum(2)
            worst = told.topk(min(WORST, told.shape[1]), dim=1).values.mean(1)
            self.batches.places.tell(places[real], worst.cpu().numpy())

    def validate(self) -> dict[str, float]:
        logits = torch.from_numpy(clip_logits(self.module, self.valid_frames))
        labels = torch.from_numpy(self.valid_labels)

        def loss(temperature: float) -> float:
            return float(nn.functional.cross_entropy(logits / temperature, labels))

        # smoothed and mixed labels make a network unsure: it is calibrated before it is judged
        nats = loss(calibrate(loss))
        figures = {"loss": nats, "accuracy": float((logits.argmax(1) == labels).float().mean())}
        if self.stream is not None:
            missed = self.stream.missed(self.module)
            figures |= {"loss": missed + NATS * nats, "nats": nats, "stream_missed": missed}
        return figures

    def seek(self, position: dict[str, Any]) -> None:
        super().seek(position)
        counts = self.batches.counts()
        stored_count("batch", self.batch, len(self.train) // counts[0])
        mine = len(range(self.rank, sum(counts), self.world))
        self.state = self.module.initial_state(mine)

    def carried(self) -> dict[str, Tensor]:
        return {**super().carried(), MINED: torch.from_numpy(self.batches.places.weights)}

    def carry(self, tensors: dict[str, Tensor]) -> None:
        weights = tensors.pop(MINED).numpy()
        kept = self.batches.places
        if weights.shape != kept.weights.shape or not ((weights >= 0) & (weights <= 1)).all():
            raise MusicRNNError(f"the weights of {counted(len(kept), 'place')} must be in 0..1")
        kept.weights = weights.astype(np.float32)
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

    def _chosen(self) -> NDArray[np.int64]:
        """The next clips; the last of an epoch that fill no batch are left to the next."""
        order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.train))
        words = self.batches.counts()[0]
        chosen = np.sort(order[self.batch * words : (self.batch + 1) * words])
        self.batch += 1
        if (self.batch + 1) * words > len(order):
            self.epoch, self.batch = self.epoch + 1, 0
        return chosen
