"""What the thresholds of a word detector cost: the curve of a model file, and the choice from it.

Conventions. A curve was measured in training on ``hours`` of sound for validation, at the smoothing
and margins of the model's detector. ``false_accepts_an_hour`` are counted over all words, ``miss``
is the share of the words that are missed. From one point to the next the threshold rises, and there
are no more false accepts and no fewer misses. Misses are those of a stream made of the clips to
validate on, false accepts those of ``other`` sound without a word where there was speech in it,
else of the stream. However long the stream, a clip counts for SECONDS_A_CLIP of it.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise
from typing import Any, cast

import numpy as np

from musicrnn.errors import MusicRNNError, counted
from musicrnn.listening.header import number_of
from musicrnn.metrics.detection import Point

MAX_POINTS = 60
MAX_HOURS = 1e4
MAX_RATE = 1e6  # false accepts an hour that a point may have
FALSE_ACCEPTS = 1.0  # an hour, where nothing is asked for
LEAST_HOURS = 0.2  # of a stream to choose a threshold on: one false accept there is five an hour
SECONDS_A_CLIP = 15.0  # of a stream, so that every clip is used about four times
LEAST_CLIPS = round(LEAST_HOURS * 3600 / SECONDS_A_CLIP)
FEWEST, MOST = 0.01, 1000.0  # an hour, that may be asked for


@dataclass(frozen=True)
class SoundHeard:
    """What a model was validated on: hours of ``other`` sound and of ``stream``, made of ``clips``;
    0 for what there was not, or what the header does not tell."""

    other: float = 0.0
    stream: float = 0.0
    clips: int = 0

    @staticmethod
    def of(metadata: dict[str, Any]) -> SoundHeard:
        """As the "metrics" of a header tell.

        Raises:
            MusicRNNError: they are damaged.
        """
        metrics = metadata.get("metrics")
        found = cast(dict[str, Any], metrics) if isinstance(metrics, dict) else {}
        other, stream = (
            number_of(found, f"valid_{name}_hours", 0.0, 0.0, MAX_HOURS)
            for name in ("wordless", "stream")
        )
        return SoundHeard(other, stream, int(number_of(found, "valid_n", 0, 0, 1e12)))

    @property
    def too_few(self) -> bool:
        """Whether the clips are too few to choose a threshold on."""
        return 0 < self.clips < LEAST_CLIPS and self.stream > 0

    def as_text(self, hours: float) -> str:
        """In so many hours false accepts were counted."""
        text = f"{60 * hours:.0f} min"
        if self.other:
            text += f" of other sound and {60 * self.stream:.0f} min"
        return f"{text} of a stream of words" if self.stream else text


@dataclass(frozen=True)
class ChosenThreshold:
    """A threshold; what was measured there in so many hours, where anything was, and on what.

    ``limit`` says which part of what was asked for could not be had, "" if all of it could.
    """

    threshold: float
    measured: Point | None = None
    hours: float = 0.0
    limit: str = ""
    sound: SoundHeard = SoundHeard()

    def as_text(self) -> str:
        """What is to be expected, in one line."""
        text = f"threshold {self.threshold:g}: "
        if self.measured is None:
            return text + "the model file does not say what it misses and falsely accepts"
        rate = self.measured.false_accepts_an_hour
        about = f"{rate:.2f} false accepts"
        if rate == round(rate):
            about = counted(round(rate), "false accept")
        text += (
            f"about {about} an hour and {100 * self.measured.miss:.0f} % of the words missed, as "
            f"measured in training on {self.sound.as_text(self.hours)}"
        )
        if self.sound.too_few:
            clips = counted(self.sound.clips, "clip")
            text += f" made of {clips}, too few to set a threshold by: record more to validate on"
        elif self.hours < LEAST_HOURS:
            text += ", too short to set a threshold by: record more to validate on"
        return f"{text}; {self.limit}" if self.limit else text


@dataclass(frozen=True)
class Curve:
    """Points in the order of their thresholds; the stream lasted ``hours``."""

    hours: float
    points: tuple[Point, ...]

    @staticmethod
    def of_sweep(points: Iterable[Point], hours: float) -> Curve:
        """The points of a sweep, one at least, at which something changes.

        A point with fewer false accepts or more misses than a higher threshold is left out.
        """
        kept: list[Point] = []
        for point in sorted(points, key=lambda point: -point.threshold):
            now = (point.false_accepts_an_hour, -point.miss)
            last = (kept[-1].false_accepts_an_hour, -kept[-1].miss) if kept else None
            if last is None or (now != last and now[0] >= last[0] and now[1] >= last[1]):
                kept.append(point)
        return Curve(hours, tuple(reversed(kept)))

    def as_json(self) -> dict[str, Any]:
        """The inverse of :meth:`from_json`, to six digits after the point."""
        rows = [
            {name: round(value, 6) for name, value in asdict(point).items()}
            for point in self.points
        ]
        return {"hours": self.hours, "points": rows}

    @staticmethod
    def from_json(values: object) -> Curve:
        """The curve of a model file's "curve" entry.

        Raises:
            MusicRNNError: it is none.
        """
        found = _table(values, {"hours", "points"})
        rows = found["points"]
        listed = cast(list[Any], rows) if isinstance(rows, list) else []
        if not 1 <= len(listed) <= MAX_POINTS:
            raise _damaged(f"it must be a list of 1 to {MAX_POINTS} points, got {len(listed)}")
        points = tuple(map(_point, listed))
        for one, two in pairwise(points):
            rises = one.threshold < two.threshold
            falls = one.false_accepts_an_hour >= two.false_accepts_an_hour
            if not rises or not falls or one.miss > two.miss:
                raise _damaged(
                    "from point to point thresholds and misses must rise and false accepts fall, "
                    f"they do not from threshold {one.threshold:g} to {two.threshold:g}"
                )
        return Curve(number_of(found, "hours", 0.0, 1e-3, MAX_HOURS), points)

    def at_most(self, false_accepts: float) -> ChosenThreshold:
        """The lowest threshold with at most so many false accepts an hour, else the highest."""
        for point in self.points:
            if point.false_accepts_an_hour <= false_accepts:
                limit = (
                    f"{false_accepts:g} an hour cannot be told from none on so short a stream: "
                    "this is the lowest threshold without any"
                    if false_accepts * self.hours < 1 and not point.false_accepts_an_hour
                    else ""
                )
                return ChosenThreshold(point.threshold, point, self.hours, limit)
        limit = f"{false_accepts:g} an hour was not reached: this is the highest threshold measured"
        return ChosenThreshold(self.points[-1].threshold, self.points[-1], self.hours, limit)

    def at(self, threshold: float) -> ChosenThreshold:
        """A threshold with what is to be expected there: straight lines between the points."""
        thresholds = [point.threshold for point in self.points]
        if threshold < thresholds[0]:
            return ChosenThreshold(threshold)
        rates = [point.false_accepts_an_hour for point in self.points]
        rate = float(np.interp(threshold, thresholds, rates))
        miss = float(np.interp(threshold, thresholds, [point.miss for point in self.points]))
        return ChosenThreshold(threshold, Point(threshold, miss, rate), self.hours)


def chosen_threshold(
    metadata: dict[str, Any], carried: float, threshold: float | None, false_accepts: float | None
) -> ChosenThreshold:
    """The threshold that is given, or the one for so many false accepts an hour.

    With neither: the one for FALSE_ACCEPTS where the header has a curve, else the one that it
    carries.

    Raises:
        MusicRNNError: both are given, false accepts are out of bounds or the header does not tell
            of them, or it is damaged.
    """
    if threshold is not None and false_accepts is not None:
        raise MusicRNNError(
            "a threshold and false accepts an hour choose the same thing: give one, got "
            f"{threshold!r} and {false_accepts!r}"
        )
    sound = SoundHeard.of(metadata)
    curve = Curve.from_json(metadata["curve"]) if "curve" in metadata else None
    if false_accepts is not None:
        _check_rate(false_accepts)
        if curve is None:
            raise MusicRNNError(
                f"no threshold for {false_accepts:g} false accepts an hour is known: the model's "
                "header has no curve, it was trained by an earlier version; give a threshold"
            )
    if threshold is not None:
        chosen = ChosenThreshold(threshold) if curve is None else curve.at(threshold)
    elif curve is not None:
        chosen = curve.at_most(FALSE_ACCEPTS if false_accepts is None else false_accepts)
    else:
        chosen = _carried(metadata, carried)
    return replace(chosen, sound=sound)


def _check_rate(wanted: object) -> None:
    """Raises MusicRNNError for what is no number of false accepts an hour, or out of bounds."""
    if not isinstance(wanted, int | float) or not FEWEST <= wanted <= MOST:
        raise MusicRNNError(f"false accepts must be {FEWEST:g} to {MOST:g} an hour, got {wanted!r}")


def _carried(metadata: dict[str, Any], threshold: float) -> ChosenThreshold:
    """A model without a curve: what training measured at the threshold that it carries."""
    metrics = metadata.get("metrics")
    found = cast(dict[str, Any], metrics) if isinstance(metrics, dict) else {}
    prefix = "valid_stream_"
    names = [prefix + name for name in ("hours", "detection", "false_accepts_an_hour")]
    if not set(names) <= set(found):
        return ChosenThreshold(threshold)
    hours = number_of(found, names[0], 0.0, 1e-3, MAX_HOURS)
    miss = 1 - number_of(found, names[1], 0.0, 0.0, 1.0)
    rate = number_of(found, names[2], 0.0, 0.0, MAX_RATE)
    return ChosenThreshold(threshold, Point(threshold, miss, rate), hours)


def _point(values: object) -> Point:
    found = _table(values, {each.name for each in fields(Point)})
    return Point(
        number_of(found, "threshold", 0.0, 0.01, 1.0),
        number_of(found, "miss", 0.0, 0.0, 1.0),
        number_of(found, "false_accepts_an_hour", 0.0, 0.0, MAX_RATE),
    )


def _table(values: object, names: set[str]) -> dict[str, Any]:
    found = cast(dict[str, Any], values) if isinstance(values, dict) else {}
    if set(found) != names:
        expected = ", ".join(sorted(names))
        raise _damaged(f"expected {expected}, got {reprlib.repr(values)}")
    return found


def _damaged(why: str) -> MusicRNNError:
    return MusicRNNError(f"the curve in the model's header is damaged: {why}")
