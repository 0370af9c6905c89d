"""A score laid out as a static piano roll: lines of bars, as on a page of sheet music.

Conventions. Positions and sizes are pixels from the top left corner. Every colour is opaque: soft
notes are blended with the paper here, so that SVG and PNG are the same picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Literal

from musicrnn.plot.lanes import (
    Lanes,
    chord_symbol,
    coloured_tracks,
    facts,
    lanes_of,
    section_marks,
)
from musicrnn.score import Score, TimeSignature

WIDTH = 1200
MARGIN = 40
GUTTER = 64  # room for the labels of the rows
QUARTERS_A_LINE = 32
MARK_HEIGHT = 15  # of a section's name above the roll
MAX_LINES = 12  # at most; a longer piece has longer, denser lines
PAPER, SHADE, INK, FAINT_INK = "#fcfcfa", "#f3f3ef", "#22242a", "#7b7f88"
BAR, BEAT, OCTAVE = "#c9cbd0", "#e8e8e4", "#d9dad8"


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    colour: str
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Words:
    """Text whose baseline is at ``y`` and whose start, middle or end is at ``x``."""

    x: float
    y: float
    text: str
    size: float
    colour: str = INK
    anchor: Literal["start", "middle", "end"] = "start"


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line of straight parts, ``width`` wide, through points (x, y)."""

    points: tuple[tuple[float, float], ...]
    width: float
    colour: str


@dataclass
class Picture:
    """What is drawn, from back to front: boxes, strokes, words."""

    width: int
    height: int
    title: str
    description: str
    boxes: list[Box] = field(default_factory=list[Box])
    strokes: list[Stroke] = field(default_factory=list[Stroke])
    words: list[Words] = field(default_factory=list[Words])
    kind: str = "Piano roll"  # what it is a picture of

    def __post_init__(self) -> None:
        """The paper, the title and the description under it."""
        self.boxes.append(Box(0, 0, self.width, self.height, PAPER))
        self.words.append(Words(MARGIN, 52, self.title, 25))
        self.words.append(Words(MARGIN, 76, self.description, 13.5, FAINT_INK))


def draw(score: Score, *, caption: str = "") -> Picture:
    """The piano roll of a score; ``caption`` (a style, say) opens the line under the title.

    Raises:
        MusicRNNError: the score has no notes, or is too large for a picture.
    """
    lanes = lanes_of(score)
    lines = _lines(score)
    row = min(11.0, max(5.5, 280 / lanes.count))
    head = (20 if score.chords else 8) + (MARK_HEIGHT + 4 if score.sections else 0)
    step = head + lanes.count * row + 26
    top = 104.0
    title = score.title.strip()[:90] or "Untitled"
    height = math.ceil(top + step * len(lines) + 14)
    picture = Picture(WIDTH, height, title, facts(score, caption))
    _legend(picture, score)
    longest = max(stop - start for start, stop, _ in lines)
    scale = (WIDTH - 2 * MARGIN - GUTTER) / longest
    for index, (start, stop, bars) in enumerate(lines):
        line = _Line(score, lanes, start, stop, scale=scale, row=row, top=top + step * index + head)
        _grid(picture, line, bars)
        _chords(picture, line)
        _sections(picture, line)
        _notes(picture, line)
    return picture


@dataclass(frozen=True)
class _Line:
    score: Score
    lanes: Lanes
    start: int
    stop: int
    scale: float  # pixels a tick
    row: float  # pixels a row
    top: float

    def x(self, tick: int) -> float:
        return MARGIN + GUTTER + (tick - self.start) * self.scale

    @property
    def width(self) -> float:
        return (self.stop - self.start) * self.scale

    @property
    def height(self) -> float:
        return self.lanes.count * self.row


Bars = list[tuple[int, int, TimeSignature]]  # number, tick, signature


def _lines(score: Score) -> list[tuple[int, int, Bars]]:
    """First tick, last tick and bars of every line."""
    bars = [(n + 1, tick, signature) for n, (tick, signature) in enumerate(score.bars())]
    stops = score.bar_lines()[1:]
    stops[-1] = end = max(score.end, stops[-1])
    count = min(MAX_LINES, math.ceil(end / (QUARTERS_A_LINE * score.ticks_per_quarter)))
    two_bars = 2 * score.metre.bar_ticks(score.ticks_per_quarter)
    room = math.ceil(end / count / two_bars) * two_bars
    lines: list[tuple[int, int, Bars]] = []
    for bar, stop in zip(bars, stops, strict=True):
        if lines and stop - lines[-1][0] <= room:
            start, _, members = lines[-1]
            members.append(bar)
            lines[-1] = (start, stop, members)
        else:
            lines.append((bar[1], stop, [bar]))
    return lines


def _legend(picture: Picture, score: Score) -> None:
    x = WIDTH - MARGIN
    for _, name, colour in reversed(coloured_tracks(score)[:6]):
        name = name[:20]
        picture.words.append(Words(x, 76, name, 13, FAINT_INK, "end"))
        x -= sum(10.5 if letter.isupper() else 7.5 for letter in name) + 18
        picture.boxes.append(Box(x, 66, 11, 11, colour, 3))
        x -= 18


def _grid(picture: Picture, line: _Line, bars: Bars) -> None:
    lanes, left = line.lanes, line.x(line.start)
    for row in range(lanes.count):
        y = line.top + row * line.row
        if lanes.is_black(row) or (row >= lanes.pitches and (row - lanes.pitches) % 2):
            picture.boxes.append(Box(left, y, line.width, line.row, SHADE))
        label = lanes.label(row)
        if label:
            middle = y + line.row / 2 + 3.5
            picture.words.append(Words(left - 9, middle, label, 10, FAINT_INK, "end"))
        if label.startswith("C") and row < lanes.pitches:
            picture.boxes.append(Box(left, y + line.row - 0.5, line.width, 1, OCTAVE))
    if 0 < lanes.pitches < lanes.count:
        y = line.top + lanes.pitches * line.row
        picture.boxes.append(Box(left, y - 0.5, line.width, 1, BAR))
    for number, tick, signature in bars:
        bar = signature.bar_ticks(line.score.ticks_per_quarter)
        beat = bar / signature.numerator
        if beat * line.scale >= 6:
            for count in range(1, signature.numerator):
                x = line.x(tick) + count * beat * line.scale
                if x < left + line.width:
                    picture.boxes.append(Box(x - 0.5, line.top, 1, line.height, BEAT))
        if bar * line.scale >= 4:
            picture.boxes.append(Box(line.x(tick) - 0.5, line.top, 1, line.height, BAR))
        if number == bars[0][0] or (number % 4 == 1 and 4 * bar * line.scale > 60):
            y = line.top + line.height + 13
            picture.words.append(Words(line.x(tick), y, str(number), 10, FAINT_INK, "middle"))
    picture.boxes.append(Box(left + line.width - 0.5, line.top, 1, line.height, BAR))


def _chords(picture: Picture, line: _Line) -> None:
    key = next(iter(line.score.keys), None)
    free = -math.inf  # a symbol that would overlap the one before is left out
    for chord, following in zip_longest(line.score.chords, line.score.chords[1:]):
        begins = max(chord.tick, line.start)
        if begins >= line.stop or (following and following.tick <= line.start):
            continue
        symbol = chord_symbol(chord, key)
        x = line.x(begins)
        if symbol and x >= free:
            picture.words.append(Words(x + 2, line.top - 7, symbol, 12.5))
            free = x + 8.5 * len(symbol) + 4


def _sections(picture: Picture, line: _Line) -> None:
    """A mark above the roll, and a line through it, where a section begins; a name that would
    overlap the one before is left out."""
    free = -math.inf
    top = line.top - MARK_HEIGHT - (20 if line.score.chords else 4)
    for tick, name in section_marks(line.score):
        if not line.start <= tick < line.stop:
            continue
        x = line.x(tick)
        picture.boxes.append(Box(x - 0.75, top, 1.5, line.top + line.height - top, FAINT_INK))
        width = 8.5 * len(name) + 10
        if x >= free and x + width <= WIDTH:
            picture.boxes.append(Box(x, top, width, MARK_HEIGHT, FAINT_INK, 2))
            picture.words.append(Words(x + 5, top + MARK_HEIGHT - 3.5, name, 11.5, PAPER))
            free = x + width + 2


def _notes(picture: Picture, line: _Line) -> None:
    gap = 0.6 if line.row > 5 else 0.3
    for track, _, colour in coloured_tracks(line.score):
        for note in track.notes:
            end = note.start + note.duration
            if note.start >= line.stop or end <= line.start:
                continue
            x = line.x(max(note.start, line.start))
            if track.is_drum:
                width = min(line.row, max(3.0, line.scale * line.score.ticks_per_quarter / 5))
                width = min(width, line.x(line.stop) - x)
            else:
                width = max(2.0, line.x(min(end, line.stop)) - x - 0.8)
            y = line.top + line.lanes.row(note.pitch, track.is_drum) * line.row + gap
            height = line.row - 2 * gap
            shade = blend(colour, 0.3 + 0.7 * note.velocity / 127)
            picture.boxes.append(Box(x, y, width, height, shade, min(2.5, width / 2, height / 2)))


def blend(colour: str, strength: float) -> str:
    """``colour`` laid over the paper with an opacity of ``strength``."""
    pairs = ((int(colour[i : i + 2], 16), int(PAPER[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a * strength + b * (1 - strength)):02x}" for a, b in pairs)
