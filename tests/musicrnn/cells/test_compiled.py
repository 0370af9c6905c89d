"""What is kept of compiled code is compiled anew where anything that it is made of has changed."""

from importlib import import_module
from pathlib import Path

import pytest
from numba.core.dispatcher import Dispatcher

import musicrnn
from musicrnn.cells.compiled import SHARED

PACKAGE = Path(musicrnn.__file__).parent
MODULES = [
    ".".join(("musicrnn", *path.relative_to(PACKAGE).with_suffix("").parts))
    for path in sorted(PACKAGE.rglob("*.py"))
    if "from musicrnn.cells.compiled import" in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("module", MODULES)
def test_kept_code_knows_what_it_shares(module: str) -> None:
    loops = [
        found
        for found in vars(import_module(module)).values()
        if isinstance(found, Dispatcher) and found.py_func.__module__ == module
    ]
    shared = tuple((path.stat().st_mtime, path.stat().st_size) for path in SHARED)
    for loop in loops:
        stamp = loop._cache._cache_file._source_stamp
        assert stamp[1 : 1 + len(shared)] == shared, (
            f"{module}.{loop.__name__} is not one of @compiled"
        )
