"""Diagrams of networks: boxes, circles and arrows in a picture.

Conventions. As picture.py: pixels from the top left corner, every colour opaque. A box or circle is
placed by its middle and gives back its edges, from which arrows go.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from musicrnn.plot.lanes import COLOURS
from musicrnn.plot.picture import (
    BAR,
    FAINT_INK,
    INK,
    PAPER,
    SHADE,
    Box,
    Picture,
    Stroke,
    Words,
    blend,
)

BLUE, ORANGE, GREEN = (blend(colour, 0.28) for colour in COLOURS[:3])
LINE, HEAD_LENGTH, HEAD_WIDTH = 1.6, 7.0, 3.8
TEXT = 13.0
LINE_HEIGHT = 17.0
RADIUS = 12.0  # of a circle

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Shape:
    """A box or circle that was drawn: its middle and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> Point:
        return self.x - self.width / 2, self.y

    @property
    def right(self) -> Point:
        return self.x + self.width / 2, self.y

    @property
    def top(self) -> Point:
        return self.x, self.y - self.height / 2

    @property
    def bottom(self) -> Point:
        return self.x, self.y + self.height / 2


@dataclass
class Diagram(Picture):
    """A picture to which shapes and arrows are added; what is added later lies on top."""

    kind: str = "Diagram"

    def frame(self, left: float, top: float, right: float, bottom: float) -> None:
        """A pale field behind what belongs together."""
        self.boxes.append(Box(left, top, right - left, bottom - top, BAR, 10))
        self.boxes.append(Box(left + 1, top + 1, right - left - 2, bottom - top - 2, SHADE, 9))

    def box(self, x: float, y: float, *lines: str, size: Point, colour: str = PAPER) -> Shape:
        """A box of that width and height around ``lines`` of text."""
        shape = Shape(x, y, *size)
        self._outlined(shape, colour, 5)
        first = y + TEXT * 0.36 - LINE_HEIGHT * (len(lines) - 1) / 2
        for number, line in enumerate(lines):
            self.label(x, first + LINE_HEIGHT * number, line)
        return shape

    def circle(self, x: float, y: float, sign: str) -> Shape:
        """An operation on each unit: + or ×."""
        shape = Shape(x, y, 2 * RADIUS, 2 * RADIUS)
        self._outlined(shape, PAPER, RADIUS)
        self.words.append(Words(x, y + 6, sign, 17, INK, "middle"))
        return shape

    def dot(self, x: float, y: float) -> None:
        """Where a line divides."""
        self.boxes.append(Box(x - 3, y - 3, 6, 6, INK, 3))

    def line(self, *points: Point, width: float = LINE) -> None:
        self.strokes.append(Stroke(points, width, INK))

    def arrow(self, *points: Point, width: float = LINE) -> None:
        """A line through the points with a head at the last one."""
        (x0, y0), (x, y) = points[-2:]
        length = math.hypot(x - x0, y - y0)
        dx, dy = (x - x0) / length, (y - y0) / length
        back, side = (x - HEAD_LENGTH * dx, y - HEAD_LENGTH * dy), HEAD_WIDTH
        ends = [(back[0] + turn * dy, back[1] - turn * dx) for turn in (side, -side)]
        self.line(*points, width=width)
        self.line(ends[0], (x, y), ends[1], width=width)

    def label(
        self, x: float, y: float, text: str, *, faint: bool = False, anchor: Anchor = "middle"
    ) -> None:
        """Text on the baseline y with its start, middle or end at x; ``faint`` text stands back."""
        self.words.append(Words(x, y, text, TEXT, FAINT_INK if faint else INK, anchor))

    def _outlined(self, shape: Shape, colour: str, radius: float) -> None:
        left, top = shape.left[0], shape.top[1]
        self.boxes.append(Box(left, top, shape.width, shape.height, INK, radius))
        inner = max(0.0, radius - 1.2)
        size = (shape.width - 2.4, shape.height - 2.4)
        self.boxes.append(Box(left + 1.2, top + 1.2, *size, colour, inner))
