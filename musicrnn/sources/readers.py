"""What a user names as DATA, made ready for a kind of model: one reader for each kind of data.

READERS lists them by what a task reads. A task of scores turns pieces into examples itself; a new
kind of model over scores therefore needs no reader of its own.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.sources.frames import read_frames
from musicrnn.sources.named import named
from musicrnn.sources.recordings import read_recordings
from musicrnn.sources.scores import read_source
from musicrnn.sources.words import holds_words, read_clips
from musicrnn.training.data import DataRequest, Split, TrainingData
from musicrnn.training.protocol import Figures
from musicrnn.training.task import TASKS, Task, ensemble_task


@dataclass(frozen=True)
class Reader:
    """``read`` gives data as the model ``like`` reads them, where there is one; ``claims`` says of
    a source that it is of this kind and no other."""

    read: Callable[[Task, DataRequest, Checkpoint | None], TrainingData]
    claims: Callable[[str], bool]


def read_scores(task: Task, request: DataRequest, like: Checkpoint | None) -> TrainingData:
    """Corpora of scores and folders of MIDI and ABC files.

    Raises:
        MusicRNNError: a source is neither a folder nor a corpus, or holds no file at all.
    """
    sources = [read_source(source, request.folder) for source in request.sources]
    return task.encode(sources, request, like)


READERS: dict[str, Reader] = {
    "scores": Reader(read_scores, lambda _: False),
    "frames": Reader(read_frames, lambda source: source in named().frames),
    "recordings": Reader(read_recordings, lambda _: False),
    "clips": Reader(read_clips, holds_words),
}
OPTIONS = {  # of a DataRequest, as they are called on the command line
    "tokens": "--tokens",
    "mix": "--mix",
    "split_file": "--split",
    "backgrounds": "--backgrounds",
}


def task_for(verb: str, request: DataRequest, name: str | None = None) -> Task:
    """The kind of model that learns from such data: of those that ``verb`` trains, the one called
    ``name``, the one of the tokens that are asked for, the one whose data they are, or the first.

    Raises:
        MusicRNNError: there is no such kind, or it has no use for an option that was given.
    """
    kinds = [task for task in TASKS.values() if task.verb == verb]
    if not kinds:
        verbs = dict.fromkeys(task.verb for task in TASKS.values())
        raise MusicRNNError(f"what to learn must be one of {', '.join(verbs)}, got {verb!r}")
    if name is not None:
        if TASKS[name] not in kinds:
            other = TASKS[name].verb
            raise MusicRNNError(f"the recipe is for musicrnn train {other}, got train {verb}")
        chosen = [TASKS[name]]
    elif request.tokens is not None:
        chosen = [task for task in kinds if request.tokens in task.tokens]
    else:
        chosen = [k for k in kinds if any(_claims(k, s) for s in request.sources)] or kinds
    if not chosen:
        names = [token for task in kinds for token in task.tokens]
        if not names:
            raise MusicRNNError(f"--tokens says nothing to what musicrnn train {verb} learns")
        near = difflib.get_close_matches(str(request.tokens), names, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise MusicRNNError(
            f"tokens must be one of {', '.join(names)}, got {request.tokens!r}{hint}"
        )
    check_options(chosen[0], request)
    return chosen[0]


def _claims(task: Task, source: str) -> bool:
    """Whether a source is of this kind and no other."""
    if task.ratings:
        rated = named().scores[source].card.ratings if source in named().scores else ()
        return set(task.ratings) <= set(rated)
    return READERS[task.reads].claims(source)


def check_options(task: Task, request: DataRequest) -> None:
    """Raises:
    MusicRNNError: an option is given that says nothing to such a model.
    """
    for name, option in OPTIONS.items():
        if getattr(request, name) is not None and name not in task.options:
            raise MusicRNNError(
                f"{option} says nothing to a model of the task {task.name!r}, which learns from "
                f"{task.reads}: leave it out"
            )


def read_data(task: Task, request: DataRequest, like: Checkpoint | None = None) -> TrainingData:
    """Data ready to learn from, or to measure the model ``like`` on.

    Raises:
        MusicRNNError: there are no such data, or nothing of them can be used.
    """
    return READERS[task.reads].read(task, request, like)


def measured(
    checkpoints: Sequence[Checkpoint], request: DataRequest, split: Split = "test"
) -> tuple[Figures, TrainingData]:
    """The figures of a model, or of an ensemble, on a split of data, and the data.

    Raises:
        MusicRNNError: no such data, nothing that the model can read in the split, or no ensemble.
    """
    task = ensemble_task(checkpoints)
    data = read_data(task, request, checkpoints[0])
    return task.measure(checkpoints, data, split), data
