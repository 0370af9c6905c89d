"""A classifier of songs as a graph from one window of samples to probabilities.

Conventions. ``samples`` float32 [1, N], mono at the recipe's rate, N its window (30 s of the
bundled model) -> ``probabilities`` [1, K], calibrated. Which frames are kept depends on N, so N is
fixed. A song's probabilities are the mean over windows that begin every N / 2 samples; silent
windows and windows without music are not rejected here (musicrnn.listening.gate).
"""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn, tensor

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.export.front_end import ClipFrames
from musicrnn.export.graph import Graph, Runner, relative
from musicrnn.export.plain import plain
from musicrnn.export.sounds import trial_sounds
from musicrnn.features.logmel import LogMel, dequantize, quantize
from musicrnn.listening.labeller import Labeller
from musicrnn.networks.labelling import probabilities, window_logits
from musicrnn.waveform import Waveform

BORDER = 1e-4  # dB, of a step of 0.31


class _Window(nn.Module):
    def __init__(self, labeller: Labeller, recipe: LogMel, samples: int) -> None:
        super().__init__()
        self.temperature = labeller.temperature
        self.frames, self.model = ClipFrames(recipe, samples), plain(labeller.model)
        self.count = len(recipe.kept(1 + samples // recipe.hop))

    def forward(self, samples: Tensor) -> Tensor:
        logits = self.model.logits(self.frames(samples), tensor([self.count]))
        return (logits / self.temperature).softmax(1)


def classifier_graph(checkpoint: Checkpoint, labeller: Labeller) -> Graph:
    """The graph of a model file and its labeller.

    Raises:
        MusicRNNError: the model reads tokens.
    """
    recipe = labeller.encoding
    if not isinstance(recipe, LogMel):
        raise MusicRNNError(
            "this classifier reads tokens, which come from musicrnn: ONNX is for those "
            "that hear sound"
        )
    samples = window_samples(recipe)
    return Graph(
        _Window(labeller, recipe, samples),
        {"samples": tensor(trial_sounds(samples, recipe.rate)[-1:])},
        ("probabilities",),
        {},
        lambda run: _difference(labeller, recipe, run),
        {
            "task": checkpoint.metadata["task"],
            "labels": json.dumps(labeller.labels, ensure_ascii=False),
            "rate": str(recipe.rate),
            "samples": str(samples),
            "threshold": str(labeller.threshold),
        },
    )


def window_samples(recipe: LogMel) -> int:
    """How many samples a window of the recipe has."""
    return round(recipe.window_seconds * recipe.rate)


def label_probabilities(
    labeller: Labeller, recipe: LogMel, sound: NDArray[np.float32], *, shift: float = 0.0
) -> NDArray[np.float64]:
    """The labeller's probabilities for one window [N], as in ``musicrnn classify``: [1, K].

    ``shift`` moves the frames, dB, before they are quantised.
    """
    decibels = recipe.frames(Waveform(sound[None], recipe.rate)) + np.float32(shift)
    heard = dequantize(quantize(decibels))
    return probabilities(window_logits(labeller.model, [heard]), labeller.temperature)


def _difference(labeller: Labeller, recipe: LogMel, run: Runner) -> float:
    """Beside the nearest of three: values within BORDER of a step's edge may fall to either side.

    Of the 50,000 values of a window a few lie so near that the last digit of a float decides.
    """
    most = 0.0
    for sound in trial_sounds(window_samples(recipe), recipe.rate):
        found = run({"samples": sound[None]})["probabilities"]
        wanted = (
            label_probabilities(labeller, recipe, sound, shift=shift)
            for shift in (0.0, BORDER, -BORDER)
        )
        most = max(most, min(relative(found, one) for one in wanted))
    return most
