"""What a training run shows: a bar, and a line after every validation.

In a terminal on stderr, in a notebook below its cell; in a log file the lines alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from musicrnn.errors import counted
from musicrnn.training.loop import Callback
from musicrnn.training.run_state import RunState

EXPECTED_AFTER = 2.0  # seconds behind the first update


class ProgressBar:
    """A Callback that draws with rich; ``unit`` is what the speed is counted in.

    ``log_folder`` is TensorBoard's; ``others`` are told the same.
    """

    def __init__(
        self, unit: str, log_folder: str | None = None, others: Sequence[Callback] = ()
    ) -> None:
        self.console = Console(stderr=True, highlight=False)
        self.unit, self.others = unit, others
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TextColumn("{task.fields[figures]}"),
            TimeRemainingColumn(),
            console=self.console,
        )
        self.task = self.bar.add_task("training", total=None, figures="")
        self.validation = float("nan")
        self.figures: dict[str, float] = {}
        self.begun: float | None = None  # seconds of the run at the first update
        self.log = self._tensorboard(log_folder) if log_folder else None
        self.drawn = self.console.is_terminal or self.console.is_jupyter

    def __enter__(self) -> ProgressBar:
        if self.drawn:
            self.bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self.drawn:
            self.bar.stop()
        if self.log is not None:
            self.log.close()

    def say(self, text: str) -> None:
        """A line above the bar."""
        self.console.print(text, soft_wrap=True, markup=False)

    def updated(self, state: RunState, figures: dict[str, float]) -> None:
        for other in self.others:
            other.updated(state, figures)
        self.figures = figures
        self._expect(state, figures)
        shown = (
            f"loss {figures['loss']:.3f}  valid {self.validation:.3f}  "
            f"|gradient| {figures['gradient_norm']:.2f}  "
            f"{figures['items_a_second']:.0f} {self.unit}/s"
        )
        total = state.total if state.total < 10**9 else None
        self.bar.update(self.task, completed=state.update, total=total, figures=shown)
        if self.log is not None:
            for name in ("loss", "gradient_norm", "learning_rate", "items_a_second"):
                self.log.add_scalar(f"train/{name}", figures[name], state.update)

    def validated(self, state: RunState, figures: dict[str, float]) -> None:
        for other in self.others:
            other.validated(state, figures)
        self.validation = figures["loss"]
        best = "  best" if state.validations_since_best == 0 else ""
        extra = "".join(f"  {n} {v:.4f}" for n, v in figures.items() if n != "loss")
        self.console.print(
            f"update {state.update}/{state.total}  {state.seconds:.0f} s  "
            f"train {self.figures.get('loss', float('nan')):.4f}  valid {figures['loss']:.4f}"
            f"{extra}{best}  |gradient| {self.figures.get('gradient_norm', float('nan')):.2f}  "
            f"{self.figures.get('items_a_second', 0):.0f} {self.unit}/s",
            soft_wrap=True,
        )
        if self.log is not None:
            for name, value in figures.items():
                self.log.add_scalar(f"valid/{name}", value, state.update)

    def _expect(self, state: RunState, figures: dict[str, float]) -> None:
        """Once, as soon as there is a pace: how many updates there will be, and until when."""
        if self.begun is None:
            self.begun = state.seconds
        elif self.begun >= 0 and state.seconds - self.begun >= EXPECTED_AFTER:
            self.begun = -1.0
            left = figures["seconds_left"]
            until = (datetime.now().astimezone() + timedelta(seconds=left)).strftime("%H:%M:%S")
            self.say(
                f"about {counted(state.total, 'update')}, until {until}; "
                f"{figures['items_a_second']:.0f} {self.unit}/s, loss {figures['loss']:.3f}"
            )

    def _tensorboard(self, folder: str) -> Any:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            said = f"no log is written to {folder}: tensorboard is not installed"
            self.console.print(said, soft_wrap=True)
            return None
        return SummaryWriter(folder)
