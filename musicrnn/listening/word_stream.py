"""Streaming word detection: what ``musicrnn listen`` does, on a microphone or a file.

Conventions. Samples float32 [N] at the recipe's rate, in pieces of any length; events carry the
seconds from the start of the stream. The network is the clip's, stepped with its state carried on,
so that the result does not depend on the block sizes. Needs no torch.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Samples
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted
from musicrnn.events import DetectedWord
from musicrnn.features.causal_logmel import CausalLogMel, FrameStream
from musicrnn.fillers import is_filler
from musicrnn.listening.curve import ChosenThreshold, chosen_threshold
from musicrnn.listening.header import labels_of, number_of
from musicrnn.listening.word_labeller import words_recipe
from musicrnn.networks.detector import Detector, DetectorSettings
from musicrnn.networks.words_array import WordsEngine
from musicrnn.networks.words_config import FRAMES_A_STEP, WordsConfig

SECONDS_AFTER = 0.5  # seconds of silence after a file


class WordStream:
    """One stream; :meth:`push` gives the words that were detected.

    ``chosen`` says what is to be expected of its threshold.
    """

    def __init__(
        self,
        engine: WordsEngine,
        recipe: CausalLogMel,
        labels: tuple[str, ...],
        settings: DetectorSettings,
        chosen: ChosenThreshold,
    ) -> None:
        self.engine, self.recipe, self.labels = engine, recipe, labels
        self.settings, self.chosen = replace(settings, threshold=chosen.threshold), chosen
        self.step_seconds = FRAMES_A_STEP * recipe.frame_seconds
        self.begin()

    @staticmethod
    def from_checkpoint(
        checkpoint: Checkpoint,
        *,
        threshold: float | None = None,
        false_accepts: float | None = None,
    ) -> WordStream:
        """The stream of a model file; see :func:`chosen_threshold` for what it fires at.

        Raises:
            MusicRNNError: it reads both ways, or is damaged; a threshold or false accepts an hour
                out of bounds, both of them, or false accepts that the file does not tell of.
        """
        config = WordsConfig.from_json(checkpoint.entry("model"))
        temperature = number_of(checkpoint.metadata, "temperature", 1.0, 0.01, 100.0)
        engine = WordsEngine(config, checkpoint.arrays, temperature=temperature)
        settings = DetectorSettings.from_json(checkpoint.metadata.get("detector"))
        if threshold is not None:
            settings = replace(settings, threshold=threshold)
        chosen = chosen_threshold(checkpoint.metadata, settings.threshold, threshold, false_accepts)
        labels = labels_of(checkpoint.metadata, config.labels)
        return WordStream(engine, words_recipe(checkpoint, config), labels, settings, chosen)

    def __repr__(self) -> str:
        words = counted(len(self.words), "word")
        return f"<WordStream at {self.recipe.rate} Hz, listens for {words}>"

    @property
    def words(self) -> tuple[str, ...]:
        """The labels that may fire."""
        return tuple(label for label in self.labels if not is_filler(label))

    def begin(self) -> None:
        """Start again from silence."""
        self.engine.begin(1)
        self.frames = FrameStream(self.recipe)
        self.waiting = np.zeros((0, self.recipe.n_mels), np.float32)
        self.detector = Detector(self.settings, self.labels, self.step_seconds)

    def push(self, samples: Samples) -> list[DetectedWord]:
        """The words that these samples [N] complete.

        Raises:
            MusicRNNError: they are not float32 [N] or not finite; the stream is as it was.
        """
        found = np.asarray(samples)
        if found.dtype != np.float32 or found.ndim != 1:
            raise MusicRNNError(
                "a block must be float32 samples [N], full scale +-1, got "
                f"{found.dtype} {list(found.shape)}"
            )
        if not np.isfinite(found).all():
            raise MusicRNNError("a block must be of finite samples, got some that are not")
        return self.detector.push(self.probabilities(samples))

    def probabilities(self, samples: Samples) -> NDArray[np.float32]:
        """The labels' probabilities at the steps that these samples complete, [S, K]."""
        frames = np.concatenate([self.waiting, self.frames.push(samples)])
        whole = len(frames) // FRAMES_A_STEP * FRAMES_A_STEP
        self.waiting = frames[whole:]
        if not whole:
            return np.zeros((0, len(self.labels)), np.float32)
        return self.engine.push(frames[None, :whole])[0]


def silence_after(rate: int) -> Samples:
    """What follows a file, in which its last word may fire."""
    return np.zeros(round(SECONDS_AFTER * rate), np.float32)
