"""From the probabilities of every step to words at times. Needs no torch.

Conventions. Probabilities [S, K] of one sound, a row every ``step_seconds``; they may come in
pieces of any number of steps and give the events of the whole. A label's average is its mean over
the last ``smoothing`` seconds, what was before the start counting as 0. A word fires where its
average is the highest of all labels and at least its threshold; after an event no word fires for
``refractory`` seconds, and the same one not before its average has been under REARM * threshold. A
word's threshold has its ``margin`` more log-odds than ``threshold``: words that are often heard
where nobody said them must be surer.
Labels between underscores ("_unknown_", "_silence_") never fire, but a word must beat them. An
event's time is the end of the step where it fired. Source: posterior handling of Chen et al. 2014.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from musicrnn.bounds import check, check_number, number
from musicrnn.errors import MusicRNNError, counted
from musicrnn.events import DetectedWord
from musicrnn.fillers import is_filler

REARM = 0.5  # share of the threshold
MOST_MARGIN = 20.0  # log-odds
LOOK_AHEAD_STEPS = 64  # steps that are looked through at once


@dataclass(frozen=True)
class DetectorSettings:
    """``smoothing`` and ``refractory`` in seconds, ``margins`` by word; see the module's text."""

    threshold: float = number(0.8, 0.01, 1.0)
    smoothing: float = number(0.2, 0.0, 2.0)
    refractory: float = number(0.5, 0.0, 10.0)
    margins: Mapping[str, float] = field(default_factory=dict[str, float])

    def __post_init__(self) -> None:
        check(self, "detector ")
        for label, margin in self.margins.items():
            check_number(f"a detector's margin for {label!r}", margin)
            if not abs(margin) <= MOST_MARGIN:
                raise MusicRNNError(
                    f"a detector's margin for {label!r} must be in -{MOST_MARGIN:g}.."
                    f"{MOST_MARGIN:g}, got {margin!r}"
                )

    def thresholds(self, labels: Sequence[str]) -> NDArray[np.float64]:
        """That of each label, [K]."""
        margins = np.array([self.margins.get(label, 0.0) for label in labels])
        odds = np.log(self.threshold) - np.log1p(-min(self.threshold, 1 - 1e-12)) + margins
        return np.where(margins == 0, self.threshold, 1 / (1 + np.exp(-odds)))

    def as_json(self) -> dict[str, Any]:
        """The inverse of :meth:`from_json`."""
        return asdict(self)

    @staticmethod
    def from_json(values: object) -> DetectorSettings:
        """The settings of a checkpoint's "detector" entry.

        Raises:
            MusicRNNError: they are none.
        """
        found = cast(dict[str, Any], values) if isinstance(values, dict) else {}
        names = [each.name for each in fields(DetectorSettings)]
        if set(found) | {"margins"} != set(names) or not isinstance(found.get("margins", {}), dict):
            raise MusicRNNError(
                f"a detector's settings are {', '.join(names)}, the model's header has "
                f"{reprlib.repr(values)}"
            )
        return DetectorSettings(**found)


class Detector:
    """Finds the words of one sound; see the module's text."""

    def __init__(
        self, settings: DetectorSettings, labels: Sequence[str], step_seconds: float
    ) -> None:
        if not step_seconds > 0:
            raise MusicRNNError(f"a step must last more than 0 s, got {step_seconds}")
        self.average = Average(settings.smoothing, len(labels), step_seconds)
        self.trigger = Trigger(settings, labels, step_seconds)

    def push(self, probabilities: NDArray[np.floating]) -> list[DetectedWord]:
        """The events within the next steps [S, K].

        Raises:
            MusicRNNError: K is not the number of labels.
        """
        return self.trigger.push(self.average.push(probabilities))


class Average:
    """The means over the last steps. They do not depend on how the steps come."""

    def __init__(self, smoothing: float, labels: int, step_seconds: float) -> None:
        self.steps = max(1, round(smoothing / step_seconds))
        self.before = np.zeros((self.steps - 1, labels), np.float32)

    def push(self, probabilities: NDArray[np.floating]) -> NDArray[np.float32]:
        """[S, K] -> [S, K]; raises MusicRNNError for another K."""
        if probabilities.ndim != 2 or probabilities.shape[1] != self.before.shape[1]:
            raise MusicRNNError(
                f"a step has the probabilities of {counted(self.before.shape[1], 'label')}, got an "
                f"array of {list(probabilities.shape)}"
            )
        rows = np.concatenate([self.before, probabilities.astype(np.float32)])
        count = len(probabilities)
        mean = np.zeros(probabilities.shape, np.float32)
        for offset in range(self.steps):  # not a running sum: its rounding depends on its start
            mean += rows[offset : offset + count]
        self.before = rows[count:]
        return mean / np.float32(self.steps)


class Trigger:
    """Fires on averages."""

    def __init__(
        self, settings: DetectorSettings, labels: Sequence[str], step_seconds: float
    ) -> None:
        self.settings, self.labels, self.step_seconds = settings, tuple(labels), step_seconds
        self.fires = np.array([not is_filler(label) for label in self.labels])
        self.thresholds = settings.thresholds(labels)
        self.pause = max(1, round(settings.refractory / step_seconds))
        self.heard = 0  # steps so far
        self.ready = 0  # the first step at which a word may fire
        self.waiting: dict[int, int | None] = {}  # label -> where it fell; None: it has not yet

    def push(self, averages: NDArray[np.float32]) -> list[DetectedWord]:
        """The events within the next steps."""
        first, found = self.heard, list[DetectedWord]()
        self.heard += len(averages)
        for label, fell in self.waiting.items():
            if fell is None:
                self.waiting[label] = self._falls(averages[:, label], first, label)
        best = averages.argmax(1)
        top = averages[np.arange(len(best)), best]
        loud = (top >= self.thresholds[best]) & self.fires[best]
        for place in np.flatnonzero(loud).tolist():
            step, label = first + place, int(best[place])
            fell = self.waiting.get(label, step)
            if step < self.ready or fell is None or fell > step:
                continue
            time = round((step + 1) * self.step_seconds, 6)  # to the microsecond, as it is printed
            found.append(DetectedWord(time, self.labels[label], float(top[place])))
            self.ready = step + self.pause
            self.waiting[label] = self._falls(averages[place + 1 :, label], step + 1, label)
        return found

    def _falls(self, averages: NDArray[np.float32], first: int, label: int) -> int | None:
        """The first step with an average under REARM * threshold."""
        least = REARM * self.thresholds[label]
        for start in range(0, len(averages), LOOK_AHEAD_STEPS):
            low = np.flatnonzero(averages[start : start + LOOK_AHEAD_STEPS] < least)
            if len(low):
                return first + start + int(low[0])
        return None
