"""A piece told while its ids are being drawn: each key as soon as nothing later can change it.

Conventions. A :class:`musicrnn.tokens.protocol.Unfolding` reads the ids and counts in ticks of its
tokenizer's grid, from the beginning of the piece as it is decoded (the silence before it left out);
:func:`unfold` gives seconds. What is told are exactly the notes of ``tokenizer.decode`` of all ids.
Each id costs the same however long the piece, and nothing is kept of what has been told.

A tune of characters repeats its sections, so it is told at its end, all at once.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from math import inf

from musicrnn.note_events import EventBatch, Instrument, NoteEvent, event_batch
from musicrnn.score import Tempo
from musicrnn.tokens.programs import DRUMS
from musicrnn.tokens.protocol import TEMPO, Event, Tokenizer


class KeysDown:
    """The keys that sound, and the events that wait until nothing can come before them.

    Args:
        fitting: the ticks that a note lasts whose key is struck again after so many ticks.
    """

    def __init__(self, fitting: Callable[[int], int]) -> None:
        self.fitting = fitting
        self.certain: float = 0
        self._down: dict[tuple[int, int], tuple[int, float]] = {}  # program, pitch: start, end
        self._waiting: list[Event] = []

    def tempo(self, tick: int, microseconds: int) -> None:
        heapq.heappush(self._waiting, Event(tick, TEMPO, microseconds, 0))

    def note_on(self, tick: int, key: tuple[int, int], velocity: int, end: float = inf) -> None:
        """``key`` is program and pitch; what it sounded before ends here."""
        if key in self._down:
            start = self._down[key][0]
            self.note_off(start + self.fitting(tick - start), key)
        self._down[key] = tick, end
        heapq.heappush(self._waiting, Event(tick, velocity, *key))

    def note_off(self, tick: int, key: tuple[int, int]) -> None:
        del self._down[key]
        heapq.heappush(self._waiting, Event(tick, 0, *key))

    def advance(self, tick: int) -> None:
        """All that is struck from now on is struck at ``tick`` or later."""
        certain = tick
        for key, (start, end) in list(self._down.items()):
            if end <= tick:
                self.note_off(int(end), key)
            elif start < tick:  # it may yet be cut short
                certain = min(certain, start + self.fitting(tick - start))
        self.certain = certain

    def finish(self, tick: int) -> None:
        """Nothing is struck any more; what has no end of its own ends at ``tick``."""
        for key, (_, end) in list(self._down.items()):
            self.note_off(tick if end == inf else int(end), key)
        self.certain = inf

    def forget(self, tick: int) -> None:
        """The keys struck at ``tick`` were not."""
        self._waiting = [e for e in self._waiting if e.tick < tick or e.velocity <= 0]
        heapq.heapify(self._waiting)
        self._down = {key: span for key, span in self._down.items() if span[0] < tick}

    def told(self) -> list[Event]:
        """What waits no more."""
        events: list[Event] = []
        while self._waiting and self._waiting[0].tick < self.certain:
            events.append(heapq.heappop(self._waiting))
        return events


def unfold(
    ids: Iterable[int],
    tokenizer: Tokenizer,
    *,
    tempo: Tempo | None = None,
) -> Iterator[EventBatch]:
    """What becomes certain of a piece while its ids come, the start's and a primer's among them.

    Args:
        tempo: in place of the first that the ids say.
    """
    unfolding = tokenizer.unfolding()
    if unfolding is None:
        score = tokenizer.decode(array("i", ids))
        first = score.tempos[0] if tempo is None else tempo
        yield event_batch(replace(score, tempos=(first, *score.tempos[1:])))
        return
    clock = _Clock(unfolding.ticks_per_quarter, tempo)
    before: float = 0
    for token in ids:
        unfolding.read(token)
        if unfolding.certain > before:
            before = unfolding.certain
            yield clock.news(unfolding.told(), before)
    unfolding.finish()
    yield clock.news(unfolding.told(), inf)


class _Clock:
    """Ticks to seconds, as a score's own tempo map does, forwards."""

    def __init__(self, quarter: int, first: Tempo | None) -> None:
        self.quarter, self.first = quarter, first
        self.microseconds = first.microseconds_per_quarter if first else 500_000
        self.tick, self.begun = 0, 0.0
        self.coming: tuple[int, int] | None = None

    def news(self, events: list[Event], until: float) -> EventBatch:
        keys: list[NoteEvent] = []
        for tick, velocity, program, pitch in events:
            if velocity == TEMPO:
                self._change(tick, program)
            else:
                part = Instrument(program, program % DRUMS, program == DRUMS)
                keys.append(NoteEvent(self.seconds(tick), velocity, part, pitch))
        return EventBatch(tuple(keys), inf if until == inf else self.seconds(int(until)))

    def seconds(self, tick: int) -> float:
        if self.coming is not None and tick > self.coming[0]:
            self._take(*self.coming)
        return self.begun + (tick - self.tick) / self.quarter * self.microseconds * 1e-6

    def _change(self, tick: int, microseconds: int) -> None:
        if self.coming is not None and tick > self.coming[0]:
            self._take(*self.coming)
        if self.first is not None and tick == 0:
            microseconds = self.first.microseconds_per_quarter
        self.coming = tick, microseconds

    def _take(self, tick: int, microseconds: int) -> None:
        self.coming = None
        if microseconds != self.microseconds:
            self.begun, self.tick = self.seconds(tick), tick
            self.microseconds = microseconds
