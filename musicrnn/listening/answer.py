"""The answer of a classifier: a label with its probability, and the probabilities over time."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Moment:
    """The prediction for one window of a song; ``label`` None where there is no prediction."""

    start: float
    end: float
    label: str | None
    probability: float
    reason: str | None = None


@dataclass(frozen=True)
class Answer:
    """The prediction for a file: every label with its probability, the likeliest first.

    ``axes``: where the labels are quadrants, the probability that each axis is positive.
    ``none``: the probability that it is none of the labels, where the model has learnt what is.
    ``said``: what is to be known of the file, such as that it was cut off.
    """

    label: str
    probability: float
    probabilities: dict[str, float]
    likely: bool
    timeline: tuple[Moment, ...]
    unit: str  # of the timeline: "seconds", "tokens" or "bars"
    axes: dict[str, float] = field(default_factory=dict[str, float])
    said: tuple[str, ...] = ()
    none: float | None = None


class FileLabeller(Protocol):
    """Predicts the label of a file; ``convert``: by ffmpeg, where it is sound that is not read."""

    def classify_file(self, path: str | Path, *, convert: bool = False) -> Answer: ...
