"""The decoders' own lines, written by C code to the process's stderr, kept from it."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager

ERRORS = 2  # the file descriptor of stderr
ALONE = threading.Lock()  # two at a time would restore each other's nothing


@contextmanager
def quiet() -> Generator[None]:
    """What C code writes to stderr inside goes nowhere."""
    with ALONE:
        try:
            kept = os.dup(ERRORS)
        except OSError:  # it is closed: there is nothing to keep from it
            yield
            return
        try:
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, ERRORS)
            os.close(nothing)
            yield
        finally:
            os.dup2(kept, ERRORS)
            os.close(kept)
