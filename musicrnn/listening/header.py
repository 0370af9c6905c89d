"""Entries of a model file's header that listeners need, checked: the file may be a stranger's."""

from __future__ import annotations

from typing import Any, cast

from musicrnn.errors import MusicRNNError, counted


def labels_of(metadata: dict[str, Any], count: int) -> tuple[str, ...]:
    """The labels, ``count`` different ones.

    Raises:
        MusicRNNError: there are others.
    """
    named = metadata.get("labels")
    labels = tuple(map(str, cast(list[Any], named))) if isinstance(named, list) else ()
    if len(labels) != count or len(set(labels)) != count:
        raise MusicRNNError(
            f"the model tells {counted(count, 'label')} apart, its header names {named!r}"
        )
    return labels


def number_of(
    metadata: dict[str, Any], name: str, default: float, low: float, high: float
) -> float:
    """A number within bounds, ``default`` where there is none.

    Raises:
        MusicRNNError: it is no number, or out of bounds.
    """
    value = metadata.get(name, default)
    if not isinstance(value, int | float) or not low <= value <= high:
        raise MusicRNNError(f"{name} in the model's header must be in {low}..{high}, got {value!r}")
    return float(value)
