"""The stream on which the best moment of a training is chosen.

Conventions. It is made of the validation clips, SECONDS_A_CLIP a clip and MAX_MINUTES at most; its
parts are heard side by side. Beside it stand the other sounds of the validation split, some of each
kind, where there is speech among them. What is missed is the mean over RATES of the share of words
that are missed where a threshold is so high that no more false accepts an hour are left.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from musicrnn.augmentation.stream import Piece, StreamSettings, StreamSource, script, stream
from musicrnn.metrics.detection import best_point
from musicrnn.networks.detector import DetectorSettings
from musicrnn.networks.labelling import probabilities
from musicrnn.networks.words import WordsModel
from musicrnn.networks.words_config import FRAMES_A_STEP
from musicrnn.threads import suited_threads
from musicrnn.training.words.choice import sweep
from musicrnn.training.words.data import WordsData
from musicrnn.training.words.stream import ROWS, HeardStream
from musicrnn.training.words.wordless import HeardOthers, everyday_kinds
from musicrnn.waveform import in_full_scale

SECONDS_A_CLIP, MAX_MINUTES = 4.0, 16
MAX_MINUTES_A_KIND = 20  # of other sound
SNRS = (5.0, 10.0, 20.0)
RATES = (0.5, 1.0, 2.0, 4.0, 8.0)  # false accepts an hour
SMOOTHING = 0.2  # seconds
BLOCK = 512  # frames heard at a time
SEED = 20_261_130


class ValidationStream:
    """Frames kept, so that a network is measured again and again."""

    def __init__(self, data: WordsData, labels: Sequence[str]) -> None:
        self.labels, self.recipe, valid = tuple(labels), data.encoding, data.examples["valid"]
        minutes = int(min(MAX_MINUTES, max(1, len(valid) * SECONDS_A_CLIP // 60)))
        spoken = [self.labels[label] for label in valid.labels]
        source = StreamSource(
            valid.sounds, spoken, self.recipe.rate, data.recordings.get("valid", ())
        )
        settings = StreamSettings(minutes / 60, SNRS)
        pieces = list(stream(np.random.default_rng(SEED), source, settings))
        self.script = script([Piece(p.samples[:0], p.spoken, p.stretch) for p in pieces])
        self.frames = self.recipe.frames(np.stack([piece.samples for piece in pieces]))
        self.others: dict[str, NDArray[np.float32]] = {}
        others = data.others("valid")
        for kind in everyday_kinds(other.kind for other in others):
            sound = np.concatenate([other.samples for other in others if other.kind == kind])
            rows = sound[: len(sound) // ROWS * ROWS].reshape(ROWS, -1)
            rows = rows[:, : round(MAX_MINUTES_A_KIND * 60 * self.recipe.rate / ROWS)]
            self.others[kind] = np.stack([self.recipe.frames(in_full_scale(row)) for row in rows])

    def missed(self, model: WordsModel) -> float:
        """See the module's text; the model in evaluation mode."""
        step = FRAMES_A_STEP * self.recipe.frame_seconds
        heard = HeardStream(self.script, self.labels, told(model, self.frames), step)
        kinds = {kind: told(model, frames) for kind, frames in self.others.items()}
        others = HeardOthers(kinds, self.labels, step) if kinds else None
        margins = others.margins(SMOOTHING) if others else {}
        points = sweep(heard, others, DetectorSettings(smoothing=SMOOTHING, margins=margins))
        found = [best_point(points, rate) for rate in RATES]
        return float(np.mean([point.miss if met else 1.0 for point, met in found]))


def told(model: WordsModel, frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities of rows of frames [R, T, F], one row after the other, [R * S, K]."""
    whole = frames.shape[1] // FRAMES_A_STEP * FRAMES_A_STEP
    state, logits = model.initial_state(len(frames)), list[NDArray[np.float32]]()
    with torch.no_grad(), suited_threads(model, len(frames)):
        for start in range(0, whole, BLOCK):
            block = torch.from_numpy(frames[:, start : min(whole, start + BLOCK)]).to(model.device)
            out, state = model(block, state)
            logits.append(out.float().cpu().numpy())
    every = np.concatenate(logits, axis=1)
    return probabilities(every.reshape(-1, every.shape[2]), 1.0).astype(np.float32)
