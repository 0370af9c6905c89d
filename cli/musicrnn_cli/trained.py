"""One training of ``musicrnn train``: what was chosen, its bar, its logs, and what is looked at
afterwards."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from musicrnn.training.data import TrainingData
from musicrnn.training.loop import TrainingResult
from musicrnn.training.protocol import Task
from musicrnn.training.run import Run
from musicrnn.training.wanted import Wanted
from musicrnn_cli.reporting import before_first_update, say


@dataclass(frozen=True)
class Logs:
    """Where a training is logged, if anywhere: TensorBoard's folder, and a CSV file; each run that
    is one of several has its own there."""

    tensorboard: str | None
    csv: Path | None
    one_of_several: bool

    def folder(self, seed: int) -> str | None:
        if self.tensorboard is None or not self.one_of_several:
            return self.tensorboard
        return str(Path(self.tensorboard) / f"seed{seed}")

    def file(self, seed: int) -> Path | None:
        from musicrnn.training.seeds import of_seed

        return of_seed(self.csv, seed) if self.csv and self.one_of_several else self.csv


def trained(
    task: Task, data: TrainingData, run: Run, wanted: Wanted, logs: Logs
) -> tuple[TrainingResult, str]:
    """The outcome, and what the model's own pieces are like, where they were looked at."""
    from musicrnn.face.own_pieces import seen
    from musicrnn.face.progress import ProgressBar
    from musicrnn.face.report import chosen
    from musicrnn.training.lock import first_process
    from musicrnn.training.log import TrainingLog
    from musicrnn.training.seeds import train_one
    from musicrnn.training.train import train

    settings, plan = wanted.settled(task, data)
    for line in chosen(task, data, settings, plan):
        say(line)
    with ExitStack() as stack:
        kept: list[TrainingLog] = []
        if file := logs.file(wanted.seed):
            log = TrainingLog(file, resume=run.resume, overwrite=plan.overwrite)
            kept.append(stack.enter_context(log))
        bar = stack.enter_context(ProgressBar(task.items, logs.folder(wanted.seed), kept))
        run = replace(run, callback=bar, say=bar.say)
        train_run = train_one if logs.one_of_several else train
        with before_first_update(run.output, begun=lambda: bar.begun is not None):
            outcome = train_run(task, data, run, settings=settings, plan=plan)
    if not first_process():
        return outcome, ""
    return outcome, seen(run.output, data, plan, outcome, resumed=run.resume)
