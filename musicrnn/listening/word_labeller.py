"""From a recording of one word to its label: what ``musicrnn classify`` does with such a model.

Conventions. Probabilities are calibrated with the checkpoint's temperature. A causal network gives
what it would at the end of the clip on a stream that was silent before, and needs no torch; a
bidirectional one reads the whole clip.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.checkpoint import Checkpoint
from musicrnn.device import check_cpu, torch_device
from musicrnn.errors import MusicRNNError
from musicrnn.features.causal_logmel import CausalLogMel, causal_logmel_from
from musicrnn.listening.answer import Answer, Moment
from musicrnn.listening.header import labels_of, number_of
from musicrnn.listening.one_word import one_word
from musicrnn.networks.words_array import WordsEngine
from musicrnn.networks.words_config import FRAMES_A_STEP, WordsConfig
from musicrnn.waveform import in_full_scale


@dataclass(frozen=True, eq=False)
class WordLabeller:
    """A word-spotting network with its front end."""

    told: Callable[[NDArray[np.float32]], NDArray[np.float64]]  # frames [n, T, F] -> [n, K]
    recipe: CausalLogMel
    labels: tuple[str, ...]
    threshold: float

    @staticmethod
    def from_checkpoint(
        checkpoint: Checkpoint, load: Callable[[Checkpoint], Any], device: str = "auto"
    ) -> WordLabeller:
        """The labeller of a model file; ``load`` makes the network where torch is needed.

        Raises:
            MusicRNNError: a damaged header, or arrays that do not fit it.
        """
        config = WordsConfig.from_json(checkpoint.entry("model"))
        recipe = words_recipe(checkpoint, config)
        temperature = number_of(checkpoint.metadata, "temperature", 1.0, 0.01, 100.0)
        labels = labels_of(checkpoint.metadata, config.labels)
        if config.bidirectional:
            told = _whole(load(checkpoint), temperature, device)
        else:
            check_cpu(device, "this network is stepped")
            told = _stepped(WordsEngine(config, checkpoint.arrays, temperature=temperature))
        return WordLabeller(
            told,
            recipe,
            labels,
            number_of(checkpoint.metadata, "threshold", 0.0, 0.0, 1.0),
        )

    def classify_file(self, path: str | Path, *, convert: bool = False) -> Answer:
        """The word of a recording: of its loudest part where it is longer than a clip.

        Raises:
            MusicRNNError: unreadable, silent, or too short or too long for a word.
        """
        rate, samples = self.recipe.rate, self.recipe.samples
        word = one_word(Path(path), rate=rate, samples=samples, convert=convert)
        told = self.probabilities(word.clip[None])[0]
        order: list[int] = np.argsort(-told, kind="stable").tolist()
        best, probability = self.labels[order[0]], float(told[order[0]])
        return Answer(
            label=best,
            probability=probability,
            probabilities={self.labels[index]: float(told[index]) for index in order},
            likely=probability >= self.threshold,
            timeline=(Moment(word.start, word.end, best, probability),),
            unit="seconds",
            said=word.said,
        )

    def probabilities(self, clips: NDArray[np.int16]) -> NDArray[np.float64]:
        """Clips int16 [n, N] -> [n, K]."""
        frames = self.recipe.frames(in_full_scale(clips))
        return self.told(frames[:, : frames.shape[1] // FRAMES_A_STEP * FRAMES_A_STEP])


def _stepped(engine: WordsEngine) -> Any:
    def told(frames: NDArray[np.float32]) -> NDArray[np.float64]:
        engine.begin(len(frames))
        return engine.push(frames)[:, -1].astype(np.float64)

    return told


def _whole(network: Any, temperature: float, device: str) -> Any:
    from musicrnn.networks.labelling import probabilities
    from musicrnn.networks.words import clip_logits

    network.to(torch_device(device))
    return lambda frames: probabilities(clip_logits(network, frames), temperature)


def words_recipe(checkpoint: Checkpoint, config: WordsConfig) -> CausalLogMel:
    """The features of a model for words.

    Raises:
        MusicRNNError: they are none, or have another number of bands than the network.
    """
    recipe = causal_logmel_from(checkpoint.metadata.get("features"))
    if recipe.n_mels != config.bands:
        raise MusicRNNError(
            f"the network takes {config.bands} bands, the header makes {recipe.n_mels}"
        )
    return recipe
