"""One run of a comparison: trained, its best model measured once, in a process of its own.

Each run has a process, so that one that breaks down takes no other with it and memory is its own.
The process is started by multiprocessing; a program that compares must therefore begin under
``if __name__ == "__main__":``.
"""

from __future__ import annotations

import multiprocessing
import signal
import statistics
import time
from dataclasses import asdict, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from musicrnn.comparison.budget import Budget, Course, Trial
from musicrnn.comparison.rows import Row
from musicrnn.comparison.task import Task
from musicrnn.errors import MusicRNNError
from musicrnn.training.loop import run_path
from musicrnn.training.run_state import RunState

PRELOADED = ["musicrnn.comparison.frames", "musicrnn.comparison.tokens", "lightning_fabric"]


class Timer:
    """A Watcher that takes the time of every update, validations apart, and notes the best one."""

    def __init__(self) -> None:
        self.last: float | None = None
        self.durations: list[float] = []
        self.best_update = 0

    def updated(self, state: RunState, figures: dict[str, float]) -> None:
        now = time.perf_counter()
        if self.last is not None:
            self.durations.append(now - self.last)
        self.last = now

    def validated(self, state: RunState, figures: dict[str, float]) -> None:
        if state.validations_since_best == 0:
            self.best_update = state.update
        self.last = None  # what follows is a validation and an update


def run_here(task: Task, trial: Trial, budget: Budget, course: Course, model: Path) -> Row | None:
    """Train and measure in this process; a failure is a row with its reason, Ctrl-C is None."""
    import torch

    from musicrnn.comparison.memory import PeakMemory

    timer = Timer()
    threads = torch.get_num_threads()
    torch.set_num_threads(course.threads)
    try:
        memory = PeakMemory(course.device)
        outcome = task.train(
            trial.cell,
            trial.hidden,
            plan=course.plan(budget, trial),
            output=model,
            watcher=timer,
        )
        peak = memory.bytes()
        if outcome.reason == "interrupted":
            return None
        valid, test = task.measure(model)
    except MusicRNNError as error:
        return Row.failed(trial, str(error))
    except Exception as error:  # a cell that breaks down must not end the others' runs
        first = (str(error).strip() or "no message").split("\n")[0]
        return Row.failed(trial, f"{type(error).__name__}: {first}")
    finally:
        torch.set_num_threads(threads)
        run_path(model).unlink(missing_ok=True)
    row = Row(
        **asdict(trial),
        valid=valid,
        test=test,
        updates=outcome.state.update,
        best_update=timer.best_update,
        seconds=outcome.state.seconds,
        step_seconds=statistics.median(timer.durations) if timer.durations else None,
        memory=peak,
        ended=outcome.reason,
    )
    if valid != valid or test != test or max(valid, test) == float("inf"):
        return replace(
            row,
            valid=None,
            test=None,
            error=f"the likelihood is {valid} on validation, {test} on test",
        )
    return row


def run_apart(task: Task, trial: Trial, budget: Budget, course: Course, model: Path) -> Row | None:
    """:func:`run_here` in a process of its own; one that dies is a row that says so.

    Raises:
        KeyboardInterrupt: Ctrl-C; the process has ended.
    """
    methods = multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        context.set_forkserver_preload(PRELOADED)  # torch is imported once, not once a run
    here, there = context.Pipe(duplex=False)
    process = context.Process(
        target=_run, args=(there, task, trial, budget, course, model), daemon=True
    )
    process.start()
    there.close()
    try:
        row = here.recv()
    except EOFError:
        process.join()
        code = process.exitcode
        ended = f"by signal {-code}" if code is not None and code < 0 else f"with code {code}"
        row = Row.failed(trial, f"the process ended {ended}, perhaps for want of memory")
    except BaseException:
        process.terminate()
        raise
    finally:
        process.join()
        here.close()
    return row


def _run(
    there: Connection, task: Task, trial: Trial, budget: Budget, course: Course, model: Path
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to hear
    there.send(run_here(task, trial, budget, course, model))
    there.close()
