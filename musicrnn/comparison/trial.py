"""One run of a comparison: trained, its best model measured once, in a process of its own.

Each run has a process, so that one that breaks down takes no other with it and memory is its own.
The process is started by multiprocessing; a program that compares must therefore begin under
``if __name__ == "__main__":``.
"""

from __future__ import annotations

import math
import multiprocessing
import signal
import statistics
import threading
import time
from dataclasses import asdict
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from musicrnn.comparison.budget import Budget, RunConfig, Trial
from musicrnn.comparison.memory import PeakMemory
from musicrnn.comparison.rows import Row
from musicrnn.comparison.subject import Subject
from musicrnn.errors import MusicRNNError
from musicrnn.threads import threads
from musicrnn.training.interrupt import Interrupt
from musicrnn.training.loop import run_path
from musicrnn.training.run_state import RunState

PRELOADED = [
    "musicrnn.comparison.subject",
    "musicrnn.training.compose.objective",
    "lightning_fabric",
]


class Timer:
    """A Callback that takes the time of every update, validations apart, and notes the best one."""

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


def run_here(
    subject: Subject, trial: Trial, budget: Budget, run_config: RunConfig, model: Path
) -> Row | None:
    """Train and measure in this process; a failure is a row with its reason, Ctrl-C is None."""
    timer = Timer()
    try:
        with threads(run_config.threads):
            memory = PeakMemory(run_config.device)
            outcome = subject.train(
                trial.cell,
                trial.hidden,
                plan=run_config.training_config(budget, trial),
                output=model,
                callback=timer,
            )
            peak = memory.bytes()
            if outcome.reason == "interrupted":
                return None
            valid, test = subject.measure(model)
    except MusicRNNError as error:
        return Row.failed(trial, str(error))
    except Exception as error:  # a cell that breaks down must not end the others' runs
        first = (str(error).strip() or "no message").split("\n")[0]
        return Row.failed(trial, f"{type(error).__name__}: {first}")
    finally:
        run_path(model).unlink(missing_ok=True)
    finite = math.isfinite(valid) and math.isfinite(test)
    return Row(
        **asdict(trial),
        valid=valid if finite else None,
        test=test if finite else None,
        updates=outcome.state.update,
        best_update=timer.best_update,
        seconds=outcome.state.seconds,
        step_seconds=statistics.median(timer.durations) if timer.durations else None,
        memory=peak,
        ended=outcome.reason,
        error="" if finite else f"the likelihood is {valid} on validation, {test} on test",
    )


def run_apart(
    subject: Subject, trial: Trial, budget: Budget, run_config: RunConfig, model: Path
) -> Row | None:
    """:func:`run_here` in a process of its own; one that dies gives a row with the reason.

    Raises:
        KeyboardInterrupt: Ctrl-C; the process has ended.
    """
    context = _context()
    here, there = context.Pipe(duplex=False)
    process = context.Process(
        target=_run, args=(there, subject, trial, budget, run_config, model), daemon=True
    )
    with Interrupt() as interrupt:
        process.start()
    there.close()
    try:
        if interrupt.asked:
            raise KeyboardInterrupt
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


@cache
def _context() -> Any:
    """How processes are started: from a server that has imported torch once, where there is one.

    The server ignores SIGINT before it runs, which its processes inherit: Ctrl-C is the parent's.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver

    context: Any = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    if threading.current_thread() is threading.main_thread():  # signals are this thread's
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            forkserver.ensure_running()
        finally:
            signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
    return context


def _run(there: Connection, *given: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is handled by the parent
    there.send(run_here(*given))
    there.close()
