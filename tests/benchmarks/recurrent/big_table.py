"""All cells on the four polyphonic sets at two sizes, one seed after another: docs/big-table.md.

Every run has Bernoulli outputs, 800 updates and one rate a size; otherwise it is a run of `musicrnn
compare`. Rows are small JSON files under docs/big-table, to be committed as they come; the models
are not kept. The same command goes on from the rows that there are, in the order of RUNS: seed 0 of
every contest stands before seed 1 of any.

    python tests/benchmarks/recurrent/big_table.py            # run what is missing, then the page
    python tests/benchmarks/recurrent/big_table.py --page     # the page alone, from the rows
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from musicrnn.cells import CELLS
from musicrnn.comparison.budget import Budget, RunConfig
from musicrnn.comparison.compare import Comparison, Contest, compare, table_of
from musicrnn.comparison.rows import Folder
from musicrnn.io.atomic import whole_file
from musicrnn.training.frames.settings import FrameSettings
from musicrnn_datasets.comparing import compared_task, subject

DOCS = Path(__file__).parents[3] / "docs"
ROWS = DOCS / "big-table"
UPDATES, SEEDS = 800, 3
SMALL, LARGE = 20_480, 200_000  # parameters
RATES = {SMALL: 1.2e-2, LARGE: 6e-3}  # what most cells chose on JSB at 20,480, and half of it
SETS = ("jsb", "nottingham", "musedata", "piano")
RUNS = (
    ("nottingham", SMALL),
    ("jsb", LARGE),
    ("piano", SMALL),
    ("musedata", SMALL),
    ("nottingham", LARGE),
    ("piano", LARGE),
    ("musedata", LARGE),
)
DONE = DOCS / "compare.md"  # JSB at 20,480 stands there, with the better of four rates


@dataclass(frozen=True)
class Figure:
    """A cell on a set at a size: mean over seeds, half of its 95 % interval, how many seeds."""

    test: float | None
    interval: float | None
    seeds: int

    def __str__(self) -> str:
        if self.test is None:
            return "failed"
        spread = "" if self.interval is None else f" ± {self.interval:.3f}"
        return f"{self.test:.3f}{spread}" + ("" if self.seeds >= SEEDS else f" ({self.seeds})")


def contest(name: str, parameters: int, seeds: int, data: Path | None) -> Contest:
    """The comparison of all cells on a set at a size."""
    whole = 2000 if name == "nottingham" else 256  # tunes are read whole
    corpus, sizes = f"polyphonic-{name}", FrameSettings(sequence_length=whole)
    learned, _ = subject(compared_task(corpus), corpus, sizes, data=data)
    budget = Budget(parameters, updates=UPDATES, seeds=seeds, rates=(RATES[parameters],))
    return Contest(learned, list(CELLS), budget, RunConfig(validate_every=50))


def folder(name: str, parameters: int) -> Path:
    return ROWS / f"{name}-{parameters}"


def run_missing(data: Path | None) -> bool:
    """Run until all rows are there; False after Ctrl-C."""
    for seeds in range(1, SEEDS + 1):
        for name, parameters in RUNS:
            print(f"{name}, {parameters} parameters, {seeds} seeds", flush=True)
            found = compare(
                contest(name, parameters, seeds, data),
                folder(name, parameters),
                say=lambda text: print(text, flush=True),
            )
            for model in (folder(name, parameters) / "models").glob("*.safetensors"):
                model.unlink()
            if found.interrupted:
                return False
    return True


def figures_of(comparison: Comparison) -> dict[str, Figure]:
    return {
        cell.cell: Figure(cell.test, cell.interval, len(cell.tests)) for cell in comparison.cells
    }


def figures_of_page(text: str) -> dict[str, Figure]:
    """Of a page's first table of cells, as `musicrnn compare` writes it."""
    found: dict[str, Figure] = {}
    for line in text[text.index("| cell | test |") :].splitlines()[2:]:
        if not line.startswith("|"):
            break
        cell, test, interval, _, seeds, *_ = (part.strip() for part in line.strip("|").split("|"))
        if cell in CELLS:
            found[cell] = Figure(float(test), float(interval), int(seeds.split("/")[0]))
    return found


def page(
    columns: dict[tuple[str, int], dict[str, Figure]],
    baselines: dict[str, dict[str, float]],
    pieces: dict[str, tuple[int, int]],
) -> str:
    """docs/big-table.md; ``pieces`` are test pieces and frames of each set."""
    parts = [HEAD]
    for parameters in (SMALL, LARGE):
        shown = [name for name in SETS if columns.get((name, parameters))]
        if not shown:
            parts.append(f"## {parameters:,} parameters\n\nNo run yet.\n")
            continue
        own = {name: columns[name, parameters] for name in shown}
        rows = [["cell", *shown], ["---", *["---:"] * len(shown)]]
        for cell in sorted(CELLS, key=lambda cell: _place(cell, list(own.values()))):
            rows.append([cell, *[str(own[name].get(cell, "-")) for name in shown]])
        for baseline in ("markov", "marginal"):
            values = [f"{baselines[name][baseline]:.3f}" for name in shown]
            rows.append([f"({baseline}, no network)", *values])
        rows.append(["n: pieces, frames", *["{}, {}".format(*pieces[name]) for name in shown]])
        table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
        parts.append(f"## {parameters:,} parameters\n\n{table}\n")
    parts.append("## What is complete\n\n" + "\n".join(_state(columns)) + "\n")
    return "\n".join(parts)


def _place(cell: str, columns: Sequence[dict[str, Figure]]) -> tuple[int, float]:
    """Cells in most columns first, then by the mean of their figures."""
    tests = [c[cell].test for c in columns if cell in c]
    known = [test for test in tests if test is not None]
    return -len(known), sum(known) / max(1, len(known))


def _state(columns: dict[tuple[str, int], dict[str, Figure]]) -> list[str]:
    lines: list[str] = []
    for parameters in (SMALL, LARGE):
        for name in SETS:
            found = columns.get((name, parameters), {})
            done = sum(figure.seeds for figure in found.values())
            whole = [cell for cell in CELLS if cell in found and found[cell].seeds >= SEEDS]
            part = [cell for cell in CELLS if cell in found and found[cell].seeds < SEEDS]
            text = f"- {name}, {parameters:,}: {done} of {len(CELLS) * SEEDS} runs; "
            if len(whole) == len(CELLS):
                lines.append(text + "complete")
                continue
            text += f"complete {', '.join(whole) or 'none'}; in part {', '.join(part) or 'none'}"
            lines.append(text)
    return lines


HEAD = f"""# The big table: all cells on four sets

Test likelihood in nats a frame, lower is better: mean over seeds ± half of Student's 95 % interval
of that mean. (1) or (2) after a figure: so many of {SEEDS} seeds are done, the row is not complete;
a figure of one seed has no interval and is no order. Bernoulli outputs, one layer, {UPDATES}
updates of 16 pieces with AdamW and a cosine, norm clip 1, the model best on validation measured
once on test; official splits, the protocol of [compare.md](compare.md). One rate a size for all
cells, {RATES[SMALL]:g} and {RATES[LARGE]:g}, not a search: a cell that wants another rate is behind
here for that alone. Nottingham's tunes are read whole, the others in windows of 256 frames with the
state carried on. The column jsb at {SMALL:,} is that of [compare.md](compare.md), where each cell
had the best of four rates. {UPDATES} updates are 53 epochs of jsb, 18 of nottingham, 9 of musedata
and 22 of piano: what stands here is how far a cell gets in that, not where it ends.

```
python tests/benchmarks/recurrent/big_table.py
```

goes on from the rows in `docs/big-table` and writes this page; a run takes one core for half a
minute to ten minutes.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--page", action="store_true", help="only write the page")
    parser.add_argument("--data", type=Path, help="folder with the corpora")
    asked = parser.parse_args()
    complete = asked.page or run_missing(asked.data)
    columns = {("jsb", SMALL): figures_of_page(DONE.read_text("utf-8"))}
    baselines: dict[str, dict[str, float]] = {}
    pieces: dict[str, tuple[int, int]] = {}
    for name in SETS:
        learned = contest(name, SMALL, 1, asked.data).subject
        test = learned.data.examples["test"]
        baselines[name] = learned.baselines
        pieces[name] = len(test), sum(map(len, test))
    for name, parameters in RUNS:
        if (folder(name, parameters) / "rows").is_dir():
            which = contest(name, parameters, SEEDS, asked.data)
            rows = Folder(folder(name, parameters)).rows()
            columns[name, parameters] = figures_of(table_of(which, rows))
    with whole_file(DOCS / "big-table.md") as temporary:
        temporary.write_text(page(columns, baselines, pieces), encoding="utf-8")
    sys.exit(0 if complete else 130)


if __name__ == "__main__":
    main()
