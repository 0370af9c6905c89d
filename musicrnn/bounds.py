"""Options as dataclass fields that carry their bounds: stated once, checked where one is made.

    hidden: int = whole(384, 1, 2**14)
    dropout: float = share(0.2)

``check`` belongs into the dataclass's ``__post_init__``. A field without a default is made with
``default=MISSING``; it is keyword-only, so that it may follow fields with defaults.
"""

from __future__ import annotations

import math
from dataclasses import MISSING, field, fields
from typing import Any

from musicrnn.errors import MusicRNNError


def whole(default: Any, low: int, high: int) -> Any:
    """A whole number from ``low`` to ``high``, both included; or None where that is the default."""
    return _field(default, {"whole": (low, high)})


def number(default: Any, low: float, high: float = math.inf) -> Any:
    """A number from ``low`` to ``high``; an infinite one is refused."""
    return _field(default, {"number": (low, high)})


def share(default: float) -> Any:
    """A number in [0, 1)."""
    return _field(default, {"share": ()})


def choice(default: str, *names: str) -> Any:
    """One of the names."""
    return _field(default, {"choice": names})


def check(owner: Any, prefix: str = "") -> None:
    """Every field of a dataclass against its bounds; ``prefix`` stands before the names.

    Raises:
        MusicRNNError: a value is out of its bounds, or of another type.
    """
    for each in fields(owner):
        value = getattr(owner, each.name)
        for kind, bounds in each.metadata.items():
            if value is None and each.default is None:
                continue
            if complaint := _complaint(kind, bounds, value):
                raise MusicRNNError(f"{prefix}{each.name} must be {complaint}, got {value!r}")


def _field(default: Any, metadata: dict[str, Any]) -> Any:
    if default is MISSING:
        return field(kw_only=True, metadata=metadata)
    return field(default=default, metadata=metadata)


def _complaint(kind: str, bounds: tuple[Any, ...], value: Any) -> str:
    """What a value that does not fit must be; "" for one that does."""
    if kind == "choice":
        return "" if value in bounds else f"one of {', '.join(bounds)}"
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "share":
        return "" if numeric and 0 <= value < 1 else "in [0, 1)"
    low, high = bounds
    fits = numeric and low <= value <= high and value < math.inf
    if kind == "whole":
        return "" if fits and isinstance(value, int) else f"in {low}..{high}"
    within = f"{low} or more" if high == math.inf else f"in {low}..{high}"
    return "" if fits else within
