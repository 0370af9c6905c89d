"""Note events as MIDI messages, one by one, for a program or an instrument that follows a piece.

Conventions. A message is its bytes, the status first. Drums have channel 10, each other instrument
one of its own while there are any; after the fifteenth, those that do not sound together share
(:mod:`musicrnn.io.midi_channels`). Messages know no ports: where more than fifteen sound together,
several sound on one channel, each note-on behind its program. A channel gets a program change
before its first note.

Source: MIDI 1.0 Detailed Specification.
"""

from __future__ import annotations

from collections.abc import Iterator

from musicrnn.io.midi_channels import DRUM_CHANNEL, Channels
from musicrnn.note_events import Instrument, NoteEvent

Message = list[int]
NOTE_OFF, NOTE_ON, PROGRAM = 0x80, 0x90, 0xC0
RELEASE_VELOCITY = 64  # the usual velocity of a note-off


class Messages:
    """The messages of the events of one piece, which come in order.

    ``crowded``: more instruments have sounded together than there are channels.
    """

    def __init__(self) -> None:
        self.crowded = False
        self._channels = Channels()
        self._channel_of: dict[Instrument, int] = {}
        self._programs: dict[int, int] = {}
        self._down: dict[int, set[tuple[int, Instrument]]] = {}  # pitches, by channel

    def of(self, event: NoteEvent) -> Iterator[Message]:
        """The note on or off, before it a program where the channel has another."""
        instrument = event.instrument
        if event.velocity == 0:
            channel = self._channel_of.get(instrument, _usual(instrument))
            down = self._down.setdefault(channel, set())
            down.discard((event.pitch, instrument))
            if not down:
                self._channels.let_go(channel, event.seconds)
            yield [NOTE_OFF | channel, event.pitch, RELEASE_VELOCITY]
            return
        channel = self._channel(instrument, event.seconds)
        if self._programs.get(channel) != instrument.program:
            self._programs[channel] = instrument.program
            yield [PROGRAM | channel, instrument.program]
        self._down.setdefault(channel, set()).add((event.pitch, instrument))
        yield [NOTE_ON | channel, event.pitch, event.velocity]

    def silence(self) -> Iterator[Message]:
        """A note-off for every note that still sounds: the piece ends here."""
        for channel, down in sorted(self._down.items()):
            for pitch in sorted({pitch for pitch, _ in down}):
                yield [NOTE_OFF | channel, pitch, RELEASE_VELOCITY]
        self._down.clear()

    def _channel(self, instrument: Instrument, now: float) -> int:
        """The one on which it sounds, or another."""
        had = self._channel_of.get(instrument, -1)
        if any(player == instrument for _, player in self._down.get(had, ())):
            return had
        sound = (instrument.program, instrument.is_drum)
        taken = self._channels.take(instrument.number, sound, now)
        self.crowded = self.crowded or taken is None
        self._channel_of[instrument] = _usual(instrument) if taken is None else taken[0]
        return self._channel_of[instrument]


def _usual(instrument: Instrument) -> int:
    """A channel where none is free."""
    return DRUM_CHANNEL if instrument.is_drum else instrument.program % DRUM_CHANNEL
