"""The big table: what is in part is marked so, and the committed rows can be gone on with."""

import json
from pathlib import Path

import pytest

from musicrnn.cells import CELLS
from musicrnn.comparison.rows import Folder
from tests.benchmarks.recurrent import big_table
from tests.benchmarks.recurrent.big_table import LARGE, SEEDS, SMALL, Figure


def test_the_page_says_which_rows_are_in_part() -> None:
    columns = {
        ("jsb", SMALL): {cell: Figure(8.5, 0.1, SEEDS) for cell in CELLS},
        ("piano", SMALL): {"gru": Figure(7.5, None, 1), "lstm": Figure(7.6, 0.2, SEEDS)},
        ("piano", LARGE): {"gru": Figure(None, None, 0)},
    }
    counted = {name: {"markov": 9.0, "marginal": 11.0} for name in ("jsb", "piano")}
    pages = big_table.page(columns, counted, {"jsb": (77, 4725), "piano": (25, 19036)})
    lines = pages.splitlines()
    assert "| cell | jsb | piano |" in lines
    assert "| gru | 8.500 ± 0.100 | 7.500 (1) |" in lines
    assert "| lstm | 8.500 ± 0.100 | 7.600 ± 0.200 |" in lines
    assert "| elman | 8.500 ± 0.100 | - |" in lines
    assert "| gru | failed |" in lines
    assert "| (markov, no network) | 9.000 | 9.000 |" in lines
    assert "| n: pieces, frames | 77, 4725 | 25, 19036 |" in lines
    whole = len(CELLS) * SEEDS
    assert f"- jsb, 20,480: {whole} of {whole} runs; complete" in lines
    assert f"- piano, 20,480: 4 of {whole} runs; complete lstm; in part gru" in lines
    assert f"- musedata, 200,000: 0 of {whole} runs; complete none; in part none" in lines
    first = lines.index("| cell | jsb | piano |") + 2
    assert lines[first].startswith("| gru")  # cells in most columns first, then by their mean


def test_the_chorales_stand_on_the_page_of_comparing() -> None:
    found = big_table.figures_of_page(big_table.DONE.read_text("utf-8"))
    assert list(found) != list(CELLS)  # in the page's order, the best first
    assert set(found) == set(CELLS)
    assert found["mingru"] == Figure(8.411, 0.044, 3)


@pytest.mark.parametrize(("name", "parameters"), big_table.RUNS)
def test_committed_rows_can_be_gone_on_with(name: str, parameters: int, corpora: Path) -> None:
    kept = big_table.folder(name, parameters)
    if not any(kept.glob("rows/*.json")):
        pytest.skip("no run yet")
    which = big_table.contest(name, parameters, SEEDS, corpora)
    stored = json.loads((kept / "settings.json").read_text("utf-8"))
    assert which.subject.as_now(stored) == json.loads(json.dumps(which.settings()))
    rows = Folder(kept).rows()
    for row in rows[:: max(1, len(rows) // 3)]:
        assert row.parameters == which.subject.parameters(row.cell, row.hidden)
        assert row.rate in which.budget.rates
