"""A chart of things measured: a line for each, a column of dots with intervals, columns of bars.

Conventions. As picture.py: pixels from the top left corner, every colour opaque. Lines stand in the
order given, from top to bottom. A dot's axis begins where the figures begin; a bar's at nought.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from musicrnn.errors import MusicRNNError
from musicrnn.plot.lanes import COLOURS
from musicrnn.plot.picture import BEAT, FAINT_INK, INK, MARGIN, WIDTH, Box, Picture, Words, blend

LINE_HEIGHT = 26.0
TOP_MARGIN = 136.0
NAMES_WIDTH = 150.0  # room for the names
COLUMN_GAP = 92.0  # between columns, with room for the figures at the right of each
MAX_LINES = 200


@dataclass(frozen=True)
class Dot:
    """A figure with half the width of its interval, and the single values it is the mean of."""

    mean: float
    half: float | None = None
    single: tuple[float, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column: a Dot or a bar's length for each line, None for nothing; ``marks`` by name."""

    title: str
    values: Sequence[Dot | float | None]
    decimals: int
    share: float  # of the width, relative to the other columns
    marks: tuple[tuple[str, float], ...] = ()  # upright lines, drawn where they are within reach


def draw_chart(title: str, about: str, names: Sequence[str], columns: Sequence[Column]) -> Picture:
    """The chart of ``names`` and their columns.

    Raises:
        MusicRNNError: there is no line, or more than a picture may have.
    """
    if not 1 <= len(names) <= MAX_LINES:
        raise MusicRNNError(f"a chart has 1 to {MAX_LINES} lines, got {len(names)}")
    height = math.ceil(TOP_MARGIN + LINE_HEIGHT * len(names) + 44)
    picture = Picture(WIDTH, height, title, about, kind="Chart")
    for index, name in enumerate(names):
        y = TOP_MARGIN + LINE_HEIGHT * index
        if index % 2 == 0:
            picture.boxes.append(Box(MARGIN, y, WIDTH - 2 * MARGIN, LINE_HEIGHT, "#f6f6f3"))
        picture.words.append(Words(MARGIN + 8, y + LINE_HEIGHT / 2 + 5, name[:20], 13.5, INK))
    room = WIDTH - 2 * MARGIN - NAMES_WIDTH - COLUMN_GAP * len(columns)
    left = MARGIN + NAMES_WIDTH
    for index, column in enumerate(columns):
        width = room * column.share / sum(c.share for c in columns)
        _column(picture, column, left, width, COLOURS[index % len(COLOURS)])
        left += width + COLUMN_GAP
    return picture


def _column(picture: Picture, column: Column, left: float, width: float, colour: str) -> None:
    picture.words.append(Words(left, TOP_MARGIN - 34, column.title, 13.5, INK))
    low, high = _reach(column)

    def x(value: float) -> float:
        return left + width * (value - low) / (high - low)

    bottom = TOP_MARGIN + LINE_HEIGHT * len(column.values)
    for tick in ticks(low, high, max(2, int(width / 50))):
        picture.boxes.append(Box(x(tick) - 0.5, TOP_MARGIN - 4, 1, bottom - TOP_MARGIN + 8, BEAT))
        picture.words.append(Words(x(tick), bottom + 22, f"{tick:g}", 11, FAINT_INK, "middle"))
    for name, value in column.marks:
        if low <= value <= high:
            picture.boxes.append(
                Box(x(value) - 0.75, TOP_MARGIN - 8, 1.5, bottom - TOP_MARGIN + 12, FAINT_INK)
            )
            picture.words.append(Words(x(value), TOP_MARGIN - 13, name, 11, FAINT_INK, "middle"))
    for index, value in enumerate(column.values):
        middle = TOP_MARGIN + LINE_HEIGHT * (index + 0.5)
        if value is None:
            continue
        if isinstance(value, Dot):
            _dot(picture, value, x, middle, colour)
            figure = value.mean
        else:
            picture.boxes.append(Box(left, middle - 6, max(1.0, x(value) - left), 12, colour, 2))
            figure = value
        text = f"{figure:.{column.decimals}f}"
        picture.words.append(Words(left + width + 12, middle + 4.5, text, 12.5, FAINT_INK))


def _dot(
    picture: Picture, dot: Dot, x: Callable[[float], float], middle: float, colour: str
) -> None:
    if dot.half is not None:
        start, stop = x(dot.mean - dot.half), x(dot.mean + dot.half)
        width = max(1.0, stop - start)
        picture.boxes.append(Box(start, middle - 1.5, width, 3, blend(colour, 0.35), 1.5))
    for value in dot.single:
        picture.boxes.append(Box(x(value) - 2.5, middle - 2.5, 5, 5, blend(colour, 0.5), 2.5))
    picture.boxes.append(Box(x(dot.mean) - 5, middle - 5, 10, 10, colour, 5))


def _reach(column: Column) -> tuple[float, float]:
    """Where the column's axis begins and ends."""
    lengths = [value for value in column.values if isinstance(value, int | float)]
    if lengths:
        return 0.0, max(lengths) or 1.0
    ends: list[float] = []
    for value in column.values:
        if isinstance(value, Dot):
            half = value.half or 0.0
            ends += [value.mean - half, value.mean + half, *value.single]
    if not ends:
        return 0.0, 1.0
    low, high = min(ends), max(ends)
    margin = 0.04 * (high - low) or 0.01 * abs(high) or 1.0
    return low - margin, high + margin


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers from ``low`` to ``high``, about ``most``."""
    step = 10 ** math.floor(math.log10(high - low))
    step *= next((part for part in (0.1, 0.2, 0.5) if (high - low) / (step * part) <= most), 1.0)
    first, last = math.ceil(low / step), math.floor(high / step)
    digits = 12 - math.floor(math.log10(step))
    return [round(number * step, digits) for number in range(first, last + 1)]
