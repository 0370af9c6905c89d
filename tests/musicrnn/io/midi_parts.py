"""MIDI files written byte by byte, and read by mido: an independent reader, channel by channel.

Conventions. Events are (ticks after the one before, bytes).
"""

import io
import struct
from collections import defaultdict, deque
from typing import NamedTuple

import mido

Event = tuple[int, list[int]]


def number(value: int) -> bytes:
    parts = [value & 127]
    while value := value >> 7:
        parts.append(128 | value & 127)
    return bytes(reversed(parts))


def header(kind: int = 0, tracks: int = 1, division: int = 480) -> bytes:
    return b"MThd" + struct.pack(">IHHH", 6, kind, tracks, division)


def chunk(*events: Event, end: bytes = b"\x00\xff\x2f\x00") -> bytes:
    body = b"".join(number(wait) + bytes(event) for wait, event in events) + end
    return b"MTrk" + struct.pack(">I", len(body)) + body


def on(pitch: int, velocity: int = 64, channel: int = 0) -> list[int]:
    return [0x90 | channel, pitch, velocity]


def off(pitch: int, channel: int = 0) -> list[int]:
    return [0x80 | channel, pitch, 64]


def text(kind: int, content: bytes) -> list[int]:
    return [0xFF, kind, len(content), *content]


NOTE: tuple[Event, Event] = (0, on(60)), (480, off(60))


class PlayedNote(NamedTuple):
    """A note as a player of all tracks hears it; ``track`` is its number in the file."""

    track: int
    start: int
    pitch: int
    duration: int
    velocity: int
    program: int
    is_drum: bool


def played_notes(data: bytes, *, ports: bool = True) -> list[PlayedNote]:
    """Every note with the program in force on its channel, and port, when it begins: all tracks
    merged in order of time as mido.merge_tracks does. Channel 10 is drums."""
    file = mido.MidiFile(file=io.BytesIO(data), clip=False)
    merged = []
    for number, track in enumerate(file.tracks):
        tick = port = 0
        for message in track:
            tick += message.time
            if message.type == "midi_port" and ports:
                port = message.port
            elif not message.is_meta and hasattr(message, "channel"):
                merged.append((tick, number, (port, message.channel), message))
    merged.sort(key=lambda row: row[0])  # stable
    programs: dict[tuple[int, int], int] = defaultdict(int)
    begun: dict[object, deque[PlayedNote]] = defaultdict(deque)
    found = []
    for tick, number, channel, message in merged:
        if message.type == "program_change":
            programs[channel] = message.program
        elif message.type == "note_on" and message.velocity:
            sound = programs[channel], channel[1] == 9
            note = PlayedNote(number, tick, message.note, 0, message.velocity, *sound)
            begun[number, channel, message.note].append(note)
        elif message.type in ("note_on", "note_off"):
            waiting = begun[number, channel, message.note]
            if waiting:
                note = waiting.popleft()
                found.append(note._replace(duration=tick - note.start))
    return sorted(note for note in found if note.duration)
