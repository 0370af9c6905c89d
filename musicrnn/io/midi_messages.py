"""Note events as MIDI messages, one by one, for a program or an instrument that follows a piece.

Conventions. A message is its bytes, the status first. Channels are given as in a file
(:mod:`musicrnn.io.midi_events`): drums have channel 10, each other instrument one of its own while
there are any, and after the fifteenth, instruments of one program share one. A channel gets a
program change before its first note.

Source: MIDI 1.0 Detailed Specification.
"""

from __future__ import annotations

from collections.abc import Iterator

from musicrnn.io.midi_events import Channels
from musicrnn.note_events import Instrument, NoteEvent

Message = list[int]
NOTE_OFF, NOTE_ON, PROGRAM = 0x80, 0x90, 0xC0
RELEASE_VELOCITY = 64  # the usual velocity of a note-off


class Messages:
    """The messages of the events of one piece, which come in order."""

    def __init__(self) -> None:
        self._channels = Channels()
        self._channel_of: dict[Instrument, int] = {}
        self._programs: dict[int, int] = {}
        self._down: set[tuple[int, int]] = set()

    def of(self, event: NoteEvent) -> Iterator[Message]:
        """The note on or off, before it a program where the channel has another."""
        channel = self._channel(event.instrument)
        if event.velocity == 0:
            self._down.discard((channel, event.pitch))
            yield [NOTE_OFF | channel, event.pitch, RELEASE_VELOCITY]
            return
        if self._programs.get(channel) != event.instrument.program:
            self._programs[channel] = event.instrument.program
            yield [PROGRAM | channel, event.instrument.program]
        self._down.add((channel, event.pitch))
        yield [NOTE_ON | channel, event.pitch, event.velocity]

    def silence(self) -> Iterator[Message]:
        """A note-off for every note that still sounds: the piece ends here."""
        for channel, pitch in sorted(self._down):
            yield [NOTE_OFF | channel, pitch, RELEASE_VELOCITY]
        self._down.clear()

    def _channel(self, instrument: Instrument) -> int:
        if instrument not in self._channel_of:
            self._channel_of[instrument] = self._channels.next_for(instrument)
        return self._channel_of[instrument]
