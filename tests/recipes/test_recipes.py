"""The recipes of CONTRIBUTING.md, followed from the page's own text in a copy of the sources.

Nothing else is changed there, so whatever knows the members of a table by heart fails here.
"""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.properties.small_data import write_scores

ROOT = Path(__file__).parents[2]
SOURCES = ("musicrnn", "datasets", "cli", "tests", "docs", "pyproject.toml", "CONTRIBUTING.md")
LEFT_OUT = shutil.ignore_patterns("*.safetensors", "*.tar.xz", "*.pyc", "fuzz")

# A recipe's member, and how many tests over its table there are at least.
TESTS = {"leaky": 20, "sixteenths": 12, "hymns": 5, "mean_pitch": 5, "test_key_command": 2}
FILES = (
    "tests/musicrnn/test_architecture.py",
    "tests/musicrnn/test_files.py",
    "tests/musicrnn/cells/test_transcriptions.py",
    "tests/musicrnn/cells/test_parameters.py",
    "tests/musicrnn/cells/test_equations.py",
    "tests/test_generated_pages.py",
    "tests/musicrnn/layers/test_laws.py",
    "tests/musicrnn/layers/test_gradients.py",
    "tests/musicrnn/training/test_every_cell.py",
    "tests/properties/test_task_laws.py",
    "tests/properties/test_tokenizer_laws.py",
    "tests/datasets/test_corpora.py",
    "tests/cli/test_key_command.py",
)
NAMED = [*TESTS, "test_architecture", "test_files", "page_of_cells", "generated_pages"]


def blocks() -> list[tuple[str, str, str]]:
    """Language, file and text of every block of the page that names a file."""
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    return re.findall(r"```(\w+)\n# (\S+)\n(.*?)```", page, re.DOTALL)


def added_to(text: str, block: str) -> str:
    """A file's text with the lines of a block that begin with "+", each below the one above it."""
    lines, above, at = text.split("\n"), list[str](), -1
    for line in block.splitlines():
        if not line.startswith("+"):
            above = [*above, line[1:]]
            continue
        if above:
            count = len(above)
            places = [n for n in range(len(lines)) if lines[n : n + count] == above]
            assert len(places) == 1, f"these lines are not there, or not once: {above}"
            at, above = places[0] + count - 1, []
        at += 1
        lines.insert(at, line[1:])
    return "\n".join(lines)


def run(house: Path, *words: str, **environment: str) -> str:
    """What a Python program printed; it must end well."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=house,
        env={**os.environ, "PYTHONPATH": "", **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the sources with all recipes in it."""
    home = tmp_path / "house"
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, home / name, ignore=LEFT_OUT)
        else:
            shutil.copy(ROOT / name, home / name)
    for language, file, text in blocks():
        path = home / file
        if language == "diff":
            text = added_to(path.read_text("utf-8"), text)
        else:
            assert not path.exists(), file
        path.write_text(text, "utf-8")
    folders = os.pathsep.join(str(home / name) for name in ("", "datasets", "cli"))
    page = (home / "CONTRIBUTING.md").read_text("utf-8")
    for script, file in re.findall(r"^python (docs/\S+)(?: > (\S+))?$", page, re.MULTILINE):
        printed = run(home, script, PYTHONPATH=folders)
        if file:
            (home / file).write_text(printed, "utf-8")
    return home


def test_the_laws_hold_for_every_recipe(house: Path, tmp_path: Path) -> None:
    hymns = tmp_path / "data" / "hymns"
    hymns.mkdir(parents=True)
    write_scores(hymns)
    named = " or ".join(NAMED)
    chosen = f"({named}) and not bf16 and (not sixteenths or hymns or not real_pieces)"
    words = ("-p", "no:cacheprovider", "-rA", "-k", chosen, *FILES)
    told = run(house, "-m", "pytest", *words, MUSICRNN_DATA=str(tmp_path / "data"))
    assert str(ROOT / "musicrnn") not in told
    passed = [line for line in told.splitlines() if line.startswith("PASSED ")]
    counts = Counter(name for line in passed for name in TESTS if name in line)
    assert all(counts[name] >= least for name, least in TESTS.items()), counts


def test_pyright_and_ruff_find_nothing_in_the_recipes(house: Path) -> None:
    files = [file for language, file, _ in blocks() if file.endswith(".py")]
    typed = [file for file in files if not file.startswith("tests/")]
    assert len(typed) >= 10
    run(house, "-m", "ruff", "check", *files)
    run(house, "-m", "ruff", "format", "--check", *files)
    if subprocess.run(
        [sys.executable, "-m", "pyright", "--version"], capture_output=True
    ).returncode:
        pytest.skip("pyright cannot be started here")  # it loads itself when it is first used
    run(house, "-m", "pyright", "--pythonpath", sys.executable, *typed)
