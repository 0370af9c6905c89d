"""Decoding a piece while its ids are sampled: each event as soon as no later id can change it.

Conventions. A :class:`musicrnn.tokens.protocol.IncrementalDecoder` reads the ids and counts in
ticks of its tokenizer's grid, from the beginning of the piece as it is decoded (the silence before
it left out); :func:`decode_incrementally` gives seconds. What is emitted are exactly the notes of
``tokenizer.decode`` of all ids. Each id costs the same however long the piece, and nothing is kept
of what has been emitted.

A tune of ABC text repeats its sections, so it is emitted at its end, all at once.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import inf

from musicrnn.note_events import EventBatch, Instrument, NoteEvent, event_batch
from musicrnn.score import Tempo
from musicrnn.tokens.active_notes import TEMPO, TickEvent
from musicrnn.tokens.programs import DRUM_PROGRAM
from musicrnn.tokens.protocol import IncrementalDecoder, Tokenizer


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
    tempo_map = _TempoMap(decoder, tempo)
    before: float = 0
    for token in ids:
        decoder.read(token)
        if decoder.active.watermark > before:
            before = decoder.active.watermark
            yield tempo_map.batch(decoder.active.emit(), before)
    decoder.finish()
    yield tempo_map.batch(decoder.active.emit(), inf)


class _TempoMap:
    """Ticks to seconds, as a score's own tempo map does, forwards."""

    def __init__(self, decoder: IncrementalDecoder, first: Tempo | None) -> None:
        self.quarter, self.programs = decoder.ticks_per_quarter, decoder.programs
        self.first = first
        self.microseconds = first.microseconds_per_quarter if first else 500_000
        self.tick, self.begun = 0, 0.0
        self.coming: tuple[int, int] | None = None

    def batch(self, of_ticks: list[TickEvent], until: float) -> EventBatch:
        events: list[NoteEvent] = []
        for tick, velocity, number, pitch in of_ticks:
            if velocity == TEMPO:
                self._change(tick, number)
            else:
                program = self.programs.get(number, number)
                instrument = Instrument(number, program % DRUM_PROGRAM, program == DRUM_PROGRAM)
                events.append(NoteEvent(self.seconds(tick), velocity, instrument, pitch))
        return EventBatch(tuple(events), inf if until == inf else self.seconds(int(until)))

    def seconds(self, tick: int) -> float:
        self._settle(tick)
        return self.begun + (tick - self.tick) / self.quarter * self.microseconds * 1e-6

    def _change(self, tick: int, microseconds: int) -> None:
        self._settle(tick)
        if self.first is not None and tick == 0:
            microseconds = self.first.microseconds_per_quarter
        self.coming = tick, microseconds

    def _settle(self, tick: int) -> None:
        """A tempo that was said before ``tick`` holds: of several at one tick, the last."""
        if self.coming is not None and tick > self.coming[0]:
            at, microseconds = self.coming
            self.coming = None
            if microseconds != self.microseconds:
                self.begun, self.tick = self.seconds(at), at
                self.microseconds = microseconds
