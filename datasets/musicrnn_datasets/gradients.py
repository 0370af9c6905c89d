"""How far back in time the loss of a model file is felt, on pieces of its own or of a corpus.

Conventions. ``on`` is the name of a corpus or a folder, of which the test split is read; a model
that composes needs none, it is heard on pieces that it samples itself. ``found`` is a folder where
corpora lie. What the figures are: :mod:`musicrnn.models.gradients`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted
from musicrnn.listening.labeller import Labeller
from musicrnn.models.frames import FrameModel
from musicrnn.models.gradients import (
    PLACES,
    STEPS,
    GradientNorms,
    classifier_gradients,
    frame_gradients,
    language_gradients,
)
from musicrnn.models.language import LanguageModel
from musicrnn.pretrained import Style
from musicrnn.training.classification import for_model
from musicrnn.training.compose import Ids
from musicrnn_datasets.corpus import Refusal
from musicrnn_datasets.find import corpus_folder
from musicrnn_datasets.heard import Own, heard_pieces
from musicrnn_datasets.labelled_evaluation import held_out_recordings
from musicrnn_datasets.polyphonic import FOLDER, POLYPHONIC

PIECES, TOGETHER = 16, 4  # of its own that a model is heard on, and sampled side by side
ENOUGH = 32  # places in them, of STEPS tokens each


@dataclass(frozen=True, eq=False)
class ModelGradients:
    """The norms, what one step back is, what was read, and what of it was left out."""

    gradients: GradientNorms
    unit: str  # "tokens" or "frames"
    read: str
    refused: tuple[Refusal, ...] = ()


def model_gradients(
    checkpoint: Checkpoint,
    style: Style,
    *,
    on: str | None = None,
    steps: int | None = None,
    seed: int = 0,
    found: Path | None = None,
) -> ModelGradients:
    """The norms of a model of any task; ``style`` and ``seed`` are for pieces of its own.

    Raises:
        MusicRNNError: a classifier without ``on``, a file with no task of ours, no such data, or
            pieces too short for so many ``steps``.
    """
    task = checkpoint.metadata.get("task")
    if task == "compose":
        return _composer(checkpoint, style, on=on, steps=steps, seed=seed, found=found)
    if task == "frames":
        return _frames(checkpoint, on=on, steps=steps, seed=seed, found=found)
    if task != "classify":
        raise MusicRNNError(f"gradients are known of models that compose or classify, not {task!r}")
    if on is None:
        raise MusicRNNError(
            "a classifier makes no pieces of its own: name a corpus or a folder with its labels "
            "(--on)"
        )
    labeller = Labeller.from_checkpoint(checkpoint, "cpu")
    prepared = held_out_recordings(labeller, on, split="test", found=found)
    heard = prepared.recordings["test"]
    heard = heard[:: -(-len(heard) // PLACES)]  # of all labels, in whatever order they come
    clips = [for_model(recording.windows[0]) for recording in heard]
    norms = classifier_gradients(labeller.model, clips, [r.label for r in heard], steps=steps)
    unit = "tokens" if labeller.tokenizer is not None else "frames"
    read = f"{counted(len(heard), 'recording')} of the test split of {on}"
    return ModelGradients(norms, unit, read, tuple(prepared.refused))


def _composer(
    checkpoint: Checkpoint,
    style: Style,
    *,
    on: str | None,
    steps: int | None,
    seed: int,
    found: Path | None,
) -> ModelGradients:
    heard = heard_pieces(
        checkpoint, style, own=Own(TOGETHER, _enough), on=on, seed=seed, found=found
    )
    network = LanguageModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    norms = language_gradients(network, heard.pieces, steps=steps)
    return ModelGradients(norms, "tokens", heard.read, heard.refused)


def _enough(pieces: list[Ids]) -> bool:
    return len(pieces) >= PIECES or sum(len(p) // (STEPS + 1) for p in pieces) >= ENOUGH


def _frames(
    checkpoint: Checkpoint, *, on: str | None, steps: int | None, seed: int, found: Path | None
) -> ModelGradients:
    network = FrameModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    if on is None:
        random = np.random.default_rng(seed)
        pieces = list(network.eval().compose((steps or STEPS) + 1, PIECES, random))
        read = f"{counted(len(pieces), 'piece')} of its own, seed {seed}"
    elif on in POLYPHONIC:
        pieces = POLYPHONIC[on].frames(corpus_folder(FOLDER, found))["test"]
        read = f"{counted(len(pieces), 'piece')} of the test split of {on}"
    else:
        raise MusicRNNError(f"a model of frames reads one of {', '.join(POLYPHONIC)}, got {on!r}")
    return ModelGradients(frame_gradients(network, pieces, steps=steps), "frames", read)
