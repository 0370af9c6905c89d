"""Options as dataclass fields that carry their bounds: stated once, checked where one is made.

    hidden: int = whole(384, 1, 2**14)
    dropout: float = share(0.2)

``check`` belongs into the dataclass's ``__post_init__``. A field without a default is made with
``MISSING``; it is keyword-only, so that it may follow fields with defaults. None is within every
bound of a field whose default it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import MISSING, field, fields
from numbers import Integral, Real
from typing import Any

from musicrnn.errors import MusicRNNError


def whole(default: Any, low: int, high: int | None = None) -> Any:
    """A whole number from ``low`` to ``high``, both included."""
    words = f"a whole number from {low}" if high is None else f"in {low}..{high}"
    most = math.inf if high is None else high
    return _field(default, words, lambda value: isinstance(value, int) and low <= value <= most)


def number(default: Any, low: float, high: float = math.inf) -> Any:
    """A finite number from ``low`` to ``high``, both included."""
    words = f"{low:g} or more" if high == math.inf else f"in {low:g}..{high:g}"
    return _field(default, words, lambda value: low <= value <= high and value < math.inf)


def positive(default: Any, high: float = math.inf) -> Any:
    """A finite number above 0."""
    words = "more than 0 and finite" if high == math.inf else f"in (0, {high:g}]"
    return _field(default, words, lambda value: 0 < value <= high and value < math.inf)


def share(default: float) -> Any:
    """A number in [0, 1)."""
    return _field(default, "in [0, 1)", lambda value: 0 <= value < 1)


def choice(default: str, *names: str) -> Any:
    """One of the names."""
    return field(
        default=default, metadata={"bound": (f"one of {', '.join(names)}", names.__contains__)}
    )


def check(owner: Any, prefix: str = "") -> None:
    """Every field of a dataclass against its bounds; ``prefix`` stands before the names.

    Raises:
        MusicRNNError: a value is out of its bounds, or of another type.
    """
    for each in fields(owner):
        value = getattr(owner, each.name)
        if "bound" not in each.metadata or (value is None and each.default is None):
            continue
        words, fits = each.metadata["bound"]
        if not fits(value):
            raise MusicRNNError(f"{prefix}{each.name} must be {words}, got {value!r}")


def check_number(name: str, value: Any, *, whole: bool = False) -> None:
    """Raises MusicRNNError for what is no number, or no whole one, such as text."""
    kind, words = (Integral, "a whole number") if whole else (Real, "a number")
    if isinstance(value, bool) or not isinstance(value, kind):
        raise MusicRNNError(f"{name} must be {words}, got {value!r}")


def _field(default: Any, words: str, fits: Callable[[Any], bool]) -> Any:
    def is_number(value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and fits(value)

    metadata = {"bound": (words, is_number)}
    if default is MISSING:
        return field(kw_only=True, metadata=metadata)
    return field(default=default, metadata=metadata)
