"""What compiled code that is kept on disk costs to import and to load."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba import njit

import musicrnn
from musicrnn.cells import private_numba
from musicrnn.cells.private_numba import EarlyStore, kept

PACKAGE = Path(musicrnn.__file__).parent
MODULES = [
    ".".join(("musicrnn", *path.relative_to(PACKAGE).with_suffix("").parts))
    for path in sorted(PACKAGE.rglob("*.py"))
    if re.search(r"import .*\b(compiled|kept)\b", path.read_text(encoding="utf-8"))
]

CODE = """
import sys
import numpy as np
from musicrnn.cells.compiled import compiled
from musicrnn.cells.product import pack_matrix, product
product(pack_matrix(np.ones((4, 3), np.float32)), None, np.ones((1, 3), np.float32))
if sys.argv[1] == "kept":
    late = [name for name in ("scipy.linalg", "numba.np.arraymath") if name in sys.modules]
    assert not late, late
from numba import njit
dot = njit(lambda a, b: np.dot(a, b))
assert dot(np.ones((2, 2)), np.ones((2, 2)))[0, 0] == 2
assert "scipy.linalg" in sys.modules
"""

ALL_KEPT = """
import sys
from importlib import import_module
from numba.core.dispatcher import Dispatcher
for module in sys.argv[1:]:
    for loop in vars(import_module(module)).values():
        if isinstance(loop, Dispatcher) and loop.py_func.__module__ == module:
            for kept in loop._cache._cache_file._load_index():
                if kept == loop._cache._index_key(kept[0], loop.targetctx.codegen()):
                    loop.compile(kept[0])
            assert not loop.stats.cache_misses, loop
late = [name for name in ("scipy.linalg", "numba.np.arraymath") if name in sys.modules]
assert not late, late
"""


def test_all_that_is_kept_here_is_loaded_without_the_compiler() -> None:
    """A name that only the compiler brings would end the process."""
    result = subprocess.run(
        [sys.executable, "-c", ALL_KEPT, *MODULES],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_the_compiler_is_imported_by_who_needs_it(tmp_path: Path) -> None:
    """Not by steps and products that are kept; by others' products of matrices, which compile."""
    for when in ("new", "kept"):
        result = subprocess.run(
            [sys.executable, "-c", CODE, when],
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
        )
        assert (result.returncode, result.stderr) == (0, ""), when


def doubled(x: np.ndarray) -> np.ndarray:
    return x + x


def test_what_is_kept_is_looked_for_once_and_read() -> None:
    first, second = (kept(njit(doubled)) for _ in range(2))
    assert isinstance(first._cache, EarlyStore)
    assert first(np.ones(2))[0] == second(np.ones(2))[0] == 2
    assert sum(second.stats.cache_hits.values()) == 1
    assert not second.stats.cache_misses


@pytest.mark.parametrize("lacking", ["runtime", "store"])
def test_without_numbas_insides_its_own_store_does(lacking: str, monkeypatch) -> None:
    if lacking == "runtime":
        monkeypatch.setattr(private_numba, "rtsys", None)
    else:
        monkeypatch.setattr(private_numba, "WANTED", ("what_no_numba_has",))
    function = kept(njit(doubled))
    assert not isinstance(function._cache, EarlyStore)
    assert function(np.ones(2))[0] == 2


def test_a_function_that_is_not_compiled_stays_as_it_is() -> None:
    assert kept(doubled) is doubled  # what njit gives where NUMBA_DISABLE_JIT is set
