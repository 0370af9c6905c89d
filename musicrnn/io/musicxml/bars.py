"""The bars of a score on the grid of written music, and what is said at the beginning of each.

Conventions. Ticks are the score's; a bar that begins shorter than the second is a pick-up, number
0, and has no metre of its own (musicrnn.io.metre.written_metres).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from musicrnn.io.metre import written_metres
from musicrnn.score import Chord, Key, Score, Section, Tempo, TimeSignature

Event = TypeVar("Event", Chord, Key, Section, Tempo, TimeSignature)


@dataclass(frozen=True, slots=True)
class Bar:
    """From ``start`` to ``end``; ``key`` is what holds at its beginning, ``keys``, tempos, chords
    and sections what begins in it; ``metre`` what is printed there, None where nothing is."""

    number: int
    start: int
    end: int
    key: Key | None
    keys: Sequence[Key]
    metre: TimeSignature | None
    tempos: Sequence[Tempo]
    chords: Sequence[Chord]
    sections: Sequence[Section]
    last: bool

    @property
    def first(self) -> bool:
        return self.start == 0


def bars_of(score: Score) -> list[Bar]:
    """Every bar of a quantised score."""
    starts = [tick for tick, _ in score.bars()]
    lines = [*score.bar_lines()]
    metres = written_metres(score)
    pickup = metres[0].tick > 0
    printed = {metre.tick: metre for metre in metres} | {0: metres[0]}
    found: list[Bar] = []
    key: Key | None = None
    for index, start in enumerate(starts):
        end = lines[index + 1]
        keys = _inside(score.keys, start, end)
        own = [each for each in keys if each.tick == start]
        key = own[0] if own else key
        found.append(
            Bar(
                index + (0 if pickup else 1),
                start,
                end,
                key,
                keys,
                None if pickup and start == metres[0].tick else printed.get(start),
                _inside(score.tempos, start, end),
                _inside(score.chords, start, end),
                _inside(score.sections, start, end),
                last=index == len(starts) - 1,
            )
        )
        key = keys[-1] if keys else key
    return found


def _inside(events: Sequence[Event], start: int, end: int) -> list[Event]:
    return [event for event in events if start <= event.tick < end]
