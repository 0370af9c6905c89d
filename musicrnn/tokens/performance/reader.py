"""Performance ids decoded one by one: which of them are valid, and which events they have settled.

Conventions. Ticks of 10 ms. An invalid id is skipped: a note_off of a silent pitch, a note of a
pitch that has begun at this tick. The end stops all, and so do two hours.
"""

from __future__ import annotations

from math import inf

from musicrnn.tokens.active_notes import ActiveNotes
from musicrnn.tokens.performance.time import HIT_TICKS, MAX_TICKS, TICKS_PER_QUARTER
from musicrnn.tokens.programs import DRUM_PROGRAM
from musicrnn.tokens.vocabulary import EventVocabulary, bin_velocities


class PerformanceReader:
    """Follows ids of any kind."""

    def __init__(self, events: EventVocabulary, velocity_bins: int) -> None:
        self.events = events
        self.velocities: list[int] = bin_velocities(velocity_bins).tolist()
        self.velocity = self.velocities[velocity_bins // 2]
        self.now = 0
        self.over = False
        self._begun: dict[int, int] = {}  # pitch that sounds: since when

    def read(self, token: int) -> tuple[int, int] | None:
        """The pitch of a note-on now and its velocity, or 0 for a note-off; None for neither.

        A pitch that sounds ends when it is played again.
        """
        if self.over or not 0 <= token < len(self.events):
            return None
        group, value = self.events.group[token], self.events.value[token]
        if group == "time_shift" and self.now + value <= MAX_TICKS:
            self.now += value
        elif group in ("time_shift", "end"):
            self.over = True
        elif group == "velocity":
            self.velocity = self.velocities[value]
        elif group in ("note_on", "note_off") and self._begun.get(value) != self.now:
            if group == "note_on":
                self._begun[value] = self.now
                return value, self.velocity
            if self._begun.pop(value, None) is not None:
                return value, 0
        return None


class PerformanceDecoder:
    """Incremental decoder of performance ids; see
    :class:`musicrnn.tokens.protocol.IncrementalDecoder`."""

    ticks_per_quarter = TICKS_PER_QUARTER

    def __init__(self, reader: PerformanceReader, drums: bool) -> None:
        self.reader = reader
        self.drums = drums
        self.programs: dict[int, int] = {}
        self.active = ActiveNotes(lambda room: room)
        self.first: int | None = None  # the tick of the first note

    def read(self, token: int) -> None:
        before = self.reader.now
        moment = self.reader.read(token)
        if moment is not None:
            pitch, velocity = moment
            first = self.first = self.reader.now if self.first is None else self.first
            at = self.reader.now - first
            key = (DRUM_PROGRAM if self.drums else 0), pitch
            if velocity:
                self.active.note_on(at, key, velocity, at + HIT_TICKS if self.drums else inf)
            else:
                self.active.note_off(at, key)
        elif self.first is not None and self.reader.now > before:
            self.active.advance(self.reader.now - self.first)

    def finish(self) -> None:
        now = self.reader.now - (self.first or 0)
        if not self.drums:  # what begins at the end does not sound
            self.active.retract(now)
        self.active.finish(now)
