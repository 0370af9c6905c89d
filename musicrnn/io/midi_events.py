"""A score as the bytes of a standard MIDI file of type 1.

Conventions. The first track holds the title, tempos, time and key signatures, and chords and
sections as markers; then comes one track for each Track with notes. At one tick notes end before
the pedal moves, and it moves before notes begin. Each track has a channel of its own, drums channel
10; of more than fifteen pitched ones those share that do not sound together, each with its program
before its notes (:mod:`musicrnn.io.midi_channels`). A track that is on several channels says so by
a sequencer-specific event, ONE_INSTRUMENT. Notes end with velocity 0, and the status byte of an
event that has the same as the one before is left out (running status). A file has TICKS ticks a
quarter or more, as sequencers expect: a coarser score is written at the next exact multiple of its
own, unless its last tick would leave the range.

Source: Standard MIDI Files 1.0 (RP-001).
"""

from __future__ import annotations

import struct
from bisect import bisect_right

from musicrnn.io.midi_channels import Place, places, said_of_places
from musicrnn.io.midi_walk import KEY, MARKER, METRE, NAME, ONE_INSTRUMENT, OWN, PORT, TEMPO
from musicrnn.score import MAX_TICK, Score, Track
from musicrnn.score_ticks import finer
from musicrnn.spelling import fifths_of_key

TICKS = 480  # a quarter at least
_SUSTAIN = 64
_MAX_DELTA = 2**28 - 1
_NOTE_OFF, _PEDAL_OFF, _PEDAL_ON, _NOTE_ON = range(4)  # ranks of what happens at one tick
# tick, rank among the events of that tick, bytes from the status on
MidiEvent = tuple[int, int, bytes]


def midi_bytes(score: Score) -> bytes:
    """The file; equal scores give equal bytes."""
    score = finer(score, file_ticks(score) // score.ticks_per_quarter)
    tracks = [track for track in score.tracks if track.notes]
    chunks = [_conductor(score)]
    chunks += [_played(track, place) for track, place in zip(tracks, places(tracks), strict=True)]
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


def midi_said(score: Score) -> tuple[str, ...]:
    """What a program that does not know all of a MIDI file may play otherwise."""
    return said_of_places(places([track for track in score.tracks if track.notes]))


def _conductor(score: Score) -> bytes:
    events: list[MidiEvent] = [(0, 0, _meta(NAME, _text(score.title)))] if score.title else []
    for tempo in score.tempos:
        microseconds = tempo.microseconds_per_quarter.to_bytes(4, "big")[1:]
        events.append((tempo.tick, 1, _meta(TEMPO, microseconds)))
    for signature in score.time_signatures:
        power = signature.denominator.bit_length() - 1
        events.append((signature.tick, 2, _meta(METRE, bytes([signature.numerator, power, 24, 8]))))
    for key in score.keys:
        sharps = fifths_of_key(key.tonic, key.minor)
        events.append((key.tick, 3, _meta(KEY, struct.pack(">bB", sharps, key.minor))))
    events += [(chord.tick, 4, _meta(MARKER, _text(chord.name))) for chord in score.chords]
    events += [(section.tick, 5, _meta(MARKER, _text(section.name))) for section in score.sections]
    return _chunk(events)


def _played(track: Track, place: Place) -> bytes:
    """The body of a track; events of one tick are in the order of their ranks."""
    events: list[MidiEvent] = []
    if place.port:
        events.append((0, -4, _meta(PORT, bytes([place.port]))))
    if track.name:
        events.append((0, -3, _meta(NAME, _text(track.name))))
    if len({channel for _, channel in place.channels}) > 1:
        events.append((0, -2, _meta(OWN, ONE_INSTRUMENT)))
    ticks = [tick for tick, _ in place.channels]
    for tick, channel in place.channels:
        events.append((tick, -1, bytes([0xC0 | channel, track.program])))

    def add(start: int, duration: int, ranks: tuple[int, int], status: int, data: bytes) -> None:
        """What begins and is ended with a last byte of 0."""
        channel = place.channels[bisect_right(ticks, start) - 1][1]
        events.append((start, ranks[0], bytes([status | channel]) + data))
        events.append((start + duration, ranks[1], bytes([status | channel, data[0], 0])))

    for pedal in track.pedals:
        add(pedal.start, pedal.duration, (_PEDAL_ON, _PEDAL_OFF), 0xB0, bytes([_SUSTAIN, 127]))
    for note in track.notes:
        data = bytes([note.pitch, note.velocity])
        add(note.start, note.duration, (_NOTE_ON, _NOTE_OFF), 0x90, data)
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
