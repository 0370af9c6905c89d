"""The quick tests are there, are few, and hold a law over every table."""

import re

import pytest

from tests.quick import FILES, FIRST, SINGLE, TESTS, WHOLE

TABLES = ("CELLS", "TOKENIZERS", "SOUND_TOKENIZERS", "TASKS", "CORPORA")


def test_every_file_is_there_and_listed_once() -> None:
    assert not [file for file in FILES if not (TESTS / file).is_file()]
    assert len(set(FILES)) == len(FILES)
    for file, names in SINGLE.items():
        text = (TESTS / file).read_text("utf-8")
        assert all(f"def {name}(" in text for name in names)


def test_all_properties_are_quick() -> None:
    laws = {f"properties/{path.name}" for path in (TESTS / "properties").glob("test_*.py")}
    assert laws <= set(FIRST)


@pytest.mark.parametrize("table", TABLES)
def test_a_law_over_each_table_is_quick(table: str) -> None:
    texts = [(TESTS / file).read_text("utf-8") for file in FIRST]
    assert any(re.search(rf"parametrize\([^\n]*\b{table}\b", t) for t in texts) or any(
        re.search(rf"\bMEMBERS\b.*\b{table}\b", t, re.DOTALL) for t in texts
    )


def test_they_are_marked_and_few(request: pytest.FixtureRequest) -> None:
    items = [item for item in request.session.items if item.get_closest_marker("quick")]
    cases = [
        item for item in items if not item.nodeid.startswith(tuple(f"tests/{f}" for f in WHOLE))
    ]
    assert items
    assert len(cases) <= 120
