"""What a script writes into docs/ is what is there: equations, drawings, the command reference."""

import re
import runpy
from pathlib import Path

import click
import pytest

from musicrnn.cells import CELLS
from musicrnn.errors import MusicRNNError
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.sample_function import SamplingBudget
from musicrnn.tokens import Controls
from musicrnn_cli.main import COMMANDS, main

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
EQUATIONS = runpy.run_path(str(DOCS / "scripts" / "equations.py"))
DRAWINGS = runpy.run_path(str(DOCS / "scripts" / "drawings.py"))
REFERENCE = runpy.run_path(str(DOCS / "scripts" / "reference.py"))
EVERY: dict[str, click.Command] = dict(REFERENCE["commands"]("musicrnn", main))


def test_the_page_of_cells_has_the_equations_of_the_code() -> None:
    text = (DOCS / "cells.md").read_text("utf-8")
    assert EQUATIONS["page"](text) == text, "run python docs/scripts/equations.py"


def test_every_cell_has_its_equations_in_its_own_file_once() -> None:
    found = [
        (name, module)
        for module, text in EQUATIONS["families"]().items()
        for name in EQUATIONS["names_in"](text)
    ]
    assert found == [(name, type(cell).__module__) for name, cell in CELLS.items()]


@pytest.mark.parametrize("name", DRAWINGS["DRAWINGS"])
def test_a_drawing_is_what_the_script_draws(name: str) -> None:
    drawn = DRAWINGS["svg"](DRAWINGS["DRAWINGS"][name]())
    file = DRAWINGS["path_of"](name)
    assert file.read_text("utf-8") == drawn, "run python docs/scripts/drawings.py"
    assert f"({file.name})" in (DOCS / "cells.md").read_text("utf-8")


@pytest.mark.parametrize("name", DRAWINGS["DRAWINGS"])
def test_nothing_of_a_drawing_is_cut_off(name: str) -> None:
    picture = DRAWINGS["DRAWINGS"][name]()
    for box in picture.boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= picture.width
        assert box.y + box.height <= picture.height
    for stroke in picture.strokes:
        assert all(0 <= x <= picture.width and 0 <= y <= picture.height for x, y in stroke.points)
    for words in picture.words:
        width = 0.62 * words.size * len(words.text)  # wider than any font that a browser takes
        left = words.x - {"start": 0, "middle": width / 2, "end": width}[words.anchor]
        assert left >= 0, words
        assert left + width <= picture.width, words
        assert words.y + 0.3 * words.size <= picture.height, words


def test_the_reference_is_what_the_commands_say(monkeypatch: pytest.MonkeyPatch) -> None:
    file = (DOCS / "reference.md").read_text("utf-8")
    for columns in ("40", "200"):  # a terminal's width changes nothing
        monkeypatch.setenv("COLUMNS", columns)
        assert REFERENCE["page"]() == file, "run docs/scripts/reference.py > docs/reference.md"


def test_the_reference_has_every_command_and_option() -> None:
    sections = re.split(r"^## ", (DOCS / "reference.md").read_text("utf-8"), flags=re.MULTILINE)[1:]
    found = {section.split("\n")[0]: section for section in sections}
    for name in COMMANDS:
        assert f"musicrnn {name}" in found
    for name, command in EVERY.items():
        for param in command.params:
            if isinstance(param, click.Option):
                assert f"| `{'`, `'.join(param.opts)}` |" in found[name]


@pytest.mark.parametrize("name", EVERY)
def test_every_option_is_explained_in_a_sentence(name: str) -> None:
    """It begins with a capital, ends with a full stop, and is of some length."""
    for param in EVERY[name].params:
        if isinstance(param, click.Option):
            assert param.help, param.opts
            assert re.fullmatch(r"[A-Z].{16,}\.", param.help, re.DOTALL), param.help
            assert len(param.help) < 160, param.help


@pytest.mark.parametrize(
    ("name", "low", "high", "outside"),
    [
        ("temperature", 1e-6, 100, (0, 101)),
        ("top-k", 0, 10**6, (-1,)),
        ("top-p", 1e-9, 1, (0, 1.1)),
        ("min-p", 0, 0.999, (-0.1, 1)),
        ("repetition-penalty", 1, 100, (0.9, 101)),
        ("bars", 1, 4000, (0, 4001)),
        ("seconds", 0.01, 7200, (0, 7201)),
        ("tempo", 4, 1000, (3, 1001)),
        ("best-of", 1, 1000, (0, 1001)),
    ],
)
def test_bounds_that_the_library_checks_are_those_in_the_help(
    name: str, low: float, high: float, outside: tuple[float, ...]
) -> None:
    """What is refused, and that the help names the bounds (above 0 it may be in words)."""
    field = {"best-of": "candidates"}.get(name, name.replace("-", "_"))
    kinds = [kind for kind in (Settings, Controls, SamplingBudget) if hasattr(kind(), field)]
    (kind,) = kinds
    for value in (low, high):
        kind(**{field: value})
    for value in outside:
        with pytest.raises(MusicRNNError):
            kind(**{field: value})
    (option,) = (p for p in EVERY["musicrnn compose"].params if f"--{name}" in p.opts)
    said = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", option.help)}
    bounds = {"top-k": {0}, "top-p": {0, 1}, "min-p": {0, 1}, "seconds": {7200}}
    assert bounds.get(name, {low, high}) <= said, option.help
