"""Labels between underscores: they stand for all that is none of the others, and are never told."""

from __future__ import annotations

from collections.abc import Sequence

UNKNOWN, SILENCE = "_unknown_", "_silence_"  # of words: other speech, and no speech
NONE = "_none_"  # of recordings: none of these


def is_filler(label: str) -> bool:
    """Whether a label stands for everything that is none of the others."""
    return len(label) > 2 and label.startswith("_") and label.endswith("_")


def real(labels: Sequence[str]) -> list[int]:
    """The places of the labels that are none of these fillers."""
    return [index for index, label in enumerate(labels) if not is_filler(label)]
