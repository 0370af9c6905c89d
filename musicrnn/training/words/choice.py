"""Which smoothing, thresholds and margins a detector has: those that miss least.

Conventions. What is missed is counted on a stream of words. False accepts an hour are counted on
other sound where there is speech in it (an hour of everyday sound, see HeardOthers), and only else
on the stream, a fifth of which is made to sound like words. Margins need other sound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from musicrnn.metrics.detection import MAX_FALSE_ACCEPTS_AN_HOUR, Point, best_point, detection
from musicrnn.networks.detector import DetectorSettings
from musicrnn.training.words.stream import HeardStream
from musicrnn.training.words.wordless import HeardOthers

# From 0.12 to 0.99999, evenly in log-odds: most of what matters is near 1.
THRESHOLDS = tuple(round(1 / (1 + float(np.exp(-x))), 6) for x in np.linspace(-2, 12, 57))
SMOOTHINGS = (0.1, 0.2, 0.3)  # seconds
REFRACTORY_SECONDS = 0.5


@dataclass(frozen=True)
class Choice:
    """The settings with the best point on a stream; ``met`` if within the allowed false accepts.

    ``sweep`` are the points of all thresholds at its smoothing.
    """

    settings: DetectorSettings
    point: Point
    met: bool
    sweep: tuple[Point, ...]


def choose(
    heard: HeardStream,
    others: HeardOthers | None = None,
    *,
    most: float = MAX_FALSE_ACCEPTS_AN_HOUR,
    smoothings: Sequence[float] = SMOOTHINGS,
) -> Choice:
    """The smoothing and threshold that miss least at ``most`` false accepts an hour.

    Raises:
        MusicRNNError: no word is spoken in the stream.
    """
    choices: list[Choice] = []
    for smoothing in smoothings:
        margins = others.margins(smoothing) if others else {}
        usual = DetectorSettings(
            smoothing=smoothing, refractory=REFRACTORY_SECONDS, margins=margins
        )
        points = sweep(heard, others, usual)
        point, met = best_point(points, most)
        settings = replace(usual, threshold=point.threshold)
        choices.append(Choice(settings, point, met, points))
    return min(
        choices,
        key=lambda c: (not c.met, 0 if c.met else c.point.false_accepts_an_hour, c.point.miss),
    )


def sweep(
    heard: HeardStream, others: HeardOthers | None, settings: DetectorSettings
) -> tuple[Point, ...]:
    """What each of THRESHOLDS misses and falsely accepts with these other settings.

    Raises:
        MusicRNNError: no word is spoken in the stream.
    """
    points: list[Point] = []
    for threshold in THRESHOLDS:
        now = replace(settings, threshold=threshold)
        figures = detection(heard.script, heard.events(now))
        rate = others.false_accepts(now) if others else figures.false_accepts_an_hour
        points.append(Point(threshold, 1 - figures.detection, rate))
    return tuple(points)
