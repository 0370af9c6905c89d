"""Settings given as ``name=value`` words, checked against the fields of dataclasses."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from musicrnn.errors import MusicRNNError

First = TypeVar("First")
Second = TypeVar("Second")


def override(words: Sequence[str], first: First, second: Second) -> tuple[First, Second]:
    """Both dataclasses with the fields that ``words`` such as "hidden=256" name replaced.

    Raises:
        MusicRNNError: a word without "=", a name that neither has (the error names its
            neighbours), or a value that is not of the field's type.
    """
    changed: list[Any] = [first, second]
    names = {f.name: index for index, owner in enumerate(changed) for f in fields(owner)}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise MusicRNNError(f"a setting is written name=value, got {word!r}")
        if name not in names:
            near = difflib.get_close_matches(name, list(names), n=3) or sorted(names)
            raise MusicRNNError(f"there is no setting {name!r}; did you mean {', '.join(near)}?")
        owner = changed[names[name]]
        changed[names[name]] = replace(owner, **{name: _parsed(name, text, getattr(owner, name))})
    return changed[0], changed[1]


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
