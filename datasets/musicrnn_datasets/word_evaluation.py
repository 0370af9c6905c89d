"""Evaluate a network for words on the clips of a split.

Conventions. Every clip is heard from silence; one that reads forwards answers at the clip's end, as
it would on a stream. Labels that training added compete: a word called ``_unknown_`` is an error.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.listening.word_labeller import WordLabeller
from musicrnn_datasets.corpus import Split
from musicrnn_datasets.labelled_evaluation import ClassifierEvaluation, scored
from musicrnn_datasets.words import find_words, prepare_words

BLOCK = 64  # clips heard at a time


def evaluate_words(
    checkpoint: Checkpoint,
    data: str,
    *,
    split: Split = "test",
    found: Path | None = None,
    split_file: Path | None = None,
) -> ClassifierEvaluation:
    """How well a model file tells the words of a split.

    Raises:
        MusicRNNError: the file is no model for words, or the split holds none.
    """
    labeller = WordLabeller.from_checkpoint(checkpoint)
    words = find_words(data, split_file=split_file, data=found)
    prepared = prepare_words(words, recipe=labeller.recipe, labels=labeller.labels)
    clips = prepared.clips[split]
    if not len(clips.labels):
        raise MusicRNNError(f"the {split} split of {data} has no clip that can be read")
    starts = range(0, len(clips.labels), BLOCK)
    told = np.concatenate([labeller.probabilities(clips.sounds[at : at + BLOCK]) for at in starts])
    return scored(told, clips.labels.tolist(), labeller.labels, refused=prepared.refused)
