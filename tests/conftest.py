"""What several tests share."""

import gc
import importlib.metadata
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from musicrnn.sources.other_sounds import SoundsAtHand
from tests.quick import FILES, file_of, is_quick


def pytest_configure(config: pytest.Config) -> None:
    """Lightning Fabric reads the entry points of all packages once a training; here, once."""
    patch = pytest.MonkeyPatch()
    patch.setattr(importlib.metadata, "entry_points", cache(importlib.metadata.entry_points))
    config.add_cleanup(patch.undo)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A quick run reads the files that have quick tests alone."""
    asked = config.option.markexpr == "quick" and collection_path.name.startswith("test_")
    return True if asked and file_of(collection_path) not in FILES else None


LONG = ("test_documentation.py", "recipes/test_recipes.py")  # begun first, so that none is last


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: file_of(item.path) not in LONG)
    seen = set[tuple[str, str]]()
    for item in items:
        if is_quick(item.path, getattr(item, "originalname", item.name), seen):
            item.add_marker(pytest.mark.quick)


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end, so the collector need not look through it again."""
    gc.freeze()


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of real corpora; tests that need one skip without it."""
    folder = os.environ.get("MUSICRNN_DATA")
    if not folder:
        pytest.skip("needs MUSICRNN_DATA")
    return Path(folder)


@pytest.fixture
def sounddevice(monkeypatch: pytest.MonkeyPatch) -> Callable:
    """Puts a device made up by a test in the place of the library, and gives it back."""

    def put(device: object) -> object:
        monkeypatch.setitem(sys.modules, "sounddevice", device)
        return device

    return put


@pytest.fixture(autouse=True)
def no_hours_of_speech(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hours of real speech and music are at hand where a test says where they lie, not elsewhere:
    every small training of words would hear them."""
    everything = SoundsAtHand.find

    def where_said(data: Path | None = None) -> SoundsAtHand:
        return SoundsAtHand([]) if data is None else everything(data)

    monkeypatch.setattr(SoundsAtHand, "find", staticmethod(where_said))


@pytest.fixture
def brief_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Data of words with one piece of music, not twelve; a detector is calibrated on a minute."""
    monkeypatch.setattr("musicrnn.sources.words.MUSIC", 1)
    for bound in ("MIN_HOURS", "MAX_HOURS"):
        monkeypatch.setattr(f"musicrnn.training.words.detector.{bound}", 1 / 60)
