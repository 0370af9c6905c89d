"""What a listener answers: a label with its probability, and how it moves through the sound."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Moment:
    """What one window of a song sounds like; ``label`` None where nothing can be told."""

    start: float
    end: float
    label: str | None
    probability: float
    reason: str | None = None


@dataclass(frozen=True)
class Answer:
    """What a file sounds like: every label with its probability, the likeliest first."""

    label: str
    probability: float
    probabilities: dict[str, float]
    likely: bool
    timeline: tuple[Moment, ...]
    unit: str  # of the timeline: "seconds" or "tokens"


class FileLabeller(Protocol):
    """Names what a file sounds like."""

    def classify_file(self, path: str | Path) -> Answer: ...
