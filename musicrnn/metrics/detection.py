"""How well words are found in a long recording: misses, false accepts, confusions, latency.

Conventions. Times in seconds. An event is right if a word with its label, not yet found by an
earlier event, was spoken from ``start`` to at most MAX_DELAY_SECONDS seconds before (after its
``end``). Any other event is a repetition if it falls in the same way on a word with its label that
was found already, a confusion if on a word with another label, else a false accept on unknown
speech or on the background. False accepts an hour are all of these but confusions, over the whole
recording's length. Latency is from a word's end to its event; negative where the word was known
sooner.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from musicrnn.errors import MusicRNNError
from musicrnn.events import DetectedWord, Script, Spoken
from musicrnn.metrics.intervals import wilson_interval

MAX_DELAY_SECONDS = 0.75  # seconds
MAX_FALSE_ACCEPTS_AN_HOUR = 0.5  # an hour
ON_UNKNOWN, ON_BACKGROUND, AGAIN = "unknown speech", "background", "repetition"


@dataclass(frozen=True)
class Matching:
    """Every event and what it fell on, every word and whether it was found."""

    found: tuple[tuple[Spoken, DetectedWord], ...]
    missed: tuple[Spoken, ...]
    confused: tuple[tuple[Spoken, DetectedWord], ...]
    false: tuple[tuple[str, DetectedWord], ...]  # ON_UNKNOWN, ON_BACKGROUND or AGAIN


@dataclass(frozen=True)
class Detection:
    """The figures of a recording; ``latency`` is the median and the 95th percentile."""

    n: int
    hours: float
    detection: float
    interval: tuple[float, float]
    confused: int
    confusions: dict[str, dict[str, int]]  # spoken -> heard -> how often
    false_accepts: dict[str, int]
    false_accepts_an_hour: float
    latency: tuple[float, float] | None
    backgrounds: dict[str, dict[str, float]]  # n, detection and false_accepts of each kind


@dataclass(frozen=True)
class FalseAccepts:
    """What fired in ``hours`` in which no word was spoken: how often, by word."""

    hours: float
    words: dict[str, int]

    @property
    def count(self) -> int:
        return sum(self.words.values())

    @property
    def an_hour(self) -> float:
        return self.count / self.hours

    @property
    def interval(self) -> tuple[float, float]:
        """The interval in which the true rate an hour lies, 95 of 100 times: that of a Poisson
        count, exactly (Garwood 1936)."""
        from scipy.stats import chi2

        low = float(chi2.ppf(0.025, 2 * self.count)) / 2 if self.count else 0.0
        return low / self.hours, float(chi2.ppf(0.975, 2 * self.count + 2)) / 2 / self.hours

    def as_json(self) -> dict[str, Any]:
        """With the rate and its interval."""
        rate = {"false_accepts_an_hour": self.an_hour, "interval": list(self.interval)}
        return {"hours": self.hours, "count": self.count, **rate, "words": self.words}


@dataclass(frozen=True)
class Point:
    """One threshold's place on the DET curve (detection error tradeoff)."""

    threshold: float
    miss: float
    false_accepts_an_hour: float


def match(script: Script, events: Sequence[DetectedWord]) -> Matching:
    """Give every event to what it fell on; events must be in order of time."""
    spoken = script.spoken
    found: dict[int, DetectedWord] = {}
    confused: list[tuple[Spoken, DetectedWord]] = []
    false: list[tuple[str, DetectedWord]] = []
    begins = [word.start for word in spoken]
    low = 0
    for event in events:
        while low < len(spoken) and spoken[low].end + MAX_DELAY_SECONDS < event.time:
            low += 1
        begun = range(low, bisect_right(begins, event.time))
        near = [i for i in begun if event.time <= spoken[i].end + MAX_DELAY_SECONDS]
        right = [index for index in near if spoken[index].label == event.label]
        fresh = [index for index in right if index not in found]
        words = [index for index in near if spoken[index].label is not None]
        if fresh:
            found[fresh[0]] = event
        elif right:
            false.append((AGAIN, event))
        elif words:
            confused.append((spoken[words[-1]], event))
        else:
            false.append((ON_UNKNOWN if near else ON_BACKGROUND, event))
    return Matching(
        tuple((spoken[index], event) for index, event in sorted(found.items())),
        tuple(
            word
            for index, word in enumerate(spoken)
            if word.label is not None and index not in found
        ),
        tuple(confused),
        tuple(false),
    )


def detection(script: Script, events: Sequence[DetectedWord]) -> Detection:
    """The figures of a detector's events in a recording.

    Raises:
        MusicRNNError: no word is spoken in it.
    """
    matching = match(script, events)
    found, n = len(matching.found), len(matching.found) + len(matching.missed)
    if n == 0:
        raise MusicRNNError(
            f"nothing can be found in {script.seconds:.0f} s without a word: take a longer stream"
        )
    confusions: dict[str, dict[str, int]] = {}
    for (said, heard), count in Counter(
        (str(word.label), event.label) for word, event in matching.confused
    ).most_common():
        confusions.setdefault(said, {})[heard] = count
    kinds = Counter(kind for kind, _ in matching.false)
    late = [event.time - word.end for word, event in matching.found]
    hours = script.seconds / 3600
    return Detection(
        n=n,
        hours=hours,
        detection=found / n,
        interval=wilson_interval(found, n),
        confused=len(matching.confused),
        confusions=confusions,
        false_accepts={kind: kinds[kind] for kind in (ON_UNKNOWN, ON_BACKGROUND, AGAIN)},
        false_accepts_an_hour=len(matching.false) / hours,
        latency=(float(np.median(late)), float(np.quantile(late, 0.95))) if late else None,
        backgrounds=_by_background(script, matching),
    )


def sweep(
    script: Script, detect: Callable[[float], Sequence[DetectedWord]], thresholds: Sequence[float]
) -> tuple[Point, ...]:
    """The DET curve: what each threshold misses and falsely accepts; ``detect`` gives its events.

    Raises:
        MusicRNNError: no word is spoken.
    """
    points: list[Point] = []
    for threshold in thresholds:
        figures = detection(script, detect(threshold))
        points.append(Point(threshold, 1 - figures.detection, figures.false_accepts_an_hour))
    return tuple(points)


def best_point(
    points: Sequence[Point], most: float = MAX_FALSE_ACCEPTS_AN_HOUR
) -> tuple[Point, bool]:
    """The point that misses least at ``most`` false accepts an hour, and whether there is one.

    Else the point with the fewest false accepts. Of equals the highest threshold counts.

    Raises:
        MusicRNNError: there is no point.
    """
    if not points:
        raise MusicRNNError("a threshold is chosen from one point at least, got none")
    allowed = [point for point in points if point.false_accepts_an_hour <= most]
    if allowed:
        return min(allowed, key=lambda p: (p.miss, -p.threshold)), True
    return min(points, key=lambda p: (p.false_accepts_an_hour, p.miss, -p.threshold)), False


def _by_background(script: Script, matching: Matching) -> dict[str, dict[str, float]]:
    ends = np.array([stretch.end for stretch in script.stretches])

    def under(time: float) -> str:
        place = min(int(np.searchsorted(ends, time, side="right")), len(ends) - 1)
        return script.stretches[place].background

    found = Counter(under(word.start) for word, _ in matching.found)
    missed = Counter(under(word.start) for word in matching.missed)
    false = Counter(under(event.time) for _, event in matching.false)
    kinds = list(dict.fromkeys(stretch.background for stretch in script.stretches))
    return {
        kind: {
            "n": found[kind] + missed[kind],
            "detection": found[kind] / max(1, found[kind] + missed[kind]),
            "false_accepts": false[kind],
        }
        for kind in kinds
    }
