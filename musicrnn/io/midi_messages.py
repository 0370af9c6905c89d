"""Keys as MIDI messages, one by one, for a program or an instrument that follows a piece.

Conventions. A message is its bytes, the status first. Channels are given as in a file
(:mod:`musicrnn.io.midi_events`): drums have channel 10, each other part one of its own while there
are any, and after the fifteenth, parts of one program share one. A channel is told its program
before its first note.

Source: MIDI 1.0 Detailed Specification.
"""

from __future__ import annotations

from collections.abc import Iterator

from musicrnn.strokes import Key, Part

Message = list[int]
NOTE_OFF, NOTE_ON, PROGRAM = 0x80, 0x90, 0xC0
DRUMS = 9
RELEASE = 64  # the velocity of a key that goes up as usual


class Messages:
    """The messages of the keys of one piece, which come in order."""

    def __init__(self) -> None:
        self._free = [channel for channel in range(15, -1, -1) if channel != DRUMS]
        self._channels: dict[Part, int] = {}
        self._of_program: dict[int, int] = {}
        self._programs: dict[int, int] = {}
        self._down: set[tuple[int, int]] = set()

    def of(self, key: Key) -> Iterator[Message]:
        """The note on or off, before it a program where the channel has another."""
        channel = self._channel(key.part)
        if key.velocity == 0:
            self._down.discard((channel, key.pitch))
            yield [NOTE_OFF | channel, key.pitch, RELEASE]
            return
        if self._programs.get(channel) != key.part.program:
            self._programs[channel] = key.part.program
            yield [PROGRAM | channel, key.part.program]
        self._down.add((channel, key.pitch))
        yield [NOTE_ON | channel, key.pitch, key.velocity]

    def silence(self) -> Iterator[Message]:
        """Lets go of the keys that are down: the piece ends here."""
        for channel, pitch in sorted(self._down):
            yield [NOTE_OFF | channel, pitch, RELEASE]
        self._down.clear()

    def _channel(self, part: Part) -> int:
        if part not in self._channels:
            if part.is_drum:
                self._channels[part] = DRUMS
            else:
                if self._free:
                    self._of_program[part.program] = self._free.pop()
                shared = part.program % DRUMS
                self._channels[part] = self._of_program.setdefault(part.program, shared)
        return self._channels[part]
