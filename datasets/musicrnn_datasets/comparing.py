"""Data made ready to compare cells on: what a kind of model learns, and the usual budget."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from musicrnn.comparison.budget import Budget, RunConfig
from musicrnn.comparison.subject import Subject
from musicrnn.sources.named import named
from musicrnn.sources.readers import read_data, task_for
from musicrnn.sources.scores import check_source
from musicrnn.training.data import DataRequest, SkippedFile
from musicrnn.training.task import Task

VERB = "compose"  # cells are compared by likelihood


def compared_task(source: str, tokens: str | None = None) -> Task:
    """The kind of model that such data, and such tokens, are for.

    Raises:
        MusicRNNError: it is neither a corpus nor a folder, or there are no such tokens.
    """
    if source not in named().spoken:
        check_source(source)
    return task_for(VERB, DataRequest((source,), tokens=tokens))


def usual(task: Task) -> tuple[Any, Budget, RunConfig]:
    """Sizes, budget and course of a comparison when nothing else is said."""
    if task.compared is None:
        task.cannot("be compared", "its cells have no common budget")
    parameters, updates = task.compared
    return task.comparable(), Budget(parameters, updates=1000), RunConfig(validate_every=updates)


def subject(
    task: Task, source: str, sizes: Any, *, data: Path | None = None, tokens: str | None = None
) -> tuple[Subject, list[SkippedFile]]:
    """What is learned, and the files that were left out; ``data`` is where corpora lie.

    Raises:
        MusicRNNError: no such data, nothing usable in a split, or a size out of its bounds.
    """
    found = read_data(task, DataRequest((source,), data, tokens))
    path = Path(source)
    name = path.resolve().name if path.is_dir() else source
    return Subject(name, task, found, sizes), list(found.refused)
