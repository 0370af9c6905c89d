"""One network of any kind trained: from data to a calibrated model file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.training.base import Base
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import TrainingData
from musicrnn.training.lock import first_process
from musicrnn.training.loop import Callback, TrainingResult, fit
from musicrnn.training.protocol import Task
from musicrnn.training.run_state import versions


@dataclass(frozen=True, eq=False)
class Run:
    """Where a model goes and how its training is watched; see :func:`fit`.

    ``command`` is what a user typed, for the file's header; ``baselines`` are those of the
    validation examples, where they have been counted already; ``base`` is the model that the
    training begins with. ``entries`` go into the header in place of what would be calibrated;
    ``say`` is told where a training of several networks stands.
    """

    output: Path
    command: str = ""
    callback: Callback | None = None
    resume: bool = False
    baselines: dict[str, Any] | None = None
    base: Base | None = None
    entries: dict[str, Any] | None = None
    say: Callable[[str], None] | None = None


def learn(
    task: Task,
    data: TrainingData,
    run: Run,
    *,
    settings: Any,
    plan: TrainingConfig,
) -> TrainingResult:
    """Train one network of kind ``task``, write the one that is best on validation, calibrate it.

    Raises:
        MusicRNNError: too little to learn from, settings that do not fit, or as :func:`fit`.
    """
    task.check(data)
    torch.manual_seed(plan.seed)  # pyright: ignore[reportUnknownMemberType]
    network = (run.base.network if run.base else task.build)(data, settings)
    objective = task.objective(network, data, settings, plan)
    encoding, baselines = task.header(data, settings), run.baselines
    if baselines is None:
        baselines = task.baselines(data, "valid")
    described = {**data.description, **({"baselines": baselines} if baselines else {})}
    objective.header = {
        "task": task.name,
        **encoding,
        "data": described,
        **({"language": data.language} if data.language else {}),
        "command": run.command,
        "seed": plan.seed,
        "versions": versions(),
        **({"from": run.base.name, "before": run.base.corpora} if run.base else {}),
    }
    outcome = fit(
        objective,
        plan,
        run.output,
        callback=run.callback,
        resume=run.resume,
        made_with=made_with(encoding, data, run, settings=settings),
    )
    outcome = replace(outcome, because=task.ended_by(data, plan, outcome.state))
    if first_process():  # the process that wrote the model
        best, entries = Checkpoint.load(run.output), run.entries
        if entries is None:
            entries = task.calibrate(task.load(best), data, objective)
        if entries:
            metadata = {**best.metadata, **entries}
            metadata.pop("format")
            Checkpoint(best.arrays, metadata).save(run.output, weights=plan.weights)
            warnings = (*outcome.warnings, *task.trust(metadata))
            outcome = replace(outcome, warnings=warnings)
    return outcome


def made_with(
    encoding: dict[str, Any], data: TrainingData, run: Run, *, settings: Any
) -> dict[str, Any]:
    """What a run that is resumed must have been begun with, beside its plan; ``encoding`` is the
    task's header."""
    corpora = data.description.get("corpora", ())
    return {
        **asdict(settings),
        "layer": settings.layer.as_json(),
        **encoding,
        "sources": [corpus["name"] for corpus in corpora],
        "split": [corpus["split"] for corpus in corpora],
        "sha256": data.description.get("sha256"),
        "from": run.base.sha256[:12] if run.base else None,
    }
