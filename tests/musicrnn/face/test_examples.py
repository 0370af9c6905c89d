"""The examples in the docstrings of the face are run, in a folder with such files."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import musicrnn
from tests.properties.small_data import write_scores

MODULES = sorted(set(musicrnn.NAMES.values()))


@pytest.mark.parametrize("module", [name for name in MODULES if ".face." in name])
def test_the_examples_are_true(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-midi").mkdir()
    write_scores(tmp_path / "my-midi")
    (tmp_path / "my-midi" / "0.mid").rename(tmp_path / "tune.mid")
    result = doctest.testmod(import_module(module))
    assert result.attempted
    assert not result.failed
