"""A comparison as a table (text, Markdown or LaTeX), as JSON and as a picture."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from musicrnn.comparison.budget import PARAMETER_TOLERANCE
from musicrnn.comparison.compare import Comparison, Contest
from musicrnn.comparison.summary import CellSummary
from musicrnn.errors import counted
from musicrnn.io.atomic import whole_file
from musicrnn.metrics.latex import latex_table
from musicrnn.metrics.tables import number
from musicrnn.plot.chart import Column, Dot, draw_chart
from musicrnn.plot.svg import svg

HEADER = (
    "cell", "test", "± 95 %", "valid", "seeds", "hidden", "parameters", "rate", "ms an update",
    "memory MiB", "best update",
)  # fmt: skip


def lines(contest: Contest, comparison: Comparison) -> list[list[str]]:
    """The cells of the table under HEADER, the baselines at the end."""
    found = [_line(contest, cell) for cell in comparison.cells]
    found += [[cell, *["-"] * (len(HEADER) - 1)] for cell in comparison.missing]
    for name, value in sorted(contest.subject.baselines.items(), key=lambda item: item[1]):
        found.append([f"({name}, no network)", f"{value:.3f}", *["-"] * (len(HEADER) - 2)])
    return found


def notes(contest: Contest, comparison: Comparison) -> list[str]:
    """Notes under the table: what is incomplete, failed, or off the budget."""
    found: list[str] = []
    for cell in comparison.cells:
        if not cell.complete:
            found.append(
                f"{cell.cell} is not complete: {len(cell.tests)} of {counted(cell.asked, 'seed')}"
            )
        found += [f"{cell.cell} failed at {failure}" for failure in cell.failures]
        if off := _off(contest, cell):
            found.append(f"{cell.cell} is {off} off the parameters of the budget")
    if comparison.missing:
        found.append(f"not run: {', '.join(comparison.missing)}")
    return found


def write_report(contest: Contest, comparison: Comparison, folder: Path, command: str) -> None:
    """Write ``table.md``, ``table.tex``, ``table.json`` and, where there is a figure, ``plot.svg``.

    Raises:
        MusicRNNError: the folder cannot be written to.
    """
    found = as_json_object(contest, comparison)
    texts = {
        "table.md": markdown(contest, comparison, command),
        "table.tex": latex(contest, comparison, command),
        "table.json": json.dumps({**found, "command": command}, indent=1, allow_nan=False) + "\n",
        "plot.svg": picture(contest, comparison),
    }
    for name, text in texts.items():
        if text is not None:
            with whole_file(folder / name) as temporary:
                temporary.write_text(text, encoding="utf-8")


def markdown(contest: Contest, comparison: Comparison, command: str) -> str:
    """The table as a page, with its budget, its notes and the command that made it."""
    budget, run_config = contest.budget, contest.run_config
    spent = sum(cell.seconds for cell in comparison.cells)
    rows = [list(HEADER), ["---"] + ["---:"] * (len(HEADER) - 1), *lines(contest, comparison)]
    sizes = ", ".join(f"{n} {v}" for n, v in contest.subject.settings().items() if n != "sha256")
    text = [
        f"# {contest.subject.name}: {counted(len(comparison.cells), 'cell')}",
        "",
        f"Test and validation in nats a {contest.subject.unit}, lower is better; "
        f"{_length(contest)}, {budget.parameters} parameters, {counted(budget.seeds, 'seed')}, "
        f"AdamW with a cosine from the rate, "
        f"{run_config.clip_by} clip {run_config.clip:g}. {sizes}. "
        f"Of the rates {', '.join(f'{rate:g}' for rate in budget.rates)} each cell "
        "has the one that was best on validation with seed 0. The model of a run is the best on "
        "validation, measured once on test; ± is Student's 95 % interval of the mean over seeds. "
        f"Training took {spent / 60:.0f} minutes in all on {run_config.device}, "
        f"{counted(run_config.threads, 'thread')}.",
        "",
        *("| " + " | ".join(_cell(part) for part in row) + " |" for row in rows),
        "",
        *(f"- {_cell(note)}" for note in notes(contest, comparison)),
        "",
        "```",
        command,
        "```",
        "",
    ]
    return "\n".join(text)


def latex(contest: Contest, comparison: Comparison, command: str) -> str:
    """The same for a paper: the table alone, to be read in; what made it and the notes as
    comments."""
    said = [command, f"nats a {contest.subject.unit}, {_length(contest)}", "needs booktabs"]
    comments = [line for each in (*said, *notes(contest, comparison)) for line in each.split("\n")]
    table = latex_table(HEADER, lines(contest, comparison))
    return "\n".join([*(f"% {comment}" for comment in comments), table, ""])


def as_json_object(contest: Contest, comparison: Comparison) -> dict[str, Any]:
    """The table for a program."""
    return {
        "data": contest.subject.name,
        "unit": contest.subject.unit,
        "budget": asdict(contest.budget),
        "settings": contest.settings(),
        "baselines": contest.subject.baselines,
        "complete": comparison.complete,
        "missing": comparison.missing,
        "cells": [
            {
                **asdict(cell),
                "rates": [{"rate": r, "valid": loss} for r, loss in sorted(cell.rates.items())],
                "complete": cell.complete,
            }
            for cell in comparison.cells
        ],
    }


def picture(contest: Contest, comparison: Comparison) -> str | None:
    """The table as SVG, cells with a figure alone; None where none has one."""
    cells = [cell for cell in comparison.cells if cell.test is not None]
    if not cells:
        return None
    marks = tuple(contest.subject.baselines.items())
    dots = [Dot(c.test, c.interval, c.tests) if c.test is not None else None for c in cells]
    times = [None if c.step_seconds is None else 1000 * c.step_seconds for c in cells]
    sizes = [None if c.memory is None else c.memory / 2**20 for c in cells]
    columns = [
        Column(f"test, nats a {contest.subject.unit}, 95 % interval", dots, 3, 3.0, marks),
        Column("ms an update", times, 1, 1.2),
    ]
    if any(size is not None for size in sizes):
        columns.append(Column("memory, MiB", sizes, 0, 1.2))
    about = (
        f"{contest.budget.parameters} parameters, {_length(contest)}, "
        f"{counted(contest.budget.seeds, 'seed')}; "
        + ", ".join(f"{name} {value:.3f}" for name, value in contest.subject.baselines.items())
    )
    return svg(draw_chart(contest.subject.name, about, [cell.cell for cell in cells], columns))


def _line(contest: Contest, cell: CellSummary) -> list[str]:
    off = _off(contest, cell)
    mark = f" ({off})" if off else ""
    return [
        cell.cell,
        number(cell.test),
        number(cell.interval),
        number(cell.valid),
        f"{len(cell.tests)}/{cell.asked}",
        str(cell.hidden) if cell.hidden else "-",
        f"{cell.parameters}{mark}" if cell.parameters else "-",
        f"{cell.rate:g}",
        "-" if cell.step_seconds is None else f"{1000 * cell.step_seconds:.1f}",
        "-" if cell.memory is None else f"{cell.memory / 2**20:.0f}",
        "-" if cell.best_update is None else f"{cell.best_update:.0f}",
    ]


def _off(contest: Contest, cell: CellSummary) -> str:
    """How far a cell is off the parameters of the budget, "" if not beyond PARAMETER_TOLERANCE."""
    off = cell.parameters / contest.budget.parameters - 1
    return f"{100 * off:+.1f} %" if cell.parameters and abs(off) > PARAMETER_TOLERANCE else ""


def _length(contest: Contest) -> str:
    budget = contest.budget
    if budget.updates is not None:
        return counted(budget.updates, "update")
    return f"{budget.minutes:g} minutes a run"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
