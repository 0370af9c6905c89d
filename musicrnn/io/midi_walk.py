"""One track of a standard MIDI file, walked event by event and checked.

Conventions. Offsets count bytes of the file from 0. Stretches of channel events are walked by
regular expressions, in C; what is no channel's (texts, tempos and such, system exclusive) by
Python. A track ends at its end-of-track event, or where the bytes that it may have end.

As most programs do, and against the standard's letter, a running status stays valid across meta
and system exclusive events: nothing else can be meant by a data byte that follows them.

Source: Standard MIDI Files 1.0 (RP-001).
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from itertools import accumulate

from musicrnn.errors import MusicRNNError

MAX_OTHER_EVENTS = 500_000  # texts, tempos and such, each walked by Python
NAME, MARKER, PORT, TEMPO, METRE, KEY, OWN = 0x03, 0x06, 0x21, 0x51, 0x58, 0x59, 0x7F
ONE_INSTRUMENT = b"\x7dmusicrnn: one instrument"  # OWN, of a track that is on several channels
_KEPT = (NAME, MARKER, PORT, TEMPO, METRE, KEY, OWN)
_END_OF_TRACK = 0x2F

_TIME = rb"[\x80-\xff]{0,3}[\x00-\x7f]"
_ONE, _TWO = rb"[\x00-\x7f]", rb"[\x00-\x7f]{2}"  # data bytes
_STATUS = {1: rb"[\xc0-\xdf]", 2: rb"[\x80-\xbf\xe0-\xef]"}  # by how many follow
_DATA = {1: _ONE, 2: _TWO}
# Events with the status of the one before, events with their own, and single events of either kind.
# No groups: the span of a group inside a possessive repetition can be wrong in Python 3.11.
_RUNNING = {n: re.compile(rb"(?:%b%b)*+" % (_TIME, _DATA[n])) for n in (1, 2)}
_WITH_STATUS = {
    n: re.compile(
        rb"(?:%b%b%b(?:%b%b)*+)*+" % (_TIME, _STATUS[n], _DATA[n], _TIME, _DATA[n]),
    )
    for n in (1, 2)
}
_EVENT = {n: re.compile(rb"%b%b?%b" % (_TIME, _STATUS[n], _DATA[n])) for n in (1, 2)}
_BEGUN = re.compile(  # a channel event of which the last bytes are missing
    rb"[\x80-\xff]{0,3}|%b(?:%b%b?|%b|%b)?" % (_TIME, _STATUS[2], _ONE, _STATUS[1], _ONE)
)


@dataclass
class WalkedTrack:
    """``starts``: where the time of each event stands. ``others``: of the kept events that are no
    channel's their number among all, kind and content. ``whole``: it ends as a track should.
    ``cut``: how its bytes end inside an event, "" if they do not. ``silent``: no event is a
    channel's."""

    starts: array[int] = field(default_factory=lambda: array("q"))
    others: list[tuple[int, int, bytes]] = field(default_factory=list[tuple[int, int, bytes]])
    other_count: int = 0
    end: int = 0
    whole: bool = False
    cut: str = ""
    silent: bool = False


def walk_track(data: bytes, start: int, stop: int, allowance: int) -> WalkedTrack:
    """Walks a track; ``allowance`` bounds its events that are no channel's.

    Raises:
        MusicRNNError: an event that cannot be, or too many.
    """
    track = WalkedTrack()
    position = start
    running = 0  # how many data bytes the running status has; 0 before the first status
    while True:
        position, running = _past_channel_events(data, position, stop, running, track.starts)
        track.end, track.silent = position, running == 0
        if position == stop:
            return track
        found = _other_event(data, position, stop, running)
        if isinstance(found, str):
            track.cut = found
            return track
        track.other_count += 1
        if track.other_count > allowance:
            raise MusicRNNError(
                f"a MIDI file may have {MAX_OTHER_EVENTS} events that are no channel's "
                "(texts, tempos), this one has more"
            )
        kind, content, end = found
        if kind == _END_OF_TRACK:
            track.end, track.whole = end, True
            return track
        if kind in _KEPT:
            track.others.append((len(track.starts), kind, content))
        track.starts.append(position)
        position = end


def _past_channel_events(
    data: bytes, position: int, stop: int, running: int, starts: array[int]
) -> tuple[int, int]:
    """Where the next event stands that is none of a channel's, and the running status there; adds
    to ``starts``."""
    patterns = [(_RUNNING[running], running)] if running else []
    while True:
        before = position
        for pattern, size in (*patterns, (_WITH_STATUS[2], 2), (_WITH_STATUS[1], 1)):
            match = pattern.match(data, position, stop)
            if match is not None and match.end() > position:
                lengths = map(len, _EVENT[size].findall(data, position, match.end()))
                starts.extend(accumulate(lengths, initial=position))
                position, running = starts.pop(), size
        if position == before:
            return position, running
        patterns = []


def _other_event(data: bytes, event: int, stop: int, running: int) -> tuple[int, bytes, int] | str:
    """Kind (-1: system exclusive), content and end of an event; a sentence where the bytes end in
    it."""
    cut = f"the track ends inside the event at byte {event}"
    time = _number(data, event, stop, "a time")
    if time is None or time[1] == stop:
        return cut
    position = time[1]
    status = data[position]
    if status not in (0xF0, 0xF7, 0xFF):
        if _BEGUN.fullmatch(data, event, stop) and (status >= 0x80 or running):
            return cut
        raise MusicRNNError(_complaint(status, position, running))
    kind = -1
    if status == 0xFF:
        position += 1
        if position == stop:
            return cut
        kind = data[position]
    length = _number(data, position + 1, stop, "a length")
    if length is None:
        return cut
    content, end = length[1], length[0] + length[1]
    if end > stop:
        left = stop - content
        return f"the event at byte {event} says {length[0]} bytes, {left} are left in its track"
    return kind, data[content:end] if kind in _KEPT else b"", end


def _number(data: bytes, position: int, stop: int, what: str) -> tuple[int, int] | None:
    """The variable-length number at a position and where it ends: at most four bytes. None where
    the bytes end in it."""
    value = 0
    for index in range(position, min(position + 4, stop)):
        value = value << 7 | data[index] & 0x7F
        if data[index] < 0x80:
            return value, index + 1
    if position + 4 > stop:
        return None
    raise MusicRNNError(f"{what} at byte {position} is longer than four bytes: the file is broken")


def _complaint(status: int, position: int, running: int) -> str:
    if status >= 0xF0:
        return f"the status {status:#04x} at byte {position} does not belong in a file"
    if status < 0x80 and not running:
        return f"the event at byte {position} has no status: the file is broken"
    return f"the event at byte {position} is cut off or has a data byte above 127"
