"""Bar-and-beat ids decoded one by one: which of them are valid, and which events they have settled.

Conventions. Ticks are positions, 12 to the quarter. Time goes on only: a position that is not later
in its bar than the one before, or stands before the first bar, is out of place and skipped, and so
is a note that is not complete when time moves on.
"""

from __future__ import annotations

from bisect import bisect_right

from musicrnn.drum_kit import EDGES
from musicrnn.score import NAMED_CHORDS, Chord, Key, Tempo, TimeSignature
from musicrnn.tokens.active_notes import ActiveNotes
from musicrnn.tokens.beat.grid import DURATIONS, KEYS, MAX_BARS, POSITIONS
from musicrnn.tokens.beat.vocabulary import PITCHES, BeatVocabulary
from musicrnn.tokens.programs import DRUM_PROGRAM
from musicrnn.tokens.vocabulary import bin_velocities


class BeatReader:
    """Reads any ids and gathers what is valid among them."""

    def __init__(self, vocabulary: BeatVocabulary) -> None:
        self.vocabulary, self.events = vocabulary, vocabulary.events
        self.programs = vocabulary.programs
        self.velocities = bin_velocities(vocabulary.velocity_bins).tolist()
        self.shift = 0  # semitones that the piece sounds above its tokens
        self.bars = 0
        self.bar_start = 0
        self.bar_length = 4 * POSITIONS
        self.tick = 0
        self.program = self.programs[0]
        self.note: list[int] = []  # start, voice, pitch, of a note whose velocity is awaited
        self.notes: list[list[int]] = []  # start, voice, pitch, duration, velocity
        self.tempos: list[Tempo] = []
        self.time_signatures: list[TimeSignature] = []
        self.chords: list[Chord] = []
        self.keys: list[Key] = []

    def read(self, token: int) -> None:
        """Read an id; one that is out of range or out of place is skipped."""
        if self.bars > MAX_BARS or not 0 <= token < len(self.events):
            return
        group, value = self.events.group[token], self.events.value[token]
        if group == "bar":
            self.bar_start += self.bar_length if self.bars else 0
            self.bars += 1
            self.tick, self.note = self.bar_start, []
        elif group == "time" and self.tick == self.bar_start:
            signature = TimeSignature(self.bar_start, *value)
            self.bar_length = signature.bar_ticks(POSITIONS)
            self.time_signatures.append(signature)
        elif group == "position" and self.bars and self._is_later(value):
            self.tick, self.note = self.bar_start + value, []
            self.program = self.programs[0]
        elif group == "tempo":
            self.tempos.append(Tempo.from_bpm(self.tick, value))
        elif group == "key":
            self._read_key(value)
        elif group == "chord":
            name = self.vocabulary.shifted_chord(value, self.shift)
            self.chords.append(Chord(self.tick, *NAMED_CHORDS[name]))
        elif group == "program":
            self.program = value
        elif group == "pitch":
            part, pitch = divmod(value, PITCHES)
            program = self.programs[0] if self.program == DRUM_PROGRAM else self.program
            voice = part if self.vocabulary.parts else program
            self.note = [self.tick, voice, (pitch + self.shift) % PITCHES]
        elif group == "drum":
            self.note = [self.tick, DRUM_PROGRAM, EDGES.get(int(value), int(value))]
        elif group == "velocity" and len(self.note) == 3:
            if self.note[1] == DRUM_PROGRAM:
                self.notes.append([*self.note, 1, self.velocities[value]])
                self.note = []
            else:
                self.note.append(self.velocities[value])
        elif group == "duration" and len(self.note) == 4:
            start, voice, pitch, velocity = self.note
            self.notes.append([start, voice, pitch, value, velocity])
            self.note = []

    def _read_key(self, name: str) -> None:
        """In canonical pitch one key holds, the first."""
        if self.vocabulary.canonical and self.keys:
            return
        index = KEYS.index(name)
        self.shift = self.vocabulary.shift(name)
        self.keys.append(Key(0, index % 12, index >= 12))

    def _is_later(self, position: int) -> bool:
        """Whether time moves on, or stays at the beginning of the bar."""
        now = self.tick - self.bar_start
        return now < position < self.bar_length or position == now == 0


class BeatDecoder:
    """Incremental decoder of bar-and-beat ids; see :class:`musicrnn.tokens.incremental`.

    Of several notes of one pitch at one position the longest is emitted, of equally long ones the
    loudest; a note whose pitch is played again lasts as long as a duration that fits. So a long
    note that may still be cut short holds back what comes after it, by 5 positions if it has lasted
    less than two bars of 4/4, by 47 at most.
    """

    ticks_per_quarter = POSITIONS

    def __init__(self, reader: BeatReader) -> None:
        self.reader = reader
        self.programs = dict.fromkeys(range(len(reader.vocabulary.parts)), reader.programs[0])
        self.active = ActiveNotes(lambda room: DURATIONS[bisect_right(DURATIONS, room) - 1])
        self.now = 0  # the position whose notes are being read
        self.first: int | None = None  # where the first bar that sounds begins

    def read(self, token: int) -> None:
        reader = self.reader
        reader.read(token)
        if self.first is None and reader.notes:
            self.first = reader.bar_start
        if reader.tick > self.now:
            self._emit_position()
            self.now = reader.tick
            if self.first is not None:
                self.active.advance(self.now - self.first)

    def finish(self) -> None:
        self._emit_position()
        self.active.finish(0)

    def _emit_position(self) -> None:
        reader = self.reader
        reader.time_signatures.clear()
        reader.chords.clear()
        if self.first is None:
            if reader.bar_start > self.now:  # of the tempos of silent bars the last will hold
                del reader.tempos[:-1]
            return
        last = {max(0, t.tick - self.first): t.microseconds_per_quarter for t in reader.tempos}
        for tick, microseconds in last.items():  # of several at a tick the last holds
            self.active.tempo(tick, microseconds)
        longest: dict[tuple[int, int], tuple[int, int]] = {}
        for _, voice, pitch, duration, velocity in reader.notes:
            key = voice, pitch
            longest[key] = max(longest.get(key, (0, 0)), (duration, velocity))
        at = self.now - self.first
        for key in sorted(longest):
            duration, velocity = longest[key]
            self.active.note_on(at, key, velocity, at + duration)
        reader.tempos.clear()
        reader.notes.clear()
