"""Chorale ids read one after the other: which of them are valid, and what they say.

Conventions. Ticks are sixteenths from the first whole bar on; an upbeat lies before it, in the bar
that begins at minus a bar's length. An id out of place is skipped: a position that is not later in
its bar, or a voice that is not later in the order of writing than the last at this position.
"""

from __future__ import annotations

from musicrnn.score import Key
from musicrnn.tokens.chorale.vocabulary import (
    PITCHES,
    REST,
    WRITTEN,
    ChoraleVocabulary,
    key_of,
    shift_of,
    steps_of,
)
from musicrnn.tokens.protocol import END
from musicrnn.tokens.voices import MAX_STEPS

COMMON = (4, 4)


class ChoraleReader:
    """Reads any ids and gathers what is valid among them."""

    def __init__(self, vocabulary: ChoraleVocabulary) -> None:
        self.events = vocabulary.events
        self.key: Key | None = None
        self.shift = 0  # semitones that the piece sounds above its ids
        self.metre = COMMON
        self.metres: list[tuple[int, tuple[int, int]]] = []  # of each bar: its tick and metre
        self.struck: list[tuple[int, int, int]] = []  # tick, voice in the order of ids, pitch or -1
        self.bar_start = 0
        self.position = -1
        self.voice = -1
        self.upbeat = self.finished = False

    @property
    def bar_length(self) -> int:
        return steps_of(self.metre)

    def read(self, token: int) -> None:
        """Read an id; one that is out of range or out of place is skipped."""
        full = self.bar_start + 2 * self.bar_length > MAX_STEPS
        if self.finished or not 0 <= token < len(self.events):
            return
        group, value = self.events.group[token], self.events.value[token]
        header = not self.metres and not self.upbeat
        if token == END or (group == "bar" and full):
            self.finished = True
        elif group == "key" and header and self.key is None:
            self.key, self.shift = key_of(value), shift_of(value)
        elif group == "time" and (header or (self.metres and self.position < 0)):
            self.metre = value
            if self.metres:
                self.metres[-1] = (self.bar_start, value)
        elif group == "upbeat" and header:
            self.upbeat, self.bar_start = True, -self.bar_length
        elif group == "bar":
            self.bar_start += self.bar_length if self.metres or self.upbeat else 0
            self.metres.append((self.bar_start, self.metre))
            self.position = self.voice = -1
        elif group == "position" and not header and self.position < value < self.bar_length:
            self.position, self.voice = value, -1
        elif group in WRITTEN and self.position >= 0 and WRITTEN.index(group) > self.voice:
            self.voice = WRITTEN.index(group)
            pitch = -1 if value == REST else (value + self.shift) % PITCHES
            self.struck.append((self.bar_start + self.position, self.voice, pitch))

    @property
    def end(self) -> int:
        """The tick at which the last bar ends."""
        return self.bar_start + self.bar_length
