"""The training loop: one for every task.

AdamW, warm-up and cosine, global-norm clipping (Pascanu 2013), optional averaging of the weights
(Polyak), early stopping on the validation loss. The best model so far is always whole on disk at
``output``; beside it ``output.run`` holds everything that a resumed run needs to go on bit for bit.
Lightning Fabric carries it from one CPU core to many machines (``torchrun``).
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from musicrnn.errors import MusicRNNError
from musicrnn.training.averaging import WeightAverage
from musicrnn.training.objective import Objective
from musicrnn.training.run_state import RunState, load_run, save_run
from musicrnn.training.schedule import learning_rate_factor


@dataclass(frozen=True)
class Plan:
    """How long and how to train: ``updates`` or ``minutes``; with both the shorter one counts."""

    updates: int | None = None  # None: as many as fit
    minutes: float | None = None
    learning_rate: float = 2e-3
    warm_up: int = 100  # updates
    weight_decay: float = 0.01
    clip: float = 1.0  # global gradient norm
    average: float = 0.0  # decay of the weight average; 0 switches it off
    validate_every: int = 200  # updates
    patience: int = 20  # validations without a better loss
    seed: int = 0
    device: str = "auto"
    precision: str = "32-true"
    half: bool = False  # store the model's weights as float16

    def __post_init__(self) -> None:
        if (self.updates is None) == (self.minutes is None) and self.updates is None:
            raise MusicRNNError("a plan needs updates or minutes, got neither")
        for name in ("learning_rate", "clip"):
            if not getattr(self, name) > 0:
                raise MusicRNNError(f"{name} must be more than 0, got {getattr(self, name)}")
        for name in ("validate_every", "patience"):
            if getattr(self, name) < 1:
                raise MusicRNNError(f"{name} must be 1 or more, got {getattr(self, name)}")
        if self.updates is not None and self.updates < 1:
            raise MusicRNNError(f"updates must be 1 or more, got {self.updates}")
        if self.minutes is not None and not self.minutes > 0:
            raise MusicRNNError(f"minutes must be more than 0, got {self.minutes}")
        if not 0 <= self.average < 1:
            raise MusicRNNError(f"average must be in [0, 1), got {self.average}")


class Watcher(Protocol):
    """Who looks on: the command line shows a progress bar, a test counts."""

    def updated(self, state: RunState, figures: dict[str, float]) -> None:
        """After every update: loss, gradient_norm, learning_rate, items_a_second, seconds_left."""
        ...

    def validated(self, state: RunState, figures: dict[str, float]) -> None:
        """After every validation."""
        ...


@dataclass(frozen=True)
class Outcome:
    """How a run ended: "finished", "stopped early" or "interrupted"."""

    reason: str
    state: RunState


def fit(
    objective: Objective,
    plan: Plan,
    output: Path,
    *,
    watcher: Watcher | None = None,
    resume: bool = False,
) -> Outcome:
    """Train until the plan ends, the validation loss stops falling, or Ctrl-C.

    Raises:
        MusicRNNError: nothing to resume, the loss is not finite, or the output cannot be written.
    """
    run = _Run(objective, plan, output, watcher)
    if resume:
        run.resume()
    try:
        reason = run.train()
    except KeyboardInterrupt:
        reason = "interrupted"
        run.save()
    return Outcome(reason, run.state)


def run_path(output: Path) -> Path:
    """Where the state of an unfinished run is kept."""
    return output.with_name(output.name + ".run")


class _Run:
    def __init__(
        self, objective: Objective, plan: Plan, output: Path, watcher: Watcher | None
    ) -> None:
        self.objective, self.plan, self.output, self.watcher = objective, plan, output, watcher
        here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))  # processes that torchrun started
        everywhere = int(os.environ.get("WORLD_SIZE", "1"))
        self.fabric = Fabric(
            accelerator=plan.device,
            devices=here,
            num_nodes=max(1, everywhere // here),
            precision=plan.precision,  # type: ignore[arg-type]
        )
        self.fabric.launch()
        if not self.fabric.is_global_zero:
            self.watcher = None
        torch.manual_seed(plan.seed)
        self.module: nn.Module = objective.module
        self.parameters = dict(self.module.named_parameters())
        decayed = [p for p in self.parameters.values() if p.ndim > 1]
        others = [p for p in self.parameters.values() if p.ndim <= 1]
        optimizer = torch.optim.AdamW(
            [{"params": decayed}, {"params": others, "weight_decay": 0.0}],
            lr=plan.learning_rate,
            weight_decay=plan.weight_decay,
            betas=(0.9, 0.98),
        )
        self.network, self.optimizer = self.fabric.setup(self.module, optimizer)
        objective.share(self.fabric.global_rank, self.fabric.world_size)
        self.average = WeightAverage(self.module, plan.average)
        self.state = RunState(total=plan.updates or 10**9)
        self.saved_at = -1

    def resume(self) -> None:
        self.state = load_run(
            run_path(self.output), self.module, self.optimizer, self.average, self.objective
        )
        if self.plan.updates is not None:
            self.state = replace(self.state, total=self.plan.updates)
        self.saved_at = self.state.update

    def save(self) -> None:
        """The run's state, and the model too when no better one has been written yet."""
        if self.fabric.is_global_zero and self.saved_at != self.state.update:
            save_run(
                run_path(self.output),
                self.state,
                self.module,
                self.optimizer,
                self.average,
                self.objective,
            )
            self.saved_at = self.state.update
        if self.fabric.is_global_zero and not self.output.exists():
            with self.average.in_place():
                self.objective.checkpoint({}).save(self.output, half=self.plan.half)

    def train(self) -> str:
        started = time.monotonic() - self.state.seconds
        limit = self.plan.minutes * 60 if self.plan.minutes is not None else float("inf")
        self.module.train()
        while self.state.update < self.state.total:
            figures = self._update()
            now = time.monotonic() - started
            state = replace(self.state, update=self.state.update + 1, seconds=now)
            if limit < float("inf") and state.update % 20 == 0:
                pace = now / state.update  # seconds an update, validations included
                total = state.update + max(0, int((limit - now) / pace))
                state = replace(state, total=min(self.plan.updates or 10**9, total))
            self.state = state
            figures["items_a_second"] = state.items / max(1e-9, now)
            figures["seconds_left"] = (state.total - state.update) * now / state.update
            if self.watcher is not None:
                self.watcher.updated(state, figures)
            last = state.update >= state.total
            if state.update % self.plan.validate_every == 0 or last:
                self._validate()
                self.save()
                if self.state.validations_since_best >= self.plan.patience:
                    return "stopped early"
        return "finished"

    def _update(self) -> dict[str, float]:
        rate = self.plan.learning_rate * learning_rate_factor(
            self.state.update, total=self.state.total, warm_up=self.plan.warm_up
        )
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        summed, count = self.objective.loss(self.network)
        loss = summed / max(1, count)
        self.fabric.backward(loss)
        norm = nn.utils.clip_grad_norm_(list(self.parameters.values()), self.plan.clip)
        value = _number(loss)
        if value != value or value in (float("inf"), float("-inf")):
            raise MusicRNNError(
                f"the loss became {value} at update {self.state.update}: "
                f"a learning rate of {self.plan.learning_rate} is probably too high"
            )
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.average.update()
        self.state = replace(self.state, items=self.state.items + count)
        return {"loss": value, "gradient_norm": _number(norm), "learning_rate": rate}

    def _validate(self) -> None:
        self.module.eval()
        with torch.no_grad(), self.average.in_place():
            figures = self.objective.validate(self.network)
            better = figures["loss"] < self.state.best
            if better and self.fabric.is_global_zero:
                self.objective.checkpoint(figures).save(self.output, half=self.plan.half)
        self.module.train()
        since = 0 if better else self.state.validations_since_best + 1
        best = min(self.state.best, figures["loss"])
        self.state = replace(self.state, best=best, validations_since_best=since)
        if self.watcher is not None:
            self.watcher.validated(self.state, figures)


def _number(value: Tensor | Any) -> float:
    return float(value.detach()) if isinstance(value, Tensor) else float(value)
