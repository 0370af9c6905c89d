"""Settings given as ``name=value`` words, checked against the fields of dataclasses."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from musicrnn.errors import MusicRNNError, listed
from musicrnn.networks.sizes import OLD_NAMES as SIZES_BEFORE

OLD_NAMES = {
    "rows": "batch_size",
    "batch": "batch_size",
    "drawing.batch": "batch_size",
    "length": "sequence_length",
    "pascanu": "gradient_norm_regulariser",
    "half": "store_float16",
    **SIZES_BEFORE,
}  # as settings were called, and are

First = TypeVar("First")
Second = TypeVar("Second")


def override(
    words: Sequence[str], first: First, second: Second, *, without: Sequence[str] = ()
) -> tuple[First, Second]:
    """Both dataclasses with the fields that ``words`` such as "hidden=256" name replaced.

    A field that is a dataclass has its fields behind a dot: "layer.zoneout=0.1". The fields
    ``without`` are chosen in another way, and as good as not there.

    Raises:
        MusicRNNError: a word without "=", a name that neither has (the error names its
            neighbours), or a value that is not of the field's type.
    """
    changed: list[Any] = [first, second]
    names = {
        name: index
        for index, owner in enumerate(changed)
        for name in _names(owner)
        if name.partition(".")[0] not in without
    }
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise MusicRNNError(f"a setting is written name=value, got {word!r}")
        now = name if name in names else OLD_NAMES.get(name, name)
        if now not in names:
            near = difflib.get_close_matches(name, list(names), n=3)
            hint = f"did you mean {', '.join(near)}?" if near else f"there are {listed(names)}"
            raise MusicRNNError(f"there is no setting {name!r} here; {hint}")
        changed[names[now]] = _replaced(changed[names[now]], now, text)
    return changed[0], changed[1]


def as_now(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings that an older version wrote, by their names of today."""
    found = {OLD_NAMES.get(name, name): value for name, value in settings.items()}
    drawing = found.get("drawing")
    if isinstance(drawing, dict) and "batch" in drawing:
        found["drawing"] = {name: value for name, value in drawing.items() if name != "batch"}
        found["batch_size"] = drawing["batch"]
    return found


def _names(owner: Any) -> list[str]:
    """The names of the fields; of one that is a dataclass itself, those of its own fields."""
    found: list[str] = []
    for field in fields(owner):
        value = getattr(owner, field.name)
        inner = [f"{field.name}.{name}" for name in _names(value)] if is_dataclass(value) else []
        found += inner or [field.name]
    return found


def _replaced(owner: Any, name: str, text: str) -> Any:
    outer, _, inner = name.partition(".")
    old = getattr(owner, outer)
    new = _replaced(old, inner, text) if inner else _parsed(name, text, old)
    return replace(owner, **{outer: new})


def _parsed(name: str, text: str, old: Any) -> Any:
    try:
        if isinstance(old, bool):
            return {"true": True, "false": False}[text.lower()]
        if isinstance(old, str):
            return text
        number = float(text)
        if isinstance(old, int) or (old is None and number.is_integer()):
            if not number.is_integer():
                raise ValueError
            return int(number)
        return number
    except (ValueError, KeyError, OverflowError):
        kind = "a number" if old is None else type(old).__name__
        kind = "true or false" if isinstance(old, bool) else kind
        raise MusicRNNError(f"{name} must be {kind}, got {text!r}") from None
