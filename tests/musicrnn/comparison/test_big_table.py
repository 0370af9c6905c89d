"""The big table goes on from rows alone, marks what is not complete, keeps what was run before."""

from pathlib import Path

import numpy as np
import pytest

from musicrnn.cells import CELLS
from musicrnn.comparison.compare import compare
from musicrnn.comparison.frames import FrameTask
from musicrnn.comparison.rows import Row
from tests.benchmarks.recurrent import big_table

DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture
def tasks() -> dict[str, FrameTask]:
    pieces = [np.eye(4, 88, dtype=np.uint8)]
    return {name: FrameTask(name, pieces, pieces, pieces * 3) for name in big_table.SETS}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "compare.md").write_text((DOCS / "compare.md").read_text("utf-8"), "utf-8")
    return tmp_path


def test_a_later_run_goes_on_from_the_rows(docs: Path, tasks: dict[str, FrameTask]) -> None:
    key, run = ("piano", 20_480), []

    def runner(task, trial, budget, course, model) -> Row | None:
        run.append((trial.cell, trial.rate, trial.seed))
        nats = 8 + 10 * trial.rate + trial.seed / 10
        return Row(**vars(trial), valid=nats, test=nats) if len(run) != 5 else None

    for _ in range(2):  # interrupted after four
        for seeds in (1, 2):
            contest = big_table.contest(key, tasks["piano"], ["gru", "lstm"], seeds)
            compare(contest, big_table.folder(docs, key), run=runner)
    first = [(cell, rate, 0) for cell in ("gru", "lstm") for rate in (0.012, 0.024)]
    assert run == [*first, ("gru", 0.012, 1), ("gru", 0.012, 1), ("lstm", 0.012, 1)]
    page = big_table.page(docs, tasks)
    line = next(line for line in page.splitlines() if line.startswith("| gru |"))
    assert line.split(" | ")[1:] == ["8.519 ± 0.053", "-", "-", "*8.170 ± 0.635 (2/3)* |"]
    assert "Complete: JSB 25 of 25 cells (75 of 75 seeds), Nottingham 0 of 25 cells" in page
    assert "Piano-midi 0 of 25 cells (4 of 75 seeds)" in page
    assert "| n: test pieces | 3 | 3 | 3 | 3 |" in page
    assert "| n: test steps | 12 | 12 | 12 | 12 |" in page


def test_all_cells_were_run_before_and_failures_are_told(
    docs: Path, tasks: dict[str, FrameTask]
) -> None:
    before = big_table.figures_before((docs / "compare.md").read_text("utf-8"))
    assert before.keys() == CELLS.keys()
    assert all(figure.complete for figure in before.values())
    assert str(before["mingru"]) == "8.411 ± 0.044"
    key = ("jsb", 200_000)
    contest = big_table.contest(key, tasks["jsb"], ["lstm"], 1)
    broken = compare(
        contest,
        big_table.folder(docs, key),
        run=lambda task, trial, *rest: Row.failed(trial, "out of breath"),
    )
    assert not broken.interrupted
    page = big_table.page(docs, tasks)
    assert "- jsb, 200,000 parameters: lstm at rate 0.003, seed 0: out of breath" in page


def test_the_page_is_that_of_the_rows(corpora: Path) -> None:
    tasks = {name: big_table.task_of(name) for name in big_table.SETS}
    assert (DOCS / "big-table.md").read_text("utf-8") == big_table.page(DOCS, tasks)
