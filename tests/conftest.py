"""What several tests share."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


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
