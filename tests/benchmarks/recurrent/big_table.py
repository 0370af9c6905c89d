"""The big table: all cells on the four polyphonic sets, with 20,480 and with 200,000 parameters.

Runs what has no row yet in docs/big-table, a seed of everything before the next seed of anything,
and writes docs/big-table.md from all rows that there are. Many hours on one core; Ctrl-C loses the
run that is under way, and the same command goes on, from the committed rows alone. The chorales
with 20,480 parameters were run before: their figures are taken from docs/compare.md.

    python tests/benchmarks/recurrent/big_table.py [--only jsb-200000] [--cells lstm,gru]
    python tests/benchmarks/recurrent/big_table.py --page
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from musicrnn.cells import CELLS
from musicrnn.comparison.budget import Budget, Course
from musicrnn.comparison.compare import Contest, compare
from musicrnn.comparison.frames import FrameSettings, FrameTask
from musicrnn.comparison.rows import Folder, Row
from musicrnn.comparison.summary import summarise
from musicrnn.io.atomic import whole_file
from musicrnn_datasets.comparing import comparison_task

DOCS = Path(__file__).parents[3] / "docs"
SETS = {"jsb": "JSB", "nottingham": "Nottingham", "musedata": "MuseData", "piano": "Piano-midi"}
RATES = {20_480: (1.2e-2, 2.4e-2), 200_000: (3e-3, 6e-3)}  # by the number of parameters
UPDATES, SEEDS = 800, 3
BEFORE = ("jsb", 20_480)  # stands in docs/compare.md
Key = tuple[str, int]  # a set and a number of parameters
ABOUT = """
# The big table

Every cell of musicrnn on the four polyphonic sets of Boulanger-Lewandowski, with two sizes: nats a
time step on the test split, lower is better, by the protocol in [polyphonic.md](polyphonic.md). The
output is 88 independent pitches (Bernoulli), one layer, so that what differs is the cell.

The same for all: 800 updates of 16 pieces and 256 time steps, AdamW with a cosine from its peak
rate, norm clip 1, the hidden size whose whole model comes nearest to the number of parameters, the
model that is best on validation, measured once on test. Of two rates (1.2e-2 and 2.4e-2 with 20,480
parameters, 3e-3 and 6e-3 with 200,000) each cell has the one that is better on validation with
seed 0. A figure is the mean over three seeds, ± half of Student's 95 % interval of that mean; *in
italics* it is not complete, with the seeds that are done. What 800 updates show on the longer sets
is who learns fastest, not who ends lowest: they are 53 epochs of the chorales, 22 of Piano-midi, 11
of Nottingham, 9 of MuseData.

† The chorales with 20,480 parameters are the table of [compare.md](compare.md) as it stands there
(four rates, validated every 25 updates, measured 2026-11-23).

The rows, one small file a run, lie in `docs/big-table`; the command that makes what is missing, and
this page, is

```sh
python tests/benchmarks/recurrent/big_table.py
```

It may be stopped at any time and goes on where it was; `--only jsb-200000` and `--cells lstm,gru`
make a part of it, `--page` this page alone.
"""


@dataclass(frozen=True)
class Figure:
    """A cell's mean on test, half of its interval as text ("" without), seeds that are done."""

    test: str
    interval: str
    seeds: int

    @property
    def complete(self) -> bool:
        return self.seeds >= SEEDS

    def __str__(self) -> str:
        text = f"{self.test} ± {self.interval}" if self.interval else self.test
        return text if self.complete else f"*{text} ({self.seeds}/{SEEDS})*"


def keys() -> list[Key]:
    """All sets with all sizes but the one that was run before."""
    return [(name, size) for size in RATES for name in SETS if (name, size) != BEFORE]


def contest(key: Key, task: FrameTask, cells: Sequence[str], seeds: int) -> Contest:
    """The same course for all; each cell has the one of two rates that is best on validation."""
    budget = Budget(key[1], updates=UPDATES, seeds=seeds, rates=RATES[key[1]])
    return Contest(task, cells, budget, Course(validate_every=50))


def folder(docs: Path, key: Key) -> Path:
    return docs / "big-table" / f"{key[0]}-{key[1]}"


def task_of(name: str) -> FrameTask:
    task, _ = comparison_task(f"polyphonic-{name}", FrameSettings())
    assert isinstance(task, FrameTask)
    return task


def figures(rows: Sequence[Row]) -> tuple[dict[str, Figure], list[str]]:
    """Of the rows of one folder the figures by cell, and the reasons of what failed."""
    by_cell: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_cell[row.cell].append(row)
    found: dict[str, Figure] = {}
    failures: list[str] = []
    for cell, ours in by_cell.items():
        line = summarise(ours, sorted({row.rate for row in ours}), SEEDS)
        failures += [f"{cell} at {failure}" for failure in line.failures]
        if line.test is not None:
            spread = "" if line.interval is None else f"{line.interval:.3f}"
            found[cell] = Figure(f"{line.test:.3f}", spread, len(line.tests))
    return found, failures


def figures_before(compare_page: str) -> dict[str, Figure]:
    """The first table of docs/compare.md."""
    found: dict[str, Figure] = {}
    table = compare_page.split("## All cells on the JSB chorales", 1)[1].split("(markov", 1)[0]
    for line in table.splitlines():
        parts = [part.strip() for part in line.strip("|").split("|")]
        if parts[0] in CELLS and re.fullmatch(r"\d+/\d+", parts[4]):
            found[parts[0]] = Figure(parts[1], parts[2], int(parts[4].split("/")[0]))
    return found


def page(docs: Path, tasks: dict[str, FrameTask]) -> str:
    """docs/big-table.md from the rows that there are."""
    parts = [ABOUT.strip()]
    failed: list[str] = []
    for size in RATES:
        columns: list[dict[str, Figure]] = []
        for name in SETS:
            key = (name, size)
            if key == BEFORE:
                columns.append(figures_before((docs / "compare.md").read_text(encoding="utf-8")))
                continue
            rows = Folder(folder(docs, key)).rows()
            column, failures = figures(rows)
            columns.append(column)
            failed += [f"- {name}, {size:,} parameters: {failure}" for failure in failures]
        parts += [f"## {size:,} parameters", table(size, columns, tasks), done(columns)]
    if failed:
        parts += ["## Runs that failed", "\n".join(failed)]
    return "\n\n".join(parts) + "\n"


def table(size: int, columns: Sequence[dict[str, Figure]], tasks: dict[str, FrameTask]) -> str:
    """Cells that are best on the first set on top, then those without a figure there."""

    def place(cell: str) -> tuple[float, ...]:
        return tuple(float(c[cell].test) if cell in c else float("inf") for c in columns)

    titles = [f"{t} †" if (n, size) == BEFORE else t for n, t in SETS.items()]
    lines = [["cell", *titles], ["---", *["---:"] * len(SETS)]]
    for cell in sorted(CELLS, key=place):
        lines.append([cell, *(str(column.get(cell, "-")) for column in columns)])
    for baseline in ("markov", "marginal"):
        values = [f"{tasks[name].baselines[baseline]:.3f}" for name in SETS]
        lines.append([f"({baseline}, no network)", *values])
    tests = [tasks[name].test_pieces for name in SETS]
    lines.append(["n: test pieces", *(str(len(pieces)) for pieces in tests)])
    lines.append(["n: test steps", *(f"{sum(map(len, pieces)):,}" for pieces in tests)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def done(columns: Sequence[dict[str, Figure]]) -> str:
    """How much of each set there is."""
    parts = [
        f"{title} {sum(figure.complete for figure in column.values())} of {len(CELLS)} cells "
        f"({sum(figure.seeds for figure in column.values())} of {SEEDS * len(CELLS)} seeds)"
        for title, column in zip(SETS.values(), columns, strict=True)
    ]
    return f"Complete: {', '.join(parts)}."


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", default="", help="sets and sizes with commas between")
    parser.add_argument("--cells", default=",".join(CELLS))
    parser.add_argument("--page", action="store_true", help="run nothing, write the page alone")
    words = parser.parse_args()
    tasks = {name: task_of(name) for name in SETS}
    only = words.only.split(",") if words.only else [f"{name}-{size}" for name, size in keys()]
    wanted = [key for key in keys() if f"{key[0]}-{key[1]}" in only]
    interrupted = words.page
    for seeds in range(1, SEEDS + 1):
        for key in wanted:
            if not interrupted:
                cells = words.cells.split(",")
                found = compare(
                    contest(key, tasks[key[0]], cells, seeds), folder(DOCS, key), say=print
                )
                interrupted = found.interrupted
    with whole_file(DOCS / "big-table.md") as temporary:
        temporary.write_text(page(DOCS, tasks), encoding="utf-8")


if __name__ == "__main__":
    main()
