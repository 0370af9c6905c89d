"""What several tests share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of real corpora; tests that need one skip without it."""
    folder = os.environ.get("MUSICRNN_DATA")
    if not folder:
        pytest.skip("needs MUSICRNN_DATA")
    return Path(folder)
