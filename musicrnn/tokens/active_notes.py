"""The notes that sound while a piece is decoded, and its events in order of time.

Conventions. Ticks of the tokenizer's grid. An event is emitted once no earlier one can come.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from math import inf
from typing import NamedTuple

TEMPO = -1  # in place of a velocity: see TickEvent


class TickEvent(NamedTuple):
    """A note-on at a tick, a note-off where ``velocity`` is 0; a tempo where it is TEMPO."""

    tick: int
    velocity: int
    instrument: int  # its program, 128 for drums; of a tempo, microseconds to the quarter
    pitch: int


class ActiveNotes:
    """The notes that sound, and the events that wait until none can come before them.

    Args:
        fitting: the ticks that a note lasts whose pitch is played again after so many ticks.

    Attributes:
        watermark: the tick before which no later event comes; inf when the piece is over.
    """

    def __init__(self, fitting: Callable[[int], int]) -> None:
        self.fitting = fitting
        self.watermark: float = 0
        self._down: dict[tuple[int, int], tuple[int, float]] = {}  # instrument, pitch: start, end
        self._waiting: list[TickEvent] = []

    def tempo(self, tick: int, microseconds: int) -> None:
        heapq.heappush(self._waiting, TickEvent(tick, TEMPO, microseconds, 0))

    def note_on(self, tick: int, key: tuple[int, int], velocity: int, end: float = inf) -> None:
        """``key`` is instrument and pitch; a note of it that sounds ends here."""
        if key in self._down:
            start = self._down[key][0]
            self.note_off(start + self.fitting(tick - start), key)
        self._down[key] = tick, end
        heapq.heappush(self._waiting, TickEvent(tick, velocity, *key))

    def note_off(self, tick: int, key: tuple[int, int]) -> None:
        del self._down[key]
        heapq.heappush(self._waiting, TickEvent(tick, 0, *key))

    def advance(self, tick: int) -> None:
        """Every later note-on is at ``tick`` or after it."""
        watermark = tick
        for key, (start, end) in list(self._down.items()):
            if end <= tick:
                self.note_off(int(end), key)
            elif start < tick:  # it may yet be cut short
                watermark = min(watermark, start + self.fitting(tick - start))
        self.watermark = watermark

    def finish(self, tick: int) -> None:
        """There are no more notes; what has no end of its own ends at ``tick``."""
        for key, (_, end) in list(self._down.items()):
            self.note_off(tick if end == inf else int(end), key)
        self.watermark = inf

    def retract(self, tick: int) -> None:
        """Take back the note-ons of ``tick``."""
        self._waiting = [e for e in self._waiting if e.tick < tick or e.velocity <= 0]
        heapq.heapify(self._waiting)
        self._down = {key: span for key, span in self._down.items() if span[0] < tick}

    def emit(self) -> list[TickEvent]:
        """The events before the watermark that were not emitted yet, in order."""
        events: list[TickEvent] = []
        while self._waiting and self._waiting[0].tick < self.watermark:
            events.append(heapq.heappop(self._waiting))
        return events
