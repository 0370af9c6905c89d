"""The comparison itself: every trial that has no row yet, one after the other.

The seeds are the outer loop, so that a whole table of one seed is ready early. A rate is looked for
with seed 0 alone; see :mod:`musicrnn.comparison.budget`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

from musicrnn.cells import CELLS
from musicrnn.comparison.budget import Budget, RunConfig, Trial
from musicrnn.comparison.matching import Match, matched
from musicrnn.comparison.rows import Folder, Row
from musicrnn.comparison.subject import Subject
from musicrnn.comparison.summary import CellSummary, chosen_rate, summarise
from musicrnn.comparison.trial import run_apart
from musicrnn.errors import MusicRNNError, counted
from musicrnn.layers.settings import LayerSettings

Runner = Callable[[Subject, Trial, Budget, RunConfig, Path], Row | None]


@dataclass(frozen=True, eq=False)
class Contest:
    """Who is compared on what and how: the subject, the cells by name, the budget, the course."""

    subject: Subject
    cells: Sequence[str]
    budget: Budget
    run_config: RunConfig

    def __post_init__(self) -> None:
        for cell in self.cells:
            LayerSettings().cell(cell)  # an unknown one is an error that names its neighbours
        if not self.cells or len(set(self.cells)) != len(self.cells):
            raise MusicRNNError(
                f"cells must be different ones of {', '.join(CELLS)}, got {', '.join(self.cells)}"
            )
        for rate in self.budget.rates:  # a wrong value is an error now
            self.run_config.training_config(self.budget, Trial("", 1, 1, rate, 0))

    def settings(self) -> dict[str, object]:
        """What all rows of a folder share."""
        return self.subject.settings() | self.budget.fixed() | asdict(self.run_config)


@dataclass(frozen=True)
class Comparison:
    """The lines of the table: best mean on test first, cells without a figure last."""

    cells: list[CellSummary]
    missing: list[str]  # cells without any row
    interrupted: bool = False

    @property
    def complete(self) -> bool:
        return not self.missing and all(cell.complete for cell in self.cells)


def compare(
    contest: Contest,
    folder: Path,
    *,
    say: Callable[[str], None] = lambda text: None,
    retry: bool = False,
    run: Runner = run_apart,
) -> Comparison:
    """Run what is missing in ``folder`` and give the table; ``say`` is called with a line for each
    run.

    Ctrl-C loses the run that is under way; the same call goes on. A run that failed keeps its row,
    with the reason, and is made again only with ``retry``.

    Raises:
        MusicRNNError: the folder is of other settings or cannot be written, or no cell has a size
            that suits the budget.
    """
    kept = Folder(folder)
    trials = _Trials(contest, kept)
    kept.open(contest.settings(), contest.subject.as_now)
    started, made, interrupted = time.monotonic(), 0, False
    try:
        for trial in trials:
            row = kept.row(trial)
            if row is not None and not (retry and row.error):
                continue
            row = trials.refused(trial) or run(
                contest.subject, trial, contest.budget, contest.run_config, kept.model(trial)
            )
            if row is None:
                interrupted = True
                break
            kept.keep(row)
            made += 1
            pace = (time.monotonic() - started) / made
            say(f"{row_text(row, contest.subject.unit)}; {trials.left(pace)}")
    except KeyboardInterrupt:
        interrupted = True
    return table_of(contest, kept.rows(), interrupted=interrupted)


def table_of(contest: Contest, rows: Sequence[Row], *, interrupted: bool = False) -> Comparison:
    """The table of all rows of a folder, in their order there, be the cells asked for in this
    contest or before."""
    by_cell = {cell: list(ours) for cell, ours in groupby(rows, lambda row: row.cell)}
    lines = [summarise(ours, contest.budget.seeds) for ours in by_cell.values()]
    lines.sort(key=lambda line: (line.test is None, line.test or 0.0, line.cell))
    return Comparison(lines, [c for c in contest.cells if c not in by_cell], interrupted)


def row_text(row: Row, unit: str) -> str:
    """A run in one line."""
    name = f"{row.cell} ({row.hidden} units, rate {row.rate:g}, seed {row.seed})"
    if row.valid is None or row.test is None:
        return f"{name} failed: {row.error}"
    step = "" if row.step_seconds is None else f", {1000 * row.step_seconds:.1f} ms an update"
    return f"{name}: valid {row.valid:.3f} nats a {unit}, {row.seconds:.0f} s{step}"


class _Trials:
    """The trials in the order in which they are run; sizes are matched when first needed."""

    def __init__(self, contest: Contest, kept: Folder) -> None:
        self.contest, self.kept = contest, kept
        self.matches: dict[str, Match] = {}
        self.refusals: dict[str, str] = {}
        for cell in contest.cells:
            try:
                count = partial(contest.subject.parameters, cell)
                self.matches[cell] = matched(count, contest.budget.parameters)
            except Exception as error:  # a cell that breaks down must not end the others' runs
                reason = str(error) if isinstance(error, MusicRNNError) else repr(error)
                self.matches[cell], self.refusals[cell] = Match(0, 0), reason
        if len(self.refusals) == len(self.matches):
            raise MusicRNNError(f"no cell can be had: {next(iter(self.refusals.values()))}")

    def __iter__(self) -> Iterator[Trial]:
        budget = self.contest.budget
        for seed in range(budget.seeds):
            for cell in self.contest.cells:
                if seed == 0:
                    rates = budget.rates
                else:
                    ours = [row for row in self.kept.rows() if row.cell == cell]
                    rates = (chosen_rate(ours, budget.rates),)
                match = self.matches[cell]
                for rate in rates:
                    yield Trial(cell, match.hidden, match.parameters, rate, seed)

    def refused(self, trial: Trial) -> Row | None:
        """The row of a cell that has no size for the budget."""
        reason = self.refusals.get(trial.cell)
        return None if reason is None else Row.failed(trial, reason)

    def left(self, pace: float) -> str:
        """What is still to be run, at ``pace`` seconds a run."""
        budget = self.contest.budget
        done = {(row.cell, row.rate, row.seed) for row in self.kept.rows()}
        runs = 0
        for cell in self.contest.cells:
            runs += sum((cell, rate, 0) not in done for rate in budget.rates)
            seeds = {seed for name, _, seed in done if name == cell}
            runs += sum(seed not in seeds for seed in range(1, budget.seeds))
        if not runs:
            return "all are done"
        return f"{counted(runs, 'run')} left, about {runs * pace / 60:.1f} minutes"
