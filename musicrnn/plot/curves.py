"""Curves over one axis: figures against a distance, a length, an update.

Conventions. As picture.py: pixels from the top left corner, every colour opaque. On a logarithmic
axis points at nought or below, and on any axis points that are not finite, are left out and break
the curve. Curves of few points are marked with dots.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from musicrnn.errors import MusicRNNError
from musicrnn.plot.chart import ticks
from musicrnn.plot.lanes import COLOURS
from musicrnn.plot.picture import BEAT, FAINT_INK, INK, MARGIN, WIDTH, Box, Picture, Stroke, Words

HEIGHT = 576
LEFT, RIGHT, TOP, BOTTOM = MARGIN + 70.0, WIDTH - MARGIN - 190.0, 126.0, HEIGHT - 72.0
MAX_DOTTED_POINTS = 32  # points at most with a dot each
MAX_CURVES = 20


@dataclass(frozen=True)
class Curve:
    """Points (across, up) by name, from left to right; a ``faint`` one stands back."""

    name: str
    points: Sequence[tuple[float, float]]
    faint: bool = False


@dataclass(frozen=True)
class Axis:
    """What an axis counts, in which unit."""

    title: str
    log: bool = False


def draw_curves(
    title: str, about: str, curves: Sequence[Curve], *, across: Axis, up: Axis
) -> Picture:
    """The curves, each in a colour of its own, named at the right.

    Raises:
        MusicRNNError: there is no curve, more than a picture may have, or no point that can be
            drawn.
    """
    if not 1 <= len(curves) <= MAX_CURVES:
        raise MusicRNNError(f"a picture has 1 to {MAX_CURVES} curves, got {len(curves)}")
    pieces = [_unbroken(curve.points, across, up) for curve in curves]
    points = [point for curve in pieces for piece in curve for point in piece]
    if not points:
        raise MusicRNNError("there is no point to draw: none is finite and within the axes")
    picture = Picture(WIDTH, HEIGHT, title, about, kind="Chart")
    x = _Scale(across, [point[0] for point in points], LEFT, RIGHT)
    y = _Scale(up, [point[1] for point in points], BOTTOM, TOP)
    _axes(picture, x, y)
    for index, (curve, parts) in enumerate(zip(curves, pieces, strict=True)):
        colour = COLOURS[index % len(COLOURS)]
        for part in parts:
            drawn = tuple((x.at(a), y.at(b)) for a, b in part)
            if len(drawn) > 1:
                picture.strokes.append(Stroke(drawn, 1.2 if curve.faint else 2.4, colour))
            if len(curve.points) <= MAX_DOTTED_POINTS or len(drawn) == 1:
                picture.boxes += [Box(a - 3.5, b - 3.5, 7, 7, colour, 3.5) for a, b in drawn]
        row = TOP + 10 + 22 * index
        width = 1.5 if curve.faint else 4.0
        picture.boxes.append(Box(RIGHT + 24, row - width / 2, 22, width, colour))
        picture.words.append(Words(RIGHT + 54, row + 4.5, curve.name[:22], 13.5, INK))
    return picture


class _Scale:
    """From figures to pixels, from ``first`` to ``last``."""

    def __init__(self, axis: Axis, values: Sequence[float], first: float, last: float) -> None:
        self.axis, self.first, self.last = axis, first, last
        self.low, self.high = self._put(min(values)), self._put(max(values))
        if self.high - self.low <= 1e-9 * max(abs(self.low), abs(self.high)):
            margin = 0.5 if axis.log else 0.05 * abs(self.low) or 1.0
            self.low, self.high = self.low - margin, self.high + margin

    def _put(self, value: float) -> float:
        return math.log10(value) if self.axis.log else value

    def at(self, value: float) -> float:
        share = (self._put(value) - self.low) / (self.high - self.low)
        return self.first + share * (self.last - self.first)

    def ticks(self) -> list[tuple[float, str]]:
        """Pixels and what stands there."""
        found = ticks(self.low, self.high, 9)
        if not self.axis.log:
            return [(self.at(value), f"{value:g}") for value in found]
        whole = [exponent for exponent in found if exponent == int(exponent)]
        if len(whole) >= 3:
            return [(self.at(10.0**e), _power(int(e))) for e in whole]
        steps = [
            digit * 10.0**exponent
            for exponent in range(math.floor(self.low), math.ceil(self.high) + 1)
            for digit in (1, 2, 5)
        ]
        inside = [value for value in steps if self.low <= math.log10(value) <= self.high]
        return [(self.at(value), f"{value:g}") for value in inside]


def _power(exponent: int) -> str:
    return f"{10.0**exponent:g}" if -3 <= exponent <= 4 else f"1e{exponent}"


def _unbroken(
    points: Sequence[tuple[float, float]], across: Axis, up: Axis
) -> list[list[tuple[float, float]]]:
    """The points between two that cannot be drawn."""

    def drawable(point: tuple[float, float]) -> bool:
        return all(
            math.isfinite(value) and (value > 0 or not axis.log)
            for value, axis in zip(point, (across, up), strict=True)
        )

    return [list(part) for drawn, part in groupby(points, drawable) if drawn]


def _axes(picture: Picture, x: _Scale, y: _Scale) -> None:
    for at, text in x.ticks():
        picture.boxes.append(Box(at - 0.5, TOP, 1, BOTTOM - TOP, BEAT))
        picture.words.append(Words(at, BOTTOM + 20, text, 12, FAINT_INK, "middle"))
    for at, text in y.ticks():
        picture.boxes.append(Box(LEFT, at - 0.5, RIGHT - LEFT, 1, BEAT))
        picture.words.append(Words(LEFT - 10, at + 4, text, 12, FAINT_INK, "end"))
    picture.boxes.append(Box(LEFT, BOTTOM - 0.5, RIGHT - LEFT, 1, FAINT_INK))
    picture.boxes.append(Box(LEFT - 0.5, TOP, 1, BOTTOM - TOP, FAINT_INK))
    picture.words.append(Words((LEFT + RIGHT) / 2, BOTTOM + 46, x.axis.title, 13.5, INK, "middle"))
    picture.words.append(Words(MARGIN, TOP - 14, y.axis.title, 13.5, INK))
