"""In which order the measures of a MusicXML score are played: repeats, endings, D.C. and D.S.

Conventions. Measures count from 0. A backward repeat goes to the last forward one, or else behind
the last repeat that is over, or to the beginning; it is played as often as it says, and at least as
often as the endings that follow one another there count. An ending is played in the passes it
names. A jump is taken once, in the last pass through its measure; behind it repeats are not taken
again and the last endings are played, until the coda (Gould, "Behind Bars", 2011, p. 240). ``Fine``
and ``To Coda`` hold behind a jump alone, at the end of their measure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

MAX_TIMES = 32  # of one repeat
MAX_PLAYED = 100_000  # measures


@dataclass(slots=True)
class Marks:
    """What one measure says of the order: ``forward`` and the names at its beginning, everything
    else at its end; ``backward`` is how often what lies before it is played, 0 where it is no
    repeat. ``ending`` are the passes of an ending that begins here, ``ends`` whether one ends."""

    forward: bool = False
    backward: int = 0
    ending: frozenset[int] = frozenset()
    ends: bool = False
    segno: bool = False
    coda: bool = False
    to_coda: bool = False
    da_capo: bool = False
    dal_segno: bool = False
    fine: bool = False

    def add(self, other: Marks) -> None:
        """What another part says of the same measure; parts that say nothing of it count not."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) or getattr(other, each.name))
        self.backward = max(self.backward, other.backward)


def in_order(marks: Sequence[Marks]) -> list[int]:
    """The measures as they are played, MAX_PLAYED at most."""
    return _Walk(marks).played()


class _Walk:
    def __init__(self, marks: Sequence[Marks]) -> None:
        self.marks = marks
        self.passes = _passes(marks)
        self.segno = next((i for i, m in enumerate(marks) if m.segno), None)
        codas = [i for i, m in enumerate(marks) if m.coda]
        self.coda = codas[-1] if codas else None
        self.leaves = {i for i, m in enumerate(marks) if m.to_coda}
        if not self.leaves:  # of two signs the first says "To Coda"
            self.leaves = set(codas[:-1])

    def played(self) -> list[int]:
        played: list[int] = []
        at, begin, turn = 0, 0, 1
        jumped = False  # behind a jump, before the coda
        taken = set[int]()
        while at < len(self.marks) and len(played) < MAX_PLAYED:
            mark, passes = self.marks[at], self.passes[at]
            if mark.forward and at != begin:
                begin, turn = at, 1
            if at and not passes and self.passes[at - 1] and begin < at:
                begin, turn = at, 1  # behind the last ending
            if passes and (turn not in passes if not jumped else max(passes) < self._last(at)):
                at = self._behind(at)
                continue
            played.append(at)
            if jumped and mark.fine:
                break
            if jumped and at in self.leaves and self.coda is not None and self.coda > at:
                at = begin = self.coda
                turn, jumped = 1, False
                continue
            if mark.backward and not jumped:
                times = max(mark.backward, self._last(at))
                if turn < min(times, MAX_TIMES):
                    turn += 1
                    at = begin
                    continue
                if not passes:
                    begin, turn = at + 1, 1
            target = 0 if mark.da_capo else self.segno if mark.dal_segno else None
            if target is not None and at not in taken:
                taken.add(at)
                jumped = True
                at = begin = target
                turn = 1
                continue
            at += 1
        return played

    def _last(self, at: int) -> int:
        """The last pass that the endings at a measure, and those that follow them, name."""
        last = 0
        while at > 0 and self.passes[at - 1]:
            at -= 1
        while at < len(self.passes) and self.passes[at]:
            last = max(last, *self.passes[at])
            at += 1
        return last

    def _behind(self, at: int) -> int:
        """The first measure behind the ending at a measure."""
        at += 1
        while at < len(self.marks) and self.passes[at] and not self.marks[at].ending:
            at += 1
        return at


def _passes(marks: Sequence[Marks]) -> list[frozenset[int]]:
    """Of every measure the passes of the ending that it stands in, none outside."""
    found: list[frozenset[int]] = []
    inside = frozenset[int]()
    for at, mark in enumerate(marks):
        if mark.forward and not mark.ending:
            inside = frozenset()
        inside = mark.ending or inside
        found.append(inside)
        if mark.backward or (mark.ends and not _repeats_later(marks, at + 1)):
            inside = frozenset()
    return found


def _repeats_later(marks: Sequence[Marks], at: int) -> bool:
    """Whether an ending whose bracket is over goes on to a repeat, with the next ending behind it:
    the bracket was drawn short."""
    while at < len(marks) and not (marks[at].forward or marks[at].ending):
        if marks[at].backward:
            return at + 1 < len(marks) and bool(marks[at + 1].ending)
        at += 1
    return False
