"""The header and the tracks of a standard MIDI file, also where its sizes are wrong.

Conventions. Offsets count bytes from 0. Chunks of unknown kind and bytes after the last chunk are
left out. A track ends at its end-of-track event, whatever its size says. Where a file breaks off,
what is there is read; ``said`` tells that, and every other thing that is not as the file says.

Sources: Standard MIDI Files 1.0 (RP-001); the RIFF wrapper ``RMID``: Multimedia Programming
Interface and Data Specifications 1.0 (IBM and Microsoft, 1991).
"""

from __future__ import annotations

import struct
from contextlib import suppress
from dataclasses import dataclass

from musicrnn.errors import MusicRNNError, counted
from musicrnn.io.midi_walk import MAX_OTHER_EVENTS, WalkedTrack, walk_track

_CHUNK = 8  # bytes of its name and size


@dataclass(frozen=True)
class MidiChunks:
    """``data``: the bytes to which the offsets of the tracks belong. ``several``: type 1."""

    data: bytes
    ticks_per_quarter: int
    several: bool
    tracks: tuple[WalkedTrack, ...]
    said: tuple[str, ...]


def midi_chunks(data: bytes) -> MidiChunks:
    """Reads a MIDI file of type 0 or 1, in a RIFF wrapper or not.

    Raises:
        MusicRNNError: it is no MIDI file, a kind that is not supported, or broken.
    """
    said: list[str] = []
    data = _unwrapped(data, said)
    if not data:
        raise MusicRNNError("the file is empty")
    if data[:4] != b"MThd":
        raise MusicRNNError(f"not a MIDI file: it begins with {data[:4]!r}, not with b'MThd'")
    if len(data) < 14:
        raise MusicRNNError(f"the MIDI header is cut off: {len(data)} bytes of 14")
    length, kind, count, division = struct.unpack(">IHHH", data[4:14])
    if length < 6:
        raise MusicRNNError(f"the MIDI header must be 6 bytes or longer, it says {length}")
    if kind > 1:
        reason = "several independent songs" if kind == 2 else "no known layout"
        raise MusicRNNError(f"MIDI files of type 0 and 1 are read, this is type {kind} ({reason})")
    if not 1 <= division <= 0x7FFF:
        raise MusicRNNError(
            f"ticks per quarter must be in 1..32767, the header says {division}"
            + (" (time code in frames a second, which has no beats)" if division else "")
        )
    tracks = _tracks(data, _CHUNK + length, said)
    if not 1 <= len(tracks) <= 0xFFFF:
        raise MusicRNNError(f"a MIDI file holds 1 to 65535 tracks, found {len(tracks)}")
    if len(tracks) < count:
        there = counted(len(tracks), "is", "are")
        said.append(f"its header says {counted(count, 'track')}, {there} there")
    return MidiChunks(data, division, kind == 1, tuple(tracks), tuple(said))


def _unwrapped(data: bytes, said: list[str]) -> bytes:
    """The MIDI file inside a RIFF wrapper, whose sizes are often wrong, to the end of the data; any
    other data as they are."""
    if data[:4] != b"RIFF" or data[8:12] != b"RMID":
        return data
    start = data.find(b"MThd", 12)
    if start < 0:
        raise MusicRNNError("the RIFF file holds no MIDI data: it is cut off or of another kind")
    length = int.from_bytes(data[start - 4 : start], "little")
    if data[start - _CHUNK : start - 4] == b"data" and length > len(data) - start:
        said.append(
            f"its RIFF wrapper says {counted(length, 'byte')} of MIDI, "
            f"{counted(len(data) - start, 'is', 'are')} there"
        )
    return data[start:]


def _tracks(data: bytes, position: int, said: list[str]) -> list[WalkedTrack]:
    """The tracks from a position on."""
    tracks: list[WalkedTrack] = []
    allowance = MAX_OTHER_EVENTS
    while position + _CHUNK <= len(data):
        length = int.from_bytes(data[position + 4 : position + _CHUNK], "big")
        stop = position + _CHUNK + length
        if data[position : position + 4] != b"MTrk":
            position = stop
            continue
        track = _track(data, position + _CHUNK, stop, allowance)
        allowance -= track.other_count
        tracks.append(track)
        found = track.end - position - _CHUNK
        size = f"track {len(tracks)} says {counted(length, 'byte')}"
        if not track.whole and stop > len(data):
            left = counted(len(data) - position - _CHUNK, "is", "are")
            said.append(f"it is cut off: {size}, {left} there")
        elif found > length or stop > len(data) or _is_track(data, track.end, stop):
            said.append(f"{size}, it has {found}: it is read to its end")
            stop = track.end
        position = stop
    return tracks


def _track(data: bytes, start: int, stop: int, allowance: int) -> WalkedTrack:
    """The track whose size says that it goes from a byte to another."""
    track = broken = None
    try:
        track = walk_track(data, start, min(stop, len(data)), allowance)
    except MusicRNNError as error:
        broken = error
    if track is not None and (track.whole or stop > len(data)):
        return track
    if stop < len(data) and not _is_chunk(data, stop):  # its size may be too small
        limit = data.find(b"MTrk", stop)
        limit = len(data) if limit < 0 else limit
        with suppress(MusicRNNError):
            longer = walk_track(data, start, limit, allowance)
            if longer.whole or longer.end == limit:
                return longer
    if track is None or track.cut:
        raise broken or MusicRNNError(f"{track and track.cut}: the file is broken or cut off")
    return track


def _is_chunk(data: bytes, position: int) -> bool:
    """Whether a chunk may begin here: a name of four letters, and a size that fits."""
    length = int.from_bytes(data[position + 4 : position + _CHUNK], "big")
    name = data[position : position + 4]
    return name.isalnum() and len(name) == 4 and position + _CHUNK + length <= len(data)


def _is_track(data: bytes, end: int, stop: int) -> bool:
    """Whether the next track begins where this one ends, and not where its size says."""
    return end < stop and data[end : end + 4] == b"MTrk"
