"""The training loop: one for every task.

AdamW or plain descent, warm-up and cosine, clipping by norm or value (Pascanu 2013), optional
averaging of the weights (Polyak), early stopping on the validation loss. The best model so far is
always whole on disk at ``output``; beside it ``output.run``, written at every validation and every
two minutes, holds everything that a resumed run needs to go on bit for bit (of several processes
each has its own), and ``output.lock`` keeps a second training away. Ctrl-C, SIGTERM and SIGHUP are
obeyed between two updates, never inside one. Lightning Fabric carries it from one CPU core to many
machines (``torchrun``).
"""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol

import torch
from torch import nn

from musicrnn.errors import MusicRNNError
from musicrnn.layers.graphs import use_graphs
from musicrnn.threads import suited_threads
from musicrnn.training.averaging import WeightAverage
from musicrnn.training.clipping import clip_gradients
from musicrnn.training.clock import Clock
from musicrnn.training.config import TrainingConfig
from musicrnn.training.interrupt import ENDING, Interrupt
from musicrnn.training.lock import locked
from musicrnn.training.machine import check_output, launched
from musicrnn.training.objective import Objective
from musicrnn.training.optimizer import optimizer_of
from musicrnn.training.run_state import RunState, check_made_with, load_run, run_path, save_run
from musicrnn.training.schedule import learning_rate_factor

SAVE_EVERY = 120.0  # seconds


class Callback(Protocol):
    """Called by the loop: the command line shows a progress bar, a test counts."""

    def updated(self, state: RunState, figures: dict[str, float]) -> None:
        """After every update: loss, gradient_norm, learning_rate, items_a_second, seconds_left."""
        ...

    def validated(self, state: RunState, figures: dict[str, float]) -> None:
        """After every validation."""
        ...


@dataclass(frozen=True)
class TrainingResult:
    """How a run ended: "finished", "stopped early" or "interrupted", by which signal.

    ``warnings`` are sentences that whoever reads its figures should know. ``because``: what ended a
    run that had minutes left, in words. ``output``: the network that was interrupted, where it is
    not the model's own.
    """

    reason: str
    state: RunState
    signal: int | None = None
    warnings: tuple[str, ...] = ()
    because: str = ""
    output: Path | None = None

    @property
    def exit_code(self) -> int:
        """What a program that trained exits with."""
        return 128 + (self.signal or signal.SIGINT) if self.reason == "interrupted" else 0


def fit(
    objective: Objective,
    plan: TrainingConfig,
    output: Path,
    *,
    callback: Callback | None = None,
    resume: bool = False,
    made_with: dict[str, Any] | None = None,
) -> TrainingResult:
    """Train until the budget of ``plan`` is spent, the validation loss stops falling, or a signal
    asks for the end.

    ``made_with``, settings and fingerprints as JSON, is kept with the run; a run is resumed with
    the same ones alone.

    Raises:
        MusicRNNError: nothing to resume, it is damaged, or with other settings; the loss is not
            finite; the output cannot be written, is being trained, or exists and is neither to be
            resumed nor to be overwritten (see TrainingConfig); there is no such device.
        KeyboardInterrupt, SystemExit: at the second signal; the run is as it was last saved.
    """
    check_output(output, overwrite=plan.overwrite, resume=resume)
    suited = suited_threads(objective.module, objective.rows)
    with Interrupt(*ENDING) as interrupt, locked(output), suited:
        run = _Run(
            objective,
            plan,
            output,
            callback=callback,
            made_with=made_with or {},
            interrupt=interrupt,
        )
        warnings = run.resume() if resume else ()
        reason, ended_by = run.train()
        return TrainingResult(reason, run.state, ended_by, warnings)


class _Run:
    def __init__(
        self,
        objective: Objective,
        plan: TrainingConfig,
        output: Path,
        *,
        callback: Callback | None,
        made_with: dict[str, Any],
        interrupt: Interrupt,
    ) -> None:
        self.objective, self.plan, self.output = objective, plan, output
        self.fabric = launched(plan.device, plan.precision)
        self.callback = callback if self.fabric.is_global_zero else None
        self.interrupt = interrupt
        self.path = run_path(output, self.fabric.global_rank)
        self.made_with = {**made_with, **plan.fixed(), "processes": self.fabric.world_size}
        torch.manual_seed(plan.seed)
        self.module: nn.Module = objective.module
        if plan.graphs:
            if self.fabric.device.type != "cuda":
                raise MusicRNNError(f"graphs need a CUDA device, got {self.fabric.device}")
            use_graphs(self.module)
        self.parameters = list(self.module.parameters())
        self.network, self.optimizer = self.fabric.setup(
            self.module, optimizer_of(plan, self.parameters)
        )
        objective.share(self.fabric.global_rank, self.fabric.world_size)
        self.average = WeightAverage(self.module, plan.average)
        self.state = RunState(total=plan.updates or 10**9)
        self.saved_at, self.saved_when = -1, time.monotonic()

    def resume(self) -> tuple[str, ...]:
        """Go on where the run was; what is to be said of that."""
        warnings = check_made_with(self.path, self.made_with)
        self.state = load_run(self.path, self.optimizer, self.average, self.objective)
        first = self.fabric.broadcast(self.state.update)
        if first != self.state.update:
            raise MusicRNNError(
                f"the processes' runs do not belong together: {self.path} stands at update "
                f"{self.state.update}, the first process's at {first}"
            )
        total = self.plan.updates or 10**9
        if self.plan.minutes is not None and self.state.update:
            pace = max(1e-9, self.state.seconds / self.state.update)
            total = min(total, self.state.update + max(1, int(self.plan.minutes * 60 / pace)))
        self.state = replace(self.state, total=total)
        self.saved_at = self.state.update
        return warnings

    def save(self) -> None:
        """The run's state, and the model too when no validation has written one yet."""
        self.save_state()
        unwritten = self.state.best == float("inf") or not self.output.exists()
        if self.fabric.is_global_zero and unwritten:
            with self.average.in_place():
                self.save_model({})

    def save_model(self, figures: dict[str, float]) -> None:
        if self.saved_at < 0:
            self.path.unlink(missing_ok=True)  # it belongs to the model that is replaced now
        self.objective.header["updates"] = self.state.update
        self.objective.checkpoint(figures).save(self.output, weights=self.plan.weights)

    def save_state(self) -> None:
        if self.saved_at != self.state.update:
            parts = (self.optimizer, self.average, self.objective)
            save_run(self.path, self.state, *parts, made_with=self.made_with)
            self.saved_at = self.state.update
        self.saved_when = time.monotonic()

    def train(self) -> tuple[str, int | None]:
        """Why it ended, and the signal that ended it."""
        clock = Clock(self.plan, self.state)
        alone = self.fabric.world_size == 1
        self.module.train()
        while self.state.update < self.state.total:
            figures = self._update()
            update = self.state.update + 1
            seconds, total, validate = clock.after(update, self.state.total)
            asked = self.interrupt.signal
            due = time.monotonic() - self.saved_when >= SAVE_EVERY
            # the first process's clock and signals count
            told = self.fabric.broadcast((total, asked, due, validate))
            total, asked, due, validate = told
            self.state = replace(self.state, update=update, seconds=seconds, total=total)
            figures["items_a_second"] = self.state.items / max(1e-9, seconds)
            figures["seconds_left"] = (total - update) * seconds / update
            self._tell("updated", figures)
            if validate:
                self._validate()
                self.save()
                if self.state.validations_since_best >= self.plan.patience:
                    return "stopped early", None
            elif due:
                self.save_state()
            asked = self.interrupt.signal if alone else asked
            if asked is not None and update < total:
                self.save()
                return "interrupted", asked
        if self.state.best == float("inf"):  # resumed behind the end that is asked for now
            self._validate()
        return "finished", None

    def _tell(self, what: Literal["updated", "validated"], figures: dict[str, float]) -> None:
        """The callback hears of it; its KeyboardInterrupt is a Ctrl-C like any other."""
        try:
            if self.callback is not None:
                getattr(self.callback, what)(self.state, figures)
        except KeyboardInterrupt:
            self.interrupt.note(signal.SIGINT)

    def _update(self) -> dict[str, float]:
        rate = self.plan.learning_rate * learning_rate_factor(
            self.state.update, total=self.state.total, warm_up=self.plan.warm_up
        )
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        summed, count = self.objective.loss(self.network)
        loss = summed / max(1, count)
        self.fabric.backward(loss)
        norm = clip_gradients(self.parameters, self.plan.clip, by=self.plan.clip_by)
        value = loss.item()
        if value != value or value in (float("inf"), float("-inf")):
            raise MusicRNNError(
                f"the loss became {value} at update {self.state.update}: "
                f"a learning rate of {self.plan.learning_rate} is probably too high"
            )
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.average.update()
        self.state = replace(self.state, items=self.state.items + count)
        return {"loss": value, "gradient_norm": norm.item(), "learning_rate": rate}

    def _validate(self) -> None:
        self.module.eval()
        with torch.no_grad(), self.average.in_place():
            figures = self.objective.validate()
            better = figures["loss"] < self.state.best
            if better and self.fabric.is_global_zero:
                self.save_model(figures)
        self.module.train()
        since = 0 if better else self.state.validations_since_best + 1
        best = min(self.state.best, figures["loss"])
        self.state = replace(self.state, best=best, validations_since_best=since)
        self._tell("validated", figures)
