"""What a user names as DATA, made ready for a kind of model: one reader for each kind of data.

READERS lists them by what a task reads. A task of scores turns pieces into examples itself; a new
kind of model over scores therefore needs no reader of its own.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted
from musicrnn.sources.coded_sounds import holds_sounds, read_coded
from musicrnn.sources.find import folder_of
from musicrnn.sources.frames import read_frames
from musicrnn.sources.learnt import learnt_corpora
from musicrnn.sources.named import named
from musicrnn.sources.recordings import read_recordings
from musicrnn.sources.score_splits import AS_LISTED, BY_CONTENT, BY_MODEL
from musicrnn.sources.scores import read_source
from musicrnn.sources.sounds import read_sounds
from musicrnn.sources.words import holds_words, read_clips
from musicrnn.training.crossed import begun_runs
from musicrnn.training.data import DataRequest, Sources, Split, TrainingData, read_split_list
from musicrnn.training.protocol import Figures
from musicrnn.training.run_state import begun_with, run_path
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
        MusicRNNError: a source is neither a folder nor a corpus, or holds no file at all; a split
            file for several sources.
    """
    if request.split_file is not None and len(request.sources) > 1:
        raise MusicRNNError(
            "a split file lists the files of one folder, got "
            f"{counted(len(request.sources), 'source')}"
        )
    known = {} if like is None else _listed(like)
    sources = [
        read_source(
            source,
            request.folder,
            split_file=request.split_file,
            by=_split_by(source, request, like),
            known=known,
        )
        for source in request.sources
    ]
    data = task.encode(sources, request, like)
    if like is not None:
        data = replace(data, said=(*data.said, *_split_otherwise(sources, like)))
    if like is not None and request.rehearse:
        learnt = [read_source(name, request.folder) for name in request.rehearse]
        data = task.rehearse(data, learnt, like)
    return data


def rehearsing(request: DataRequest, base: Checkpoint) -> DataRequest:
    """The request, and beside it the corpora that a base learnt from, as far as they are at hand
    and not asked for anyway."""
    found: list[str] = []
    for name in learnt_corpora(base):
        if name in named().scores and name not in request.sources:
            with suppress(MusicRNNError):
                folder_of(named().scores[name], request.folder)
                found.append(name)
    return replace(request, rehearse=tuple(found))


def _split_by(source: str, request: DataRequest, like: Checkpoint | None) -> str:
    """How a folder was split that a run or the model learnt from, "" where nothing is known."""
    if request.split_by or like is None:
        return request.split_by
    return str(learnt_corpora(like).get(Path(source).resolve().name, {}).get("split", ""))


def _listed(model: Checkpoint) -> dict[str, Split]:
    """The split of each piece that a model learnt from by a list, by its digest."""
    lists = [corpus.get("listed") for corpus in learnt_corpora(model).values()]
    return {
        digest: split
        for each in lists
        if isinstance(each, dict)
        for digest, split in read_split_list(cast(dict[str, Any], each)).items()
    }


def _split_otherwise(sources: Sources, model: Checkpoint) -> list[str]:
    """A sentence for each folder that a list split for the model and something else splits now."""
    learnt, said = learnt_corpora(model), list[str]()
    for card, _ in sources:
        before, now = str(learnt.get(card.name, {}).get("split", "")), card.split
        if before.startswith(AS_LISTED) and now not in (before, BY_MODEL):
            said.append(
                f"the model learnt from {card.name} {before}, which is split {now} here: training "
                "pieces may be held out; name the list in place of the folder"
            )
    return said


READERS: dict[str, Reader] = {
    "scores": Reader(read_scores, lambda _: False),
    "frames": Reader(read_frames, lambda source: source in named().frames),
    "recordings": Reader(read_recordings, lambda _: False),
    "clips": Reader(read_clips, holds_words),
    "sounds": Reader(lambda _, request, like: read_sounds(request, like), lambda _: False),
    "coded sounds": Reader(read_coded, holds_sounds),
}
OPTIONS = {  # of a DataRequest, as they are called on the command line
    "tokens": "--tokens",
    "mix": "--mix",
    "split_file": "--split",
    "backgrounds": "--backgrounds",
    "convert": "--convert",
    "none_of_these": "--none-of-these",
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


def learning_data(task: Task, request: DataRequest, base: Checkpoint | None) -> TrainingData:
    """Data to learn from, in the encoding of a base where there is one.

    Raises:
        MusicRNNError: as :func:`read_data`.
    """
    return read_data(task, replace(request, relabel=bool(task.labelled)), base)


def begun(request: DataRequest, output: Path) -> tuple[dict[str, Any], DataRequest]:
    """What the run of ``output`` was begun with, and the request as it was split and read then.

    Raises:
        MusicRNNError: there is no such run, or it is damaged.
    """
    found = begun_with(next(iter(begun_runs(output)), run_path(output)))
    before: Any = found.get("split", [BY_CONTENT])  # a run of before November's end
    said: Any = found.get("tokenizer", found.get("tokens"))
    tokens = request.tokens or (said.get("name") if isinstance(said, dict) else said)
    return found, replace(
        request, split_by=BY_CONTENT if BY_CONTENT in before else "", tokens=tokens
    )


def measured(
    checkpoints: Sequence[Checkpoint], request: DataRequest, split: Split = "test"
) -> tuple[Figures, TrainingData]:
    """The figures of a model, or of an ensemble, on a split of data, and the data.

    Raises:
        MusicRNNError: no such data, nothing that the model can read in the split, or no ensemble.
    """
    task = ensemble_task(checkpoints)
    data = read_data(task, request, checkpoints[0])
    require_split(task, data, split, model=checkpoints[0], source=request.sources[0])
    return task.measure(checkpoints, data, split), data


def require_split(
    task: Task, data: TrainingData, split: Split, *, model: Checkpoint, source: str
) -> None:
    """Raises MusicRNNError where a split has nothing to measure on; the sentence says why."""
    try:
        data.require(split, task.example)
    except MusicRNNError as error:
        if split == "test" and "crossed" in model.metadata:
            told = "; ".join(task.trust(model.metadata)[:1])
            raise MusicRNNError(
                f"the model has learnt from all of {source}, and none of it is left to "
                f"test on: measure it on other recordings. In training it was found: {told}"
            ) from error
        others = [f"--split {name}" for name, n in data.counts().items() if n]
        if not others:
            raise
        raise MusicRNNError(f"{error}; ask for another with {' or '.join(others)}") from error
