"""From a file to its label: the one call behind ``musicrnn classify``.

Conventions. Probabilities are calibrated with the checkpoint's temperature and averaged over the
windows of a song. ``likely`` is False when the best label stays below the checkpoint's threshold,
under which 5 % of the validation recordings fell. Times are seconds from the start of the song, for
a score tokens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicrnn.checkpoint import Checkpoint
from musicrnn.device import torch_device
from musicrnn.errors import MusicRNNError
from musicrnn.features.logmel import LogMel, dequantize, logmel_from
from musicrnn.fillers import is_filler, real
from musicrnn.io.notes import read_piece
from musicrnn.listening.answer import Answer, Moment
from musicrnn.listening.header import labels_of, number_of
from musicrnn.listening.windows import (
    Window,
    score_windows,
    sound_token_windows,
    sound_windows,
)
from musicrnn.metrics.open_set import best_of
from musicrnn.networks.classifier import Classifier
from musicrnn.networks.labelling import probabilities, window_logits
from musicrnn.tokens import Tokenizer, tokenizer_from
from musicrnn.tokens.changed import changed
from musicrnn.tokens.sound import SOUND_TOKENIZERS, SoundTokenizer, sound_tokenizer_from

BATCH_WINDOWS = 8  # windows classified at a time, whatever the song's length


@dataclass(frozen=True, eq=False)
class Labeller:
    """A classifier with its front end: from a file or a score to a label."""

    model: Classifier
    labels: tuple[str, ...]
    temperature: float
    threshold: float
    encoding: LogMel | Tokenizer | SoundTokenizer

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
        if model.config.reads_tokens:
            said = checkpoint.entry("tokenizer")
            of_sound = said.get("name") in SOUND_TOKENIZERS
            encoding = sound_tokenizer_from(said) if of_sound else tokenizer_from(said)
            size = len(encoding.vocabulary)
        else:
            encoding = logmel_from(metadata.get("features"))
            size = encoding.n_mels
        if size != model.config.size:
            raise MusicRNNError(
                f"the model takes {model.config.size} bands or tokens, its header makes {size}"
            )
        return Labeller(
            model.to(torch_device(device)),
            labels,
            number_of(metadata, "temperature", 1.0, 0.01, 100.0),
            number_of(metadata, "threshold", 0.0, 0.0, 1.0),
            encoding,
        )

    def classify_file(self, path: str | Path, *, convert: bool = False) -> Answer:
        """The label of a song, or of a MIDI file when the model was trained on those.

        Raises:
            MusicRNNError: unreadable, shorter than a second, silent, noise, or the wrong kind.
        """
        path = Path(path)
        moments: list[Moment] = []
        said: list[str] = []
        kept: list[NDArray[np.float64]] = []
        weights: list[float] = []

        def with_music() -> Iterator[Window]:
            for window in self._windows(path, convert):
                said.extend(window.said)
                if window.refused is None:
                    yield window
                else:
                    moments.append(Moment(window.start, window.end, None, 0.0, window.refused))

        windows = with_music()
        while batch := list(islice(windows, BATCH_WINDOWS)):
            for window, row in zip(batch, self._rows(batch), strict=True):
                moments.append(self._moment(window, row))
                kept.append(row)
                weights.append(window.seconds)
        if not kept:
            reason = moments[0].reason if moments else "it holds nothing"
            raise MusicRNNError(f"{path} cannot be classified: {reason}")
        mean = np.average(np.stack(kept), axis=0, weights=weights)
        labels = real(self.labels)
        order = sorted(labels, key=lambda index: -mean[index])
        return Answer(
            label=self.labels[order[0]],
            probability=float(mean[order[0]]),
            probabilities={self.labels[index]: float(mean[index]) for index in order},
            likely=bool(best_of(mean, self.labels) >= self.threshold),
            timeline=tuple(sorted(moments, key=lambda moment: moment.start)),
            unit="tokens" if isinstance(self.encoding, Tokenizer) else "seconds",
            said=tuple(said),
            none=None if len(labels) == len(mean) else float(1 - mean[labels].sum()),
        )

    def _moment(self, window: Window, row: NDArray[np.float64]) -> Moment:
        best, start, end = int(row.argmax()), window.start, window.end
        if is_filler(self.labels[best]):
            return Moment(start, end, None, 0.0, f"none of these, {row[best]:.0%}")
        return Moment(start, end, self.labels[best], float(row[best]))

    def _windows(self, path: Path, convert: bool) -> Iterator[Window]:
        recipe = self.encoding
        if isinstance(recipe, LogMel):
            hop = recipe.window_seconds / 2
            return sound_windows(path, recipe, hop_seconds=hop, convert=convert)
        if isinstance(recipe, SoundTokenizer):
            return sound_token_windows(path, recipe, convert=convert)
        score = read_piece(path)
        if score.note_count == 0:
            raise MusicRNNError(f"{path} cannot be classified: it has no note")
        windows = score_windows(recipe.encode(score))
        said = (*score.said, *changed(score, recipe))
        return (replace(window, said=said if window.start == 0 else ()) for window in windows)

    def _rows(self, windows: list[Window]) -> NDArray[np.float64]:
        heard = [dequantize(w.values) if w.values.dtype == np.uint8 else w.values for w in windows]
        return probabilities(window_logits(self.model, heard), self.temperature)
