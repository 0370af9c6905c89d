"""What is new takes few files: a kind of model three, a tokenizer two, a corpus two.

Each is put into a copy of the sources, and the tests over its table are run there: no other line
changes, so whatever knows the members of a table by heart fails here.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.properties.small_data import write_scores

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
SOURCES = ("musicrnn", "datasets", "cli", "tests", "pyproject.toml")


class House:
    """A copy of the sources."""

    def __init__(self, home: Path) -> None:
        self.home = home
        left_out = shutil.ignore_patterns("*.safetensors", "*.tar.xz", "__pycache__")
        for name in SOURCES:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, home / name, ignore=left_out)
            else:
                shutil.copy(ROOT / name, home / name)

    def add(self, recipe: str, path: str) -> None:
        assert not (self.home / path).exists()
        shutil.copy(HERE / recipe, self.home / path)

    def list(self, path: str, table: str, line: str, imported: str) -> None:
        """One line into a table, and the import that it needs."""
        text = (self.home / path).read_text(encoding="utf-8")
        head, begun, rest = text.partition(f"\n{table}")
        opening, brace, members = rest.partition("= {\n")
        assert begun
        assert brace
        text = f"{head}\n{imported}\n{begun}{opening}{brace}    {line}\n{members}"
        (self.home / path).write_text(text, encoding="utf-8")

    def test(self, path: str, named: str, **environment: str) -> int:
        """How many tests of a file passed that have ``named`` in their name; all must."""
        words = ["-m", "pytest", "-p", "no:cacheprovider", "-k", named, "-rA", path]
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self.home,
            env={**os.environ, "PYTHONPATH": "", **environment},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
        assert str(ROOT) not in done.stdout
        return done.stdout.count("\nPASSED ")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "house")


def test_a_kind_of_model_takes_three_files(house: House) -> None:
    """Trained, resumed, evaluated, inspected and stored in one byte by the commands there are."""
    house.add("mean_pitch_task.py", "musicrnn/training/mean_pitch.py")
    house.add("mean_pitch_model.py", "musicrnn/networks/mean_pitch.py")
    house.list(
        "musicrnn/training/task.py",
        "TASKS",
        '"mean_pitch": MEAN_PITCH,',
        "from musicrnn.training.mean_pitch import MEAN_PITCH",
    )
    assert house.test("tests/properties/test_task_laws.py", "mean_pitch") >= 5


def test_a_tokenizer_takes_two_files(house: House) -> None:
    house.add("sixteenths_tokenizer.py", "musicrnn/tokens/sixteenths.py")
    house.list(
        "musicrnn/tokens/__init__.py",
        "TOKENIZERS",
        '"sixteenths": SixteenthsTokenizer,',
        "from musicrnn.tokens.sixteenths import SixteenthsTokenizer",
    )
    assert house.test("tests/properties/test_tokenizer_laws.py", "sixteenths") >= 12


def test_a_corpus_takes_two_files(house: House, tmp_path: Path) -> None:
    airs = tmp_path / "data" / "airs"
    airs.mkdir(parents=True)
    write_scores(airs)
    house.add("airs_corpus.py", "datasets/musicrnn_datasets/airs.py")
    house.list(
        "datasets/musicrnn_datasets/corpora.py",
        "CORPORA",
        '"airs": AIRS,',
        "from musicrnn_datasets.airs import AIRS",
    )
    data = str(tmp_path / "data")
    assert house.test("tests/datasets/test_corpora.py", "airs", MUSICRNN_DATA=data) >= 2
    laws = "tests/properties/test_tokenizer_laws.py"
    assert house.test(laws, "airs", MUSICRNN_DATA=data) >= 3
