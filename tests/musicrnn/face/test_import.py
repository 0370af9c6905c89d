"""What ``import musicrnn`` offers, and what it does not wait for."""

import subprocess
import sys
from importlib import import_module
from importlib.metadata import version

import pytest

import musicrnn
from musicrnn.presentable import DOORS


def test_every_name_is_there_and_documented() -> None:
    assert set(musicrnn.NAMES) < set(dir(musicrnn))
    for name in musicrnn.NAMES:
        assert getattr(musicrnn, name).__doc__, name
    assert musicrnn.__version__ == version("musicrnn")


def test_a_star_imports_them() -> None:
    names: dict[str, object] = {}
    exec("from musicrnn import *", names)
    assert set(musicrnn.NAMES) == set(musicrnn.__all__) == names.keys() - {"__builtins__"}


@pytest.mark.parametrize(
    ("name", "hint"), [("laod", "no 'laod'; did you mean load"), ("xyzzy", "it has Composition, ")]
)
def test_a_name_that_is_not_there_names_its_neighbour(name: str, hint: str) -> None:
    with pytest.raises(AttributeError, match=hint):
        getattr(musicrnn, name)


def test_it_imports_nothing_that_takes_time() -> None:
    code = (
        "import sys; import musicrnn; "
        "slow = {'torch', 'numba', 'numpy', 'typing', 'dataclasses'} & set(sys.modules); "
        "assert not slow - before, slow - before"
    )
    code = "import sys; before = set(sys.modules); " + code
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_doors_of_a_presentable_lead_somewhere() -> None:
    for name, module in DOORS.items():
        assert callable(getattr(import_module(module), name))
