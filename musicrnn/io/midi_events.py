"""A score as the bytes of a standard MIDI file of type 1.

Conventions. The first track holds the title, tempos, time and key signatures, and chords and
sections as markers; then comes one track for each Track with notes. At one tick notes end before
the pedal moves, and it moves before notes begin. Each track has a channel of its own while there
are any (drums: channel 10); after the fifteenth, tracks of one program share one. Notes end with
velocity 0, and the status byte of an event that has the same as the one before is left out (running
status). A file has TICKS ticks a quarter or more, as sequencers expect: a coarser score is written
at the next exact multiple of its own, unless its last tick would leave the range.

Source: Standard MIDI Files 1.0 (RP-001).
"""

from __future__ import annotations

import struct

from musicrnn.note_events import Instrument
from musicrnn.score import MAX_TICK, Score, Track
from musicrnn.score_ticks import finer
from musicrnn.spelling import fifths_of_key

TICKS = 480  # a quarter at least
_DRUMS = 9
_SUSTAIN = 64
_MAX_DELTA = 2**28 - 1
_NOTE_OFF, _PEDAL_OFF, _PEDAL_ON, _NOTE_ON = range(4)
# tick, rank among the events of that tick, bytes from the status on
MidiEvent = tuple[int, int, bytes]


def midi_bytes(score: Score) -> bytes:
    """The file; equal scores give equal bytes."""
    score = finer(score, file_ticks(score) // score.ticks_per_quarter)
    tracks = [track for track in score.tracks if track.notes]
    channels = Channels()
    chunks = [_conductor(score)]
    chunks += [_played(track, channels.next_for(track)) for track in tracks]
    return b"".join(
        [b"MThd" + struct.pack(">IHHH", 6, 1, len(chunks), score.ticks_per_quarter)]
        + [b"MTrk" + struct.pack(">I", len(chunk)) + chunk for chunk in chunks]
    )


def file_ticks(score: Score) -> int:
    """The ticks a quarter of the score's file: its own, or a multiple of them."""
    times = -(-TICKS // score.ticks_per_quarter)
    changes = (score.tempos, score.time_signatures, score.keys, score.chords, score.sections)
    last = [each[-1].tick for each in changes if each]
    last += [p.start + p.duration for track in score.tracks for p in track.pedals]
    return score.ticks_per_quarter * (times if max(score.end, *last) * times <= MAX_TICK else 1)


class Channels:
    """Gives out the channels of a piece, as the module's text says."""

    def __init__(self) -> None:
        self._free = [channel for channel in range(15, -1, -1) if channel != _DRUMS]
        self._of_program: dict[int, int] = {}

    def next_for(self, played: Track | Instrument) -> int:
        """The channel of the next track or instrument."""
        program = played.program
        if played.is_drum:
            return _DRUMS
        if self._free:
            self._of_program[program] = self._free.pop()
        return self._of_program.setdefault(program, program % _DRUMS)


def _conductor(score: Score) -> bytes:
    events: list[MidiEvent] = [(0, 0, _meta(0x03, _text(score.title)))] if score.title else []
    for tempo in score.tempos:
        microseconds = tempo.microseconds_per_quarter.to_bytes(4, "big")[1:]
        events.append((tempo.tick, 1, _meta(0x51, microseconds)))
    for signature in score.time_signatures:
        power = signature.denominator.bit_length() - 1
        events.append((signature.tick, 2, _meta(0x58, bytes([signature.numerator, power, 24, 8]))))
    for key in score.keys:
        sharps = fifths_of_key(key.tonic, key.minor)
        events.append((key.tick, 3, _meta(0x59, struct.pack(">bB", sharps, key.minor))))
    events += [(chord.tick, 4, _meta(0x06, _text(chord.name))) for chord in score.chords]
    events += [(section.tick, 5, _meta(0x06, _text(section.name))) for section in score.sections]
    return _chunk(events)


def _played(track: Track, channel: int) -> bytes:
    on, control, program = 0x90 | channel, 0xB0 | channel, 0xC0 | channel
    events: list[MidiEvent] = []
    if track.name:
        events.append((0, -2, _meta(0x03, _text(track.name))))
    events.append((0, -1, bytes([program, track.program])))
    for pedal in track.pedals:
        events.append((pedal.start, _PEDAL_ON, bytes([control, _SUSTAIN, 127])))
        events.append((pedal.start + pedal.duration, _PEDAL_OFF, bytes([control, _SUSTAIN, 0])))
    for note in track.notes:
        events.append((note.start, _NOTE_ON, bytes([on, note.pitch, note.velocity])))
        events.append((note.start + note.duration, _NOTE_OFF, bytes([on, note.pitch, 0])))
    return _chunk(events)


def _chunk(events: list[MidiEvent]) -> bytes:
    """The body of a track: times as differences, running status, the end."""
    events.sort()
    parts: list[bytes] = []
    now = status = 0
    for tick, _, message in events:
        parts.append(_waits(tick - now))
        now = tick
        running = message[0] == status and message[0] < 0xF0
        parts.append(message[1:] if running else message)
        status = message[0]
    parts.append(b"\x00" + _meta(0x2F, b""))
    return b"".join(parts)


def _waits(ticks: int) -> bytes:
    """A time as a number of at most 28 bits, after empty text events that wait for the rest."""
    parts: list[bytes] = []
    while ticks > _MAX_DELTA:
        parts.append(_number(_MAX_DELTA) + _meta(0x01, b""))
        ticks -= _MAX_DELTA
    return b"".join([*parts, _number(ticks)])


def _number(value: int) -> bytes:
    if value < 0x80:
        return bytes([value])
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(0x80 | value & 0x7F)
    return bytes(reversed(parts))


def _meta(kind: int, content: bytes) -> bytes:
    return bytes([0xFF, kind]) + _number(len(content)) + content


def _text(text: str) -> bytes:
    return text.encode("utf-8", "replace")
