"""Decoding a piece while its ids are sampled: each event as soon as no later id can change it.

Conventions. A :class:`musicrnn.tokens.protocol.IncrementalDecoder` reads the ids and counts in
ticks of its tokenizer's grid, from the beginning of the piece as it is decoded (the silence before
it left out); :func:`decode_incrementally` gives seconds. What is told are exactly the notes of
``tokenizer.decode`` of all ids. Each id costs the same however long the piece, and nothing is kept
of what has been told.

A tune of ABC text repeats its sections, so it is emitted at its end, all at once.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from math import inf

from musicrnn.note_events import EventBatch, Instrument, NoteEvent, event_batch
from musicrnn.score import Tempo
from musicrnn.tokens.programs import DRUM_PROGRAM
from musicrnn.tokens.protocol import TEMPO, TickEvent, Tokenizer


class ActiveNotes:
    """The notes that sound, and the events that wait until none can come before them.

    Args:
        fitting: the ticks that a note lasts whose pitch is played again after so many ticks.
    """

    def __init__(self, fitting: Callable[[int], int]) -> None:
        self.fitting = fitting
        self.watermark: float = 0
        self._down: dict[tuple[int, int], tuple[int, float]] = {}  # program, pitch: start, end
        self._waiting: list[TickEvent] = []

    def tempo(self, tick: int, microseconds: int) -> None:
        heapq.heappush(self._waiting, TickEvent(tick, TEMPO, microseconds, 0))

    def note_on(self, tick: int, key: tuple[int, int], velocity: int, end: float = inf) -> None:
        """``key`` is program and pitch; a note of it that sounds ends here."""
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
        """The events before the watermark."""
        events: list[TickEvent] = []
        while self._waiting and self._waiting[0].tick < self.watermark:
            events.append(heapq.heappop(self._waiting))
        return events


def decode_incrementally(
    ids: Iterable[int], tokenizer: Tokenizer, *, tempo: Tempo | None = None
) -> Iterator[EventBatch]:
    """Batches of events while the ids of a piece come, the start's and a primer's among them.

    Args:
        tempo: in place of the first that the ids say.
    """
    decoder = tokenizer.incremental_decoder()
    if decoder is None:
        score = tokenizer.decode(array("i", ids))
        first = score.tempos[0] if tempo is None else tempo
        yield event_batch(replace(score, tempos=(first, *score.tempos[1:])))
        return
    tempo_map = _TempoMap(decoder.ticks_per_quarter, tempo)
    before: float = 0
    for token in ids:
        decoder.read(token)
        if decoder.watermark > before:
            before = decoder.watermark
            yield tempo_map.batch(decoder.emit(), before)
    decoder.finish()
    yield tempo_map.batch(decoder.emit(), inf)


class _TempoMap:
    """Ticks to seconds, as a score's own tempo map does, forwards."""

    def __init__(self, quarter: int, first: Tempo | None) -> None:
        self.quarter, self.first = quarter, first
        self.microseconds = first.microseconds_per_quarter if first else 500_000
        self.tick, self.begun = 0, 0.0
        self.coming: tuple[int, int] | None = None

    def batch(self, of_ticks: list[TickEvent], until: float) -> EventBatch:
        events: list[NoteEvent] = []
        for tick, velocity, program, pitch in of_ticks:
            if velocity == TEMPO:
                self._change(tick, program)
            else:
                instrument = Instrument(program, program % DRUM_PROGRAM, program == DRUM_PROGRAM)
                events.append(NoteEvent(self.seconds(tick), velocity, instrument, pitch))
        return EventBatch(tuple(events), inf if until == inf else self.seconds(int(until)))

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
