"""From a file to its label: the one call behind ``musicrnn classify``.

Conventions. Probabilities are calibrated with the checkpoint's temperature and averaged over the
windows of a song. ``likely`` is False when the best label stays below the checkpoint's threshold,
under which 5 % of the validation recordings fell. Times are seconds from the start of the song, for
a score tokens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicrnn.checkpoint import Checkpoint
from musicrnn.device import torch_device
from musicrnn.errors import MusicRNNError
from musicrnn.features.logmel import LogMel, dequantize, logmel_from
from musicrnn.io.midi import read_midi
from musicrnn.listening.answer import Answer, Moment
from musicrnn.listening.header import labels_of, number_of
from musicrnn.listening.windows import Window, score_windows, sound_windows
from musicrnn.models.classifier import Classifier
from musicrnn.models.labelling import probabilities, window_logits
from musicrnn.tokens import Tokenizer, tokenizer_from

BATCH_WINDOWS = 8  # windows classified at a time, whatever the song's length


@dataclass(frozen=True, eq=False)
class Labeller:
    """A classifier with its front end: from a file or a score to a label."""

    model: Classifier
    labels: tuple[str, ...]
    temperature: float
    threshold: float
    recipe: LogMel | None
    tokenizer: Tokenizer | None

    @staticmethod
    def from_checkpoint(
        checkpoint: Checkpoint, model: Classifier, device: str = "auto"
    ) -> Labeller:
        """The labeller of a model file and its network.

        Raises:
            MusicRNNError: a damaged header, or no such device.
        """
        metadata = checkpoint.metadata
        labels = labels_of(metadata, model.config.labels)
        reads = model.config.reads_tokens
        tokenizer = tokenizer_from(checkpoint.entry("tokenizer")) if reads else None
        recipe = None if reads else logmel_from(metadata.get("features"))
        size = len(tokenizer.vocabulary) if tokenizer else recipe.n_mels if recipe else 0
        if size != model.config.size:
            raise MusicRNNError(
                f"the model takes {model.config.size} bands or tokens, its header makes {size}"
            )
        return Labeller(
            model.to(torch_device(device)),
            labels,
            number_of(metadata, "temperature", 1.0, 0.01, 100.0),
            number_of(metadata, "threshold", 0.0, 0.0, 1.0),
            recipe,
            tokenizer,
        )

    def classify_file(self, path: str | Path) -> Answer:
        """The label of a song, or of a MIDI file when the model was trained on those.

        Raises:
            MusicRNNError: unreadable, shorter than a second, silent, noise, or the wrong kind.
        """
        path = Path(path)
        moments: list[Moment] = []
        kept: list[NDArray[np.float64]] = []
        weights: list[float] = []
        waiting: list[Window] = []

        def hear() -> None:
            for window, row in zip(waiting, self._rows(waiting), strict=True):
                best = int(row.argmax())
                end = window.start + window.seconds
                moments.append(Moment(window.start, end, self.labels[best], float(row[best])))
                kept.append(row)
                weights.append(window.seconds)
            waiting.clear()

        for window in self._windows(path):
            if window.refused is not None:
                end = window.start + window.seconds
                moments.append(Moment(window.start, end, None, 0.0, window.refused))
                continue
            waiting.append(window)
            if len(waiting) == BATCH_WINDOWS:
                hear()
        if waiting:
            hear()
        if not kept:
            reason = moments[0].reason if moments else "it holds nothing"
            raise MusicRNNError(f"{path} cannot be classified: {reason}")
        mean = np.average(np.stack(kept), axis=0, weights=weights)
        order: list[int] = np.argsort(-mean, kind="stable").tolist()
        return Answer(
            label=self.labels[order[0]],
            probability=float(mean[order[0]]),
            probabilities={self.labels[index]: float(mean[index]) for index in order},
            likely=bool(mean[order[0]] >= self.threshold),
            timeline=tuple(sorted(moments, key=lambda moment: moment.start)),
            unit="seconds" if self.tokenizer is None else "tokens",
        )

    def _windows(self, path: Path) -> Iterator[Window]:
        if self.tokenizer is not None:
            score = read_midi(path)
            if score.note_count == 0:
                raise MusicRNNError(f"{path} cannot be classified: it has no note")
            return score_windows(self.tokenizer.encode(score))
        if self.recipe is None:
            raise MusicRNNError("the model has neither a log-mel recipe nor a tokenizer")
        return sound_windows(path, self.recipe, hop_seconds=self.recipe.window_seconds / 2)

    def _rows(self, windows: list[Window]) -> NDArray[np.float64]:
        heard = [dequantize(w.values) if w.values.dtype == np.uint8 else w.values for w in windows]
        return probabilities(window_logits(self.model, heard), self.temperature)
