"""A stream heard: the probabilities of its words at every step, and what to make of them.

Conventions. Probabilities float32 [S, K] of a whole stream, calibrated with the model's
temperature; a step lasts ``step_seconds``. The network hears piece after piece with its state
carried on, as it would live. Needs a network that reads forwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from musicrnn.augmentation.stream import Piece, script
from musicrnn.errors import MusicRNNError
from musicrnn.events import Event, Script
from musicrnn.features.causal_logmel import CausalLogMel, FrameStream
from musicrnn.metrics.detection import Point, best_point, sweep
from musicrnn.models.detector import Average, DetectorSettings, Trigger
from musicrnn.models.labelling import probabilities
from musicrnn.models.words import WordsModel
from musicrnn.models.words_config import STEP

THRESHOLDS = tuple(round(1 / (1 + float(np.exp(-x))), 4) for x in np.linspace(-2, 7, 46))
SMOOTHINGS = (0.1, 0.2, 0.3)  # seconds


@dataclass(frozen=True, eq=False)
class HeardStream:
    """What was said in a stream and what a network made of it."""

    script: Script
    labels: tuple[str, ...]
    probabilities: NDArray[np.float32]
    step_seconds: float

    def events(self, settings: DetectorSettings) -> list[Event]:
        """What a detector with these settings fires."""
        average = Average(settings.smoothing, len(self.labels), self.step_seconds)
        trigger = Trigger(settings, self.labels, self.step_seconds)
        return trigger.push(average.push(self.probabilities))


@dataclass(frozen=True)
class Choice:
    """The settings with the best point on a stream; ``met`` if within the allowed false accepts."""

    settings: DetectorSettings
    points: tuple[Point, ...]
    met: bool


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
    if model.config.both_ways:
        raise MusicRNNError(
            "a network that reads both ways hears whole clips alone: it cannot be streamed"
        )
    device = next(model.parameters()).device
    state, frames = model.initial_state(1), FrameStream(recipe)
    waiting = np.zeros((0, recipe.n_mels), np.float32)
    heard: list[NDArray[np.float32]] = []
    kept: list[Piece] = []
    for piece in pieces:
        waiting = np.concatenate([waiting, frames.push(piece.samples)])
        whole = len(waiting) // STEP * STEP
        if whole:
            with torch.no_grad():
                ready = torch.from_numpy(waiting[None, :whole]).to(device)
                logits, state = model(ready, state)
            rows = probabilities(logits[0].float().cpu().numpy(), temperature)
            heard.append(rows.astype(np.float32))
            waiting = waiting[whole:]
        kept.append(Piece(piece.samples[:0], piece.spoken, piece.stretch))
    return HeardStream(
        script(kept), tuple(labels), np.concatenate(heard), STEP * recipe.hop / recipe.rate
    )
