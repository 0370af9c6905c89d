"""``musicrnn docs`` shows the guides, from the repository and from a wheel."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import musicrnn_cli.docs
from musicrnn_cli.main import main

PAGES = {path.stem: path for path in (Path(__file__).parents[2] / "docs").glob("*.md")}


def test_all_guides_are_listed_with_their_titles() -> None:
    result = CliRunner().invoke(main, ["docs"])
    assert result.exit_code == 0
    for name, path in PAGES.items():
        title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        assert f"{name:12}  {title}" in result.output


@pytest.mark.parametrize("asked", ["cells", "docs/cells.md"])
def test_a_guide_is_printed(asked: str) -> None:
    result = CliRunner().invoke(main, ["docs", asked])
    assert result.output == PAGES["cells"].read_text(encoding="utf-8") + "\n"


def test_a_guide_that_there_is_not() -> None:
    result = CliRunner().invoke(main, ["docs", "celsl"])
    assert result.exit_code == 1
    assert "there is no guide 'celsl'" in result.output
    assert "did you mean cells?" in result.output


def test_those_of_a_wheel_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.md").write_text("# Our own\n")
    monkeypatch.setattr(musicrnn_cli.docs, "INSTALLED", tmp_path)
    assert "own           Our own" in CliRunner().invoke(main, ["docs"]).output
    monkeypatch.setattr(musicrnn_cli.docs, "INSTALLED", tmp_path / "none")
    monkeypatch.setattr(musicrnn_cli.docs, "SOURCES", tmp_path / "none")
    assert "put together wrongly" in CliRunner().invoke(main, ["docs"]).output


def test_help_names_no_page_that_a_wheel_has_elsewhere() -> None:
    for command in ("train compose", "compare", "train classify", "inspect", "compose"):
        text = CliRunner().invoke(main, [*command.split(), "--help"]).output
        assert "docs/" not in text
