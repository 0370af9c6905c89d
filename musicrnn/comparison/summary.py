"""What the rows say about a cell: mean and interval over its seeds.

Conventions. The interval is Student's 95 % interval of the mean, half its width; it needs two seeds
and speaks of the spread over seeds on one split, nothing else. A rate is chosen by the validation
loss of seed 0.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from musicrnn.comparison.rows import Row
from musicrnn.metrics.student import half_width


@dataclass(frozen=True)
class CellSummary:
    """One line of the table; figures are None while no run of the cell has any."""

    cell: str
    hidden: int
    parameters: int
    rate: float
    asked: int  # seeds
    tests: tuple[float, ...]  # nats a unit, one a seed that is done
    test: float | None
    interval: float | None
    valid: float | None
    step_seconds: float | None
    memory: int | None
    best_update: float | None
    seconds: float
    rates: dict[float, float]  # validation loss of seed 0
    failures: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return len(self.tests) >= self.asked


def chosen_rate(rows: Sequence[Row], rates: Sequence[float] = ()) -> float:
    """Of the rates of one cell the one with the lowest validation loss of seed 0.

    The smallest of its rows and of ``rates`` where every one failed.
    """
    losses = _losses(rows)
    if losses:
        return min(losses, key=losses.__getitem__)
    return min([*rates, *(row.rate for row in rows)])


def summarise(rows: Sequence[Row], asked: int) -> CellSummary:
    """``rows``, one at least, are all of one cell; ``asked`` the number of seeds wanted."""
    rate = chosen_rate(rows)
    ours = [row for row in rows if row.rate == rate and row.seed < asked]
    done = [row for row in ours if row.test is not None]
    tests = tuple(row.test for row in done if row.test is not None)
    valids = [row.valid for row in done if row.valid is not None]
    steps = [row.step_seconds for row in done if row.step_seconds is not None]
    peaks = [row.memory for row in done if row.memory is not None]
    sized = (done or ours or list(rows))[0]
    return CellSummary(
        cell=sized.cell,
        hidden=sized.hidden,
        parameters=sized.parameters,
        rate=rate,
        asked=asked,
        tests=tests,
        test=statistics.fmean(tests) if tests else None,
        interval=half_width(tests),
        valid=statistics.fmean(valids) if valids else None,
        step_seconds=statistics.median(steps) if steps else None,
        memory=round(statistics.median(peaks)) if peaks else None,
        best_update=statistics.median(row.best_update for row in done) if done else None,
        seconds=sum(row.seconds for row in rows),
        rates=_losses(rows),
        failures=tuple(
            f"rate {row.rate:g}, seed {row.seed}: {row.error}" for row in rows if row.error
        ),
    )


def _losses(rows: Sequence[Row]) -> dict[float, float]:
    """Validation losses of seed 0 by rate."""
    return {row.rate: row.valid for row in rows if row.seed == 0 and row.valid is not None}
