"""A standard MIDI file walked event by event, before any parser sees it.

The parser of symusic is quick and trusts its input: a pitch above 127 or a length past the end of
the file writes outside its tables and ends the process. So :func:`canonical` checks every event and
gives back a clean file that holds the same music: a header of 6 bytes, then the tracks, each cut at
its end. Stretches of channel events are walked by a regular expression, in C.

Source: Standard MIDI Files 1.0 (RP-001). As most programs do, and against its letter, a running
status stays valid across meta events. Offsets in messages count bytes from 0.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from musicrnn.errors import MusicRNNError

_TIME = rb"[\x80-\xff]{0,3}[\x00-\x7f]"
_TWO = rb"[\x00-\x7f]{2}"  # the data of note, control, pressure and bend events
_ONE = rb"[\x00-\x7f]"  # of program and channel-pressure events
# By the number of data bytes: events with the same status as the one before, and with their own.
# No groups: the span of a group inside a possessive repetition can be wrong in Python 3.11.
_RUNNING = {
    1: re.compile(rb"(?:%b%b)*+" % (_TIME, _ONE)),
    2: re.compile(rb"(?:%b%b)*+" % (_TIME, _TWO)),
}
_WITH_STATUS = {
    1: re.compile(rb"(?:%b[\xc0-\xdf]%b(?:%b%b)*+)*+" % (_TIME, _ONE, _TIME, _ONE)),
    2: re.compile(rb"(?:%b[\x80-\xbf\xe0-\xef]%b(?:%b%b)*+)*+" % (_TIME, _TWO, _TIME, _TWO)),
}
_END_OF_TRACK = b"\x00\xff\x2f\x00"
_META_LENGTHS = {0x51: 3, 0x58: 4, 0x59: 2}  # tempo, time signature, key signature
MAX_OTHER_EVENTS = 500_000  # texts, tempos and such, each walked by Python
_IGNORED_META = 0x7F  # "for the sequencer": what an impossible tempo or signature is turned into
_NAME = 0x03


@dataclass(frozen=True)
class Walked:
    """A file that is safe to parse, and its title: the name of a first track without notes."""

    data: bytes
    title: str


@dataclass(frozen=True)
class _Track:
    """The checked events, the name, whether no event is a channel's, how many are not."""

    body: bytes
    name: str
    silent: bool
    others: int


def canonical(data: bytes) -> Walked:
    """Checks a MIDI file of type 0 or 1 (in a RIFF wrapper or not) and cleans it.

    Tempos, time signatures and key signatures that say something impossible are made harmless;
    bytes after the last chunk and chunks of unknown kind are left out.

    Raises:
        MusicRNNError: it is no MIDI file, a kind that is not supported, cut off, or broken.
    """
    data = _unwrapped(data)
    if not data:
        raise MusicRNNError("the file is empty")
    if data[:4] != b"MThd":
        raise MusicRNNError(f"not a MIDI file: it begins with {data[:4]!r}, not with b'MThd'")
    if len(data) < 14:
        raise MusicRNNError(f"the MIDI header is cut off: {len(data)} bytes of 14")
    length, kind, _, division = struct.unpack(">IHHH", data[4:14])
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
    tracks = bytearray()
    allowance = MAX_OTHER_EVENTS
    title = ""
    chunks = _track_chunks(data, 8 + length)
    for number, (start, stop) in enumerate(chunks):
        track = _track(data, start, stop, allowance)
        allowance -= track.others
        if number == 0 and kind == 1 and track.silent:
            title = track.name
        tracks += b"MTrk" + struct.pack(">I", len(track.body)) + track.body
    if not 1 <= len(chunks) <= 0xFFFF:
        raise MusicRNNError(f"a MIDI file holds 1 to 65535 tracks, found {len(chunks)}")
    kind = kind if len(chunks) == 1 else 1
    header = b"MThd" + struct.pack(">IHHH", 6, kind, len(chunks), division)
    return Walked(header + bytes(tracks), title)


def _unwrapped(data: bytes) -> bytes:
    """The MIDI file inside a RIFF ``RMID`` wrapper; any other data as they are."""
    if data[:4] != b"RIFF" or data[8:12] != b"RMID":
        return data
    position = 12
    while position + 8 <= len(data):
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        if data[position : position + 4] == b"data":
            return data[position + 8 : position + 8 + length]
        position += 8 + length + length % 2
    raise MusicRNNError("the RIFF file holds no MIDI data: it is cut off or of another kind")


def _track_chunks(data: bytes, position: int) -> list[tuple[int, int]]:
    """Where the bodies of the MTrk chunks start and stop."""
    bodies: list[tuple[int, int]] = []
    while position + 8 <= len(data):
        name = data[position : position + 4]
        length = int.from_bytes(data[position + 4 : position + 8], "big")
        stop = position + 8 + length
        if name == b"MTrk":
            if stop > len(data):
                raise MusicRNNError(
                    f"the file is cut off: the track at byte {position} says {length} bytes, "
                    f"{len(data) - position - 8} are left"
                )
            bodies.append((position + 8, stop))
        position = stop
    return bodies


def _track(data: bytes, start: int, stop: int, allowance: int) -> _Track:
    """Walks one track; ``allowance`` bounds its events that are no channel's."""
    body = bytearray()
    taken = position = start
    running = 0  # how many data bytes the running status has; 0 before the first status
    name = ""
    others = 0
    while position < stop:
        position, running = _past_channel_events(data, position, stop, running)
        if position == stop:
            break
        others += 1
        if others > allowance:
            raise MusicRNNError(
                f"a MIDI file may have {MAX_OTHER_EVENTS} events that are no channel's "
                "(texts, tempos), this one has more"
            )
        event = position
        position = _number(data, event, stop, "a time")[1]
        status = data[position] if position < stop else -1
        if status not in (0xF0, 0xF7, 0xFF):
            raise MusicRNNError(_complaint(data, position, stop, running))
        kind = data[position + 1] if status == 0xFF and position + 1 < stop else -1
        length, content = _number(data, position + (2 if status == 0xFF else 1), stop, "a length")
        if content + length > stop:
            raise MusicRNNError(
                f"the event at byte {event} says {length} bytes, {stop - content} are left in its "
                "track: the file is broken or cut off"
            )
        if status == 0xFF:
            text = data[content : content + length]
            if kind == 0x2F:
                body += data[taken:position] + _END_OF_TRACK[1:]
                return _Track(bytes(body), name, running == 0, others)
            if kind == _NAME and not name:
                name = text.decode("utf-8", "replace")
            if kind in _META_LENGTHS and not _sensible(kind, text):
                body += data[taken : position + 1] + bytes([_IGNORED_META])
                taken = position + 2
        position = content + length
    body += data[taken:stop] + _END_OF_TRACK
    return _Track(bytes(body), name, running == 0, others)


def _past_channel_events(data: bytes, position: int, stop: int, running: int) -> tuple[int, int]:
    """Where the next event stands that is none of a channel's, and the running status there."""
    if running:
        position = _end_of_match(_RUNNING[running], data, position, stop)
    while True:
        before = position
        for size in (2, 1):
            end = _end_of_match(_WITH_STATUS[size], data, position, stop)
            if end > position:
                position, running = end, size
        if position == before:
            return position, running


def _end_of_match(pattern: re.Pattern[bytes], data: bytes, position: int, stop: int) -> int:
    match = pattern.match(data, position, stop)
    return position if match is None else match.end()


def _number(data: bytes, position: int, stop: int, what: str) -> tuple[int, int]:
    """The variable-length number at a position and where it ends: at most four bytes."""
    value = 0
    for index in range(position, min(position + 4, stop)):
        value = value << 7 | data[index] & 0x7F
        if data[index] < 0x80:
            return value, index + 1
    if position + 4 > stop:
        raise MusicRNNError(f"the track is cut off inside {what} at byte {position}")
    raise MusicRNNError(f"{what} at byte {position} is longer than four bytes: the file is broken")


def _complaint(data: bytes, position: int, stop: int, running: int) -> str:
    if position >= stop:
        return f"the track is cut off after a time, at byte {position}"
    status = data[position]
    if status >= 0xF0:
        return f"the status {status:#04x} at byte {position} does not belong in a file"
    if status < 0x80 and not running:
        return f"the event at byte {position} has no status: the file is broken"
    return f"the event at byte {position} is cut off or has a data byte above 127"


def _sensible(kind: int, content: bytes) -> bool:
    if len(content) != _META_LENGTHS[kind]:
        return False
    if kind == 0x51:
        return any(content)
    if kind == 0x58:
        return content[0] > 0 and content[1] <= 6
    return (content[0] <= 7 or content[0] >= 249) and content[1] <= 1
