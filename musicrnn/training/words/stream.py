"""Word probabilities of a stream at every step, and the detections made from them.

Conventions. Probabilities float32 [S, K] of a whole stream, calibrated with the model's
temperature; a step lasts ``step_seconds``. The network reads piece after piece with its state
carried on, as on a live stream. Needs a network that reads forwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from musicrnn.arrays import Samples
from musicrnn.augmentation.stream import Piece, script
from musicrnn.errors import MusicRNNError
from musicrnn.events import DetectedWord, Script, Spoken, Stretch
from musicrnn.features.causal_logmel import CausalLogMel, FrameStream
from musicrnn.metrics.intervals import wilson_interval
from musicrnn.networks.detector import Average, DetectorSettings, Trigger
from musicrnn.networks.labelling import probabilities
from musicrnn.networks.words import WordsModel, clip_logits
from musicrnn.networks.words_config import FRAMES_A_STEP
from musicrnn.threads import suited_threads
from musicrnn.waveform import in_full_scale

ROWS = 16
BLOCK_SECONDS = 20  # heard at a time


@dataclass(frozen=True, eq=False)
class HeardStream:
    """The words spoken in a stream and a network's probabilities."""

    script: Script
    labels: tuple[str, ...]
    probabilities: NDArray[np.float32]
    step_seconds: float

    def events(self, settings: DetectorSettings) -> list[DetectedWord]:
        """What a detector with these settings fires."""
        average = Average(settings.smoothing, len(self.labels), self.step_seconds)
        trigger = Trigger(settings, self.labels, self.step_seconds)
        return trigger.push(average.push(self.probabilities))


def joined(heard: Sequence[HeardStream]) -> HeardStream:
    """Streams, one at least, as one after the other; each may be of a network of its own."""
    spoken: list[Spoken] = []
    stretches: list[Stretch] = []
    steps = 0
    for each in heard:
        begin = steps * each.step_seconds
        for word in each.script.spoken:
            spoken.append(replace(word, start=begin + word.start, end=begin + word.end))
        for part in each.script.stretches:
            stretches.append(replace(part, start=begin + part.start, end=begin + part.end))
        steps += len(each.probabilities)
    told = np.concatenate([each.probabilities for each in heard])
    whole = Script(tuple(spoken), tuple(stretches))
    return HeardStream(whole, heard[0].labels, told, heard[0].step_seconds)


@dataclass(frozen=True)
class StreamingCost:
    """Accuracy of ``n`` clips read from the initial state, and one after the other without a
    pause."""

    n: int
    accuracy: float
    interval: tuple[float, float]
    streamed_accuracy: float
    streaming_costs: float


class _Listening:
    """Streams that a network reads side by side, piece after piece."""

    def __init__(self, model: WordsModel, recipe: CausalLogMel, rows: int) -> None:
        self.model, self.state = model, model.initial_state(rows)
        self.frames = FrameStream(recipe, (rows,))
        self.waiting = np.zeros((rows, 0, recipe.n_mels), np.float32)

    def push(self, samples: Samples) -> NDArray[np.float32]:
        """The logits [B, S, K] of the steps that these samples [B, N] complete."""
        frames = np.concatenate([self.waiting, self.frames.push(samples)], axis=1)
        whole = frames.shape[1] // FRAMES_A_STEP * FRAMES_A_STEP
        self.waiting = frames[:, whole:]
        if not whole:
            return np.zeros((len(frames), 0, self.model.config.labels), np.float32)
        with torch.no_grad(), suited_threads(self.model, len(frames)):
            ready = torch.from_numpy(frames[:, :whole]).to(self.model.device)
            logits, self.state = self.model(ready, self.state)
        return logits.float().cpu().numpy()


def hear(
    model: WordsModel,
    recipe: CausalLogMel,
    pieces: Iterable[Piece],
    *,
    labels: Sequence[str],
    temperature: float,
) -> HeardStream:
    """Listen to a stream, piece by piece; the model in evaluation mode.

    Raises:
        MusicRNNError: the network reads both ways.
    """
    if model.config.bidirectional:
        raise MusicRNNError(
            "a network that reads both ways hears whole clips alone: it cannot be streamed"
        )
    listening = _Listening(model, recipe, 1)
    heard: list[NDArray[np.float32]] = []
    kept: list[Piece] = []
    for piece in pieces:
        logits = listening.push(piece.samples[None])[0]
        heard.append(probabilities(logits, temperature).astype(np.float32))
        kept.append(Piece(piece.samples[:0], piece.spoken, piece.stretch))
    return HeardStream(
        script(kept), tuple(labels), np.concatenate(heard), FRAMES_A_STEP * recipe.hop / recipe.rate
    )


def hear_sound(
    model: WordsModel, recipe: CausalLogMel, sound: NDArray[np.int16], *, temperature: float
) -> NDArray[np.float32]:
    """A network's probabilities on a long sound int16 [N], cut into ROWS parts that are heard side
    by side: [ROWS, S, K]. What fills no part is left out; the model in evaluation mode."""
    length = len(sound) // ROWS
    parts, block = sound[: ROWS * length].reshape(ROWS, length), BLOCK_SECONDS * recipe.rate
    listening, heard = _Listening(model, recipe, ROWS), list[NDArray[np.float32]]()
    for start in range(0, length, block):
        logits = listening.push(in_full_scale(parts[:, start : start + block]))
        told = probabilities(logits.reshape(-1, logits.shape[2]), temperature)
        heard.append(told.reshape(logits.shape).astype(np.float32))
    return np.concatenate(heard, axis=1)


def streaming_cost(
    model: WordsModel,
    recipe: CausalLogMel,
    sounds: NDArray[np.int16],
    labels: NDArray[np.int64],
    *,
    seed: int = 0,
) -> StreamingCost:
    """The loss of accuracy on clips [n, N] with labels [n] when the network has read other clips
    before.

    The clips follow one another in random order in up to ROWS streams, the state carried on; the
    answer is read at the last step that ends within a clip.

    Raises:
        MusicRNNError: there is no clip.
    """
    n = len(sounds)
    if n == 0:
        raise MusicRNNError("what streaming costs is measured on one clip at least, got none")
    blocks = range(0, n, 256)
    alone = [
        clip_logits(model, recipe.frames(in_full_scale(sounds[at : at + 256]))) for at in blocks
    ]
    right = int((np.concatenate(alone).argmax(1) == labels).sum())
    order = np.random.default_rng(seed).permutation(n)
    rows = min(ROWS, n)
    order = order[: n // rows * rows].reshape(rows, -1)  # the few that fill no row are left out
    listening, told = _Listening(model, recipe, rows), np.zeros(order.shape, np.int64)
    for place, chosen in enumerate(order.T):
        logits = listening.push(in_full_scale(sounds[chosen]))
        told[:, place] = logits[:, -1].argmax(1)
    streamed = float((told == labels[order]).mean())
    return StreamingCost(n, right / n, wilson_interval(right, n), streamed, right / n - streamed)
