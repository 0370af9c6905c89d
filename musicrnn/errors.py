"""The one exception that musicrnn raises on purpose, and how its sentences count and list.

A message is one sentence with the value, the bound and the likely cause:
``top_p must be in (0, 1], got 1.4``. The command line prints it and exits with 1.
"""

from __future__ import annotations

from collections.abc import Iterable


class MusicRNNError(Exception):
    """Something that the caller can put right: a bad file, value or combination."""


def counted(count: int, one: str, many: str = "") -> str:
    """``1 bar``, ``2 bars``; ``many`` where an s at the end will not do: ``2 tracks are``."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def listed(values: Iterable[object]) -> str:
    """``1, 2.5, alto``; ``none`` for nothing."""
    shown = (f"{value:g}" if isinstance(value, float) else str(value) for value in values)
    return ", ".join(shown) or "none"
