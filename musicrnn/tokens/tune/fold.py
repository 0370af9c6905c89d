"""Repeats that are played out, written once: ``A A B B`` as ``|: A :| |: B :|``.

Conventions. Times in units from the first full bar on; an upbeat lies before it, and sections then
begin with upbeats too, if that folds more. A section of 8 bars is looked for first, then others;
two that differ in their last bar or two alone get endings. What is folded plays the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from musicrnn.tokens.tune.words import BARS, LENGTH_WORDS, METRE_WORDS, TIE, UPBEAT_WORD

_LENGTHS = (8, 16, 12, 6, 10, 9, 7, 14, 24)  # bars of a section, in the order of trying
_ENDINGS = (1, 2)  # bars


@dataclass(frozen=True)
class _Section:
    """From a time on, so many units; played twice or not; an ending's units, 0 for none."""

    start: int
    length: int
    repeated: bool = False
    ending: int = 0

    @property
    def played(self) -> int:
        return self.length * (1 + self.repeated)


class _Line:
    """A tune without repeats as words in time."""

    def __init__(self, words: Sequence[str], bar: int) -> None:
        self.bar = bar
        self.events: list[tuple[int, str]] = []
        self.closed: set[int] = set()  # where a tie holds nothing together
        self.upbeat, self.end, self.full = 0, 0, True
        now = start = 0
        for place, word in enumerate(words):
            if word in BARS:
                if place and now % bar and not self.upbeat and now < bar and not self.end:
                    self.upbeat = now
                    now = start = 0
                    self.events = [(at - self.upbeat, each) for at, each in self.events]
                    self.closed = {0}
                self.full = self.full and now % bar == 0
                self.end = now
                continue
            if word in LENGTH_WORDS:
                self.events.append((start, word))
                now += LENGTH_WORDS[word]
                self.closed.add(now)
            elif word == TIE:
                self.events.append((start, word))
                self.closed.discard(now)
            else:
                start = now
                self.events.append((start, word))
        self.starts = {at for at, _ in self.events}

    def part(self, start: int, stop: int) -> list[tuple[int, str]]:
        return [(at - start, word) for at, word in self.events if start <= at < stop]

    def parts_at(self, time: int) -> bool:
        """Whether a section may end there."""
        return time in self.closed

    def written(self, start: int, stop: int) -> list[str]:
        """The words of a part, with the bar lines inside it."""
        words: list[str] = []
        line = start // self.bar + 1
        for at, word in self.events:
            if start <= at < stop:
                while line * self.bar <= at:
                    words.append("|")
                    line += 1
                words.append(word)
        return words


def folded(words: Sequence[str]) -> list[str]:
    """The words, from metre and key to the last bar line, with repeats where they have none and
    play some out; else as they are."""
    head, body = list(words[:2]), [word for word in words[2:] if word != UPBEAT_WORD]
    lines = [word for word in body if word in BARS]
    plain = all(word == "|" for word in lines[:-1]) and lines[-1:] == ["|]"]
    if not plain or any(word in METRE_WORDS for word in body):
        return list(words)
    line = _Line(body, METRE_WORDS[head[0]])
    ways = [_sections(line, start) for start in dict.fromkeys((-line.upbeat, 0))]
    best = max(ways, key=lambda way: sum(each.length for each in way if each.repeated))
    if not any(section.repeated for section in best):
        return list(words)
    return [*head, *_spelled(line, best)]


def _sections(line: _Line, start: int) -> list[_Section]:
    found: list[_Section] = []
    while start < line.end:
        section = _repeated(line, start)
        if section is None:
            length = min(8 * line.bar, line.end - start)
            while not line.parts_at(start + length) and start + length < line.end:
                length = min(length + line.bar, line.end - start)
            section = _Section(start, length)
        found.append(section)
        start += section.played
    return found


def _repeated(line: _Line, start: int) -> _Section | None:
    for bars in _LENGTHS:
        length = bars * line.bar
        middle, stop = start + length, start + 2 * length
        if stop > line.end or not (line.parts_at(middle) and line.parts_at(stop)):
            continue
        first, second = line.part(start, middle), line.part(middle, stop)
        if first == second:
            return _Section(start, length, True)
        for ending in _ENDINGS:
            common = (middle // line.bar - ending + (middle % line.bar > 0)) * line.bar
            if not (line.parts_at(common) and line.parts_at(common + length)):
                continue
            if line.part(start, common) == line.part(middle, common + length):
                return _Section(start, length, True, middle - common)
    return None


def _spelled(line: _Line, sections: Sequence[_Section]) -> list[str]:
    words: list[str] = []
    first = sections[0]
    if line.upbeat:
        words.append(UPBEAT_WORD)
        if first.start == 0:
            words += line.written(-line.upbeat, 0)
    closing = ""  # the line that the section before ends with
    for section in sections:
        words.append(_border(closing, section, opening=section is first, upbeat=line.upbeat > 0))
        common = section.start + section.length - section.ending
        words += line.written(section.start, common)
        if section.ending:
            words += ["|1", *line.written(common, common + section.ending), ":|2"]
            again = common + section.length
            words += line.written(again, again + section.ending)
        closing = ":|" if section.repeated and not section.ending else "|]"
    return [word for word in [*words, closing] if word]


def _border(closing: str, section: _Section, *, opening: bool, upbeat: bool) -> str:
    if opening:
        at_upbeat = upbeat and section.start < 0
        return "|:" if section.repeated else "" if at_upbeat else "|"
    if closing == ":|":
        return ":|:" if section.repeated else ":|"
    return "|:" if section.repeated else "||"
