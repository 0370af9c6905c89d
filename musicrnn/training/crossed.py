"""Few people crossed over: each is heard by a network that has not learnt from them, and the model
learns from all.

Conventions. Every group of people (Folds) is held out of one network, which is trained by the plan
as if they were there to validate on; it is ``mine.safetensors.fold1.safetensors`` beside
``mine.safetensors``, with a run file of its own: as of the run and the lock, the name says whose it
is, and no other model bears it. What is chosen after training (the temperature, a detector) and the
figures of the header come from what each network, at its best, says of those that it has not learnt
from; the model itself learns from everybody, for the mean number of updates after which the
networks were best. Of ``minutes`` each network and the model get the same. A training that is
resumed reads the networks that are ready, goes on with the one that was interrupted, and begins the
others. Once the model is ready the others are removed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import Folds, TrainingData
from musicrnn.training.lock import first_process, lock_path
from musicrnn.training.loop import TrainingResult
from musicrnn.training.machine import check_output
from musicrnn.training.protocol import Task
from musicrnn.training.run import Run, learn
from musicrnn.training.run_state import run_path
from musicrnn.training.several import one_of_several

LOOKED_AT = 64  # training examples that the model's loop looks at in place of a validation
KEPT = ("metrics", "temperature", "detector", "curve", "crossed")  # of the header


def fold_path(output: Path, fold: int) -> Path:
    """The file of the network that one group is held out of."""
    return output.with_name(f"{output.name}.fold{fold + 1}{output.suffix}")


def begun_runs(output: Path) -> list[Path]:
    """The run files of a model and of the networks that its people are crossed over for."""
    fold = re.compile(rf"{re.escape(output.name)}\.fold\d+{re.escape(output.suffix)}\.run")
    there = output.parent.iterdir() if output.parent.is_dir() else ()
    folds = sorted(path for path in there if fold.fullmatch(path.name))
    return [path for path in (run_path(output), *folds) if path.exists()]


def check_place(output: Path, *, overwrite: bool = False, resume: bool = False) -> None:
    """What is at ``output`` is gone on with, replaced, or left alone: see :func:`check_output`.

    Raises:
        MusicRNNError: as there; or networks that people were crossed over for lie beside it, and
            nothing is said of what is to be done with them.
    """
    check_output(output, overwrite=overwrite, resume=resume)
    folds = [path for path in begun_runs(output) if path != run_path(output)]
    if folds and first_process() and not overwrite and not resume:
        raise MusicRNNError(
            f"{folds[0]} is of an unfinished run: name another file, go on with --resume, or "
            "replace it with --overwrite"
        )


def learn_crossed(
    task: Task, data: TrainingData, run: Run, *, settings: Any, plan: TrainingConfig
) -> TrainingResult:
    """Train the networks of the folds, then the model; see the module's text.

    Raises:
        MusicRNNError: several processes, or as :func:`learn`.
    """
    folds = data.folds
    assert folds is not None
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise MusicRNNError(
            "speakers are crossed over by one process alone: leave torchrun out, or say with a "
            "split file who is validated and tested on"
        )
    if plan.minutes is not None:
        plan = replace(plan, minutes=plan.minutes / (folds.count + 1))
    paths = [fold_path(run.output, fold) for fold in range(folds.count)]
    entries = _ready(run, paths)
    if not entries:
        if not run.resume and plan.overwrite:
            for path in begun_runs(run.output):  # of the model that is replaced
                path.unlink(missing_ok=True)
            for path in paths:
                path.unlink(missing_ok=True)
        for fold, path in enumerate(paths):
            _say(run, f"network {fold + 1} of {folds.count}: without {_named(folds, fold)}")
            part, of_fold = task.held_out(data, folds.numbers == fold), replace(run, output=path)
            of_fold = replace(of_fold, entries={}, baselines={})
            outcome = one_of_several(learn, task, part, of_fold, settings=settings, plan=plan)
            if outcome.reason == "interrupted":
                return replace(outcome, output=path)
        entries = _entries(task, data, [Checkpoint.load(path) for path in paths])
    updates = int(entries["crossed"]["updates"])
    _say(run, f"the model: all of them, {counted(updates, 'update')}")
    every = max(1, len(folds.numbers) // LOOKED_AT)
    seen = task.held_out(data, np.arange(len(folds.numbers)) % every == 0).examples["valid"]
    whole = replace(data, examples={**data.examples, "valid": seen}, folds=None)
    resumed = run.resume and run_path(run.output).exists()
    outcome = learn(
        task,
        whole,
        replace(run, entries=entries, resume=resumed, baselines={}),
        settings=settings,
        plan=replace(
            plan,
            updates=updates,
            minutes=None,
            validate_every=updates,
            overwrite=plan.overwrite or run.resume,
        ),
    )
    if outcome.reason != "interrupted":
        for path in paths:
            for left in (path, run_path(path), lock_path(path)):
                left.unlink(missing_ok=True)
    best = float(entries["metrics"]["valid_loss"])
    return replace(outcome, state=replace(outcome.state, best=best))


def _ready(run: Run, paths: Sequence[Path]) -> dict[str, Any]:
    """The entries of a model that is gone on with after its networks were removed; else nothing."""
    if not run.resume or not run_path(run.output).exists() or any(p.exists() for p in paths):
        return {}
    metadata = Checkpoint.load(run.output).metadata if run.output.exists() else {}
    if not _is_crossed(metadata):
        return {}
    return {name: metadata[name] for name in KEPT if name in metadata}


def _is_crossed(metadata: dict[str, Any]) -> bool:
    crossed: Any = metadata.get("crossed")
    return isinstance(crossed, dict) and type(crossed.get("updates")) is int


def _entries(task: Task, data: TrainingData, networks: Sequence[Checkpoint]) -> dict[str, Any]:
    """What the networks say of those that they have not learnt from, as entries of a header."""
    folds = data.folds
    assert folds is not None
    held = [np.flatnonzero(folds.numbers == fold) for fold in range(folds.count)]
    parts = [(n, task.held_out(data, folds.numbers == i)) for i, n in enumerate(networks)]
    entries, right = task.crossed(parts)
    best = [int(network.metadata["updates"]) for network in networks]
    people = [folds.people[row] for rows in held for row in rows.tolist()]
    return {
        **entries,
        "crossed": {
            "networks": folds.count,
            "updates": max(1, round(float(np.mean(best)))),
            "people": _of_people(people, right),
        },
    }


def _of_people(people: Sequence[str], right: NDArray[np.bool_]) -> list[dict[str, int]]:
    """How many examples of each were told right, without their names, the best last."""
    names = np.array(people)
    counts = [
        {"right": int(right[names == name].sum()), "n": int((names == name).sum())}
        for name in dict.fromkeys(people)
    ]
    return sorted(counts, key=lambda of: (of["right"] / of["n"], of["n"]))


def _named(folds: Folds, fold: int) -> str:
    people = {p for p, n in zip(folds.people, folds.numbers, strict=True) if n == fold}
    return ", ".join(sorted(people))


def _say(run: Run, text: str) -> None:
    if run.say is not None:
        run.say(text)
