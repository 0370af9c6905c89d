"""How what a run is to go on with differs from what it was begun with, in one sentence.

Conventions. Both sides are settings and fingerprints by name, as JSON. ``sources`` are the names of
the corpora and folders: they tell which pieces were read and are not compared themselves, so that a
folder may be renamed. What only one side has is not compared: a run of another version is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from musicrnn.errors import listed

SHOWN = 60  # characters of a value
SOURCES = "sources"


def difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What differs, the pieces first, for they settle most of the rest; "" for nothing."""
    changed = [
        name for name in now if name != SOURCES and name in before and before[name] != now[name]
    ]
    if "sha256" in changed:
        old, new = (listed(side.get(SOURCES) or ()) for side in (before, now))
        if SOURCES in before and old != new:
            return f"the run was begun on other pieces: {_short(old)}, this is {_short(new)}"
        if "split" not in changed and _tokens(before) == _tokens(now):
            return (
                "the run was begun on other pieces: files were added, changed or taken away since, "
                "or are left out now"
            )
    return _differing(changed[0], before[changed[0]], now[changed[0]]) if changed else ""


def _tokens(side: Mapping[str, Any]) -> Any:
    said: Any = side.get("tokenizer")
    return said.get("name") if isinstance(said, dict) else said


def _differing(name: str, old: Any, new: Any) -> str:
    """Of tables, the first entry that differs."""
    if isinstance(old, dict) and isinstance(new, dict):
        one, other = cast(dict[str, Any], old), cast(dict[str, Any], new)
        inner = next(key for key in {**other, **one} if one.get(key) != other.get(key))
        return _differing(f"{name} {inner}", one.get(inner), other.get(inner))
    return f"a run is resumed as it was begun, and {name} was {_short(old)}, got {_short(new)}"


def _short(value: Any) -> str:
    text = listed(cast(list[Any], value)) if isinstance(value, list) else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} ..."
