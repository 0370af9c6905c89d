"""Corpora of frames of pitches, ready for a model of frames."""

from __future__ import annotations

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.sources.find import corpus_folder
from musicrnn.sources.named import named
from musicrnn.training.data import DataRequest, TrainingData, described
from musicrnn.training.task import Task


def read_frames(task: Task, request: DataRequest, like: Checkpoint | None) -> TrainingData:
    """Examples are pieces uint8 [T, P] of the one corpus of frames that is asked for.

    Raises:
        MusicRNNError: another source, or several; it is not on this computer or damaged.
    """
    del task, like  # all models of frames read the same
    sources, known = request.sources, named().frames
    if len(sources) != 1 or sources[0] not in known:
        raise MusicRNNError(
            f"frames are learnt from, and measured on, one of {', '.join(known)} and nothing "
            f"beside it, got {' and '.join(sources)}"
        )
    corpus = known[sources[0]]
    frames = corpus.frames(corpus_folder(corpus.folders, request.folder))
    counts = {
        "pieces": {split: len(pieces) for split, pieces in frames.items()},
        "frames": {split: sum(map(len, pieces)) for split, pieces in frames.items()},
    }
    arrays = (piece for pieces in frames.values() for piece in pieces)
    description = described([corpus.card], arrays, counts)
    return TrainingData(frames, {"lowest": corpus.lowest, "step": corpus.step}, description)
