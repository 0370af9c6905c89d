"""MPEG audio (mp3, mp2): its frames are found and counted before it is decoded.

A decoder takes the length of an mp3 from the info frame ("Xing", "Info") at its start, or guesses
it from the first frames; then it stops there. So every frame is looked for, tags and what is no
frame are taken out, and a stream without a true count gets an info frame of ours in front. A file
of several streams (joined files; another rate or number of channels) is as many parts.
Sources: ISO 11172-3, 2.4.1.3 (header) and 13818-3 (half rates); the info frame as LAME writes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from musicrnn.io.sound.spans import MAX_PARTS, Part, Streams
from musicrnn.io.sound.tags import STARTS, after_tag

KBITS = {  # (half rate, layer): by the header's index
    (False, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (False, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (False, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (True, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (True, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (True, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
IN_A_ROW = 3  # frames that follow one another before they are believed
MAX_TRIES = 200_000  # places that look like a header and are none, in a file
BEGINS = re.compile(rb"\xff[\xe2-\xff]|ID3|TAG|APETAGEX|LYRICSBEGIN")
WINDOW_BYTES = 2**20
INFO_INDEX = 9  # of the bit rate of an info frame of ours: it has room at every rate


@dataclass(frozen=True)
class Frame:
    """What a header says; frames of one ``kind`` are one stream."""

    kind: tuple[int, int, int, bool]  # version, layer, Hz, mono
    size: int  # bytes
    samples: int

    @property
    def side_bytes(self) -> int:
        """Of the side information of a frame of layer III."""
        version, _, _, mono = self.kind
        return (17 if mono else 32) if version == 3 else (9 if mono else 17)


@dataclass
class Run:
    """Frames of one stream: where they lie, how many, and how many its info frame promises."""

    frame: Frame
    spans: list[tuple[int, int]]
    info: bytes = b""  # the info frame, which is the first
    count: int = 0  # without the info frame

    def add(self, place: int, end: int) -> None:
        if self.spans and self.spans[-1][1] == place:
            place = self.spans.pop()[0]
        self.spans.append((place, end))


class Window:
    """Bytes of a file by their place, read a window at a time."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file, self.size, self.start, self.held = file, size, 0, b""

    def at(self, place: int, count: int) -> bytes:
        """``count`` bytes from ``place`` on, fewer at the end."""
        if not self.start <= place or place + count > self.start + len(self.held):
            self.file.seek(place)
            self.start, self.held = place, self.file.read(max(WINDOW_BYTES, count))
        return self.held[place - self.start : min(place + count, self.size) - self.start]

    def find(self, place: int) -> int:
        """The next place where a frame or a tag may begin; the end where there is none."""
        while len(self.at(place, 2)) == 2:
            if found := BEGINS.search(self.held, place - self.start):
                return min(self.size, self.start + found.start())
            place = self.start + len(self.held) - 1
        return self.size


def mpeg_streams(file: BinaryIO, start: int, size: int) -> Streams | None:
    """The streams of MPEG audio from ``start`` to ``size``; None where no frame is found."""
    window = Window(file, size)
    runs: list[Run] = []
    place, passed = start, 0  # passed: bytes between frames that belong to nothing
    gap = tries = 0  # bytes since the last frame; places that were none
    while place < size:
        frame = frame_at(window, place)
        head = window.at(place, frame.size) if frame and frame.kind[1] == 3 else b""
        info = head if frame and _is_info(head, frame) else b""
        last = runs[-1] if runs else None
        goes_on = last is not None and frame is not None and frame.kind == last.frame.kind
        believed = goes_on and not gap
        if frame is not None and (believed or _in_a_row(window, place, frame)):
            if last is None or info or not goes_on:
                if len(runs) > MAX_PARTS:
                    break
                last = Run(frame, [], info)
                runs.append(last)
            last.add(place, min(size, place + frame.size))
            if not info and place + frame.size <= size:
                last.count += 1
            passed += gap if len(runs) > 1 or last.count > 1 else 0
            gap, place = 0, place + frame.size
        elif window.at(place, 3) in STARTS and (after := after_tag(file, place)) > place:
            place = after
        else:
            tries += 1
            if tries > MAX_TRIES:
                break
            following = window.find(place + 1)
            gap, place = gap + following - place, following
    runs = [run for run in runs if run.count]
    if not runs:
        return None
    said: list[str] = []
    if len(runs) > 1:
        said.append(f"it is {len(runs)} mp3 streams one after another: all are heard")
    if passed:
        said.append(f"{passed} bytes between its frames are no sound: they were passed over")
    return Streams(tuple(_part(file, run) for run in runs), tuple(said))


def begins_mpeg(file: BinaryIO, place: int, size: int) -> bool:
    """Whether frames of MPEG audio follow one another from ``place`` on."""
    window = Window(file, size)
    frame = frame_at(window, place)
    return frame is not None and _in_a_row(window, place, frame)


def frame_at(window: Window, place: int) -> Frame | None:
    """The frame whose header is at ``place``."""
    head = window.at(place, 4)
    if len(head) < 4 or head[0] != 0xFF:
        return None
    return _frame(head[1] & 0xFE, head[2], head[3] & 0xC0)


@lru_cache(maxsize=4096)
def _frame(sync: int, rates: int, mode: int) -> Frame | None:
    version, layer = sync >> 3 & 3, 4 - (sync >> 1 & 3)
    index, rate_index, padding = rates >> 4, rates >> 2 & 3, rates >> 1 & 1
    if sync < 0xE0 or version == 1 or layer == 4 or index in (0, 15) or rate_index == 3:
        return None
    half = version != 3
    rate = RATES[version][rate_index]
    kbits = KBITS[half, layer][index - 1]
    if layer == 1:
        size, samples = 4 * (12_000 * kbits // rate + padding), 384
    else:
        samples = 576 if half and layer == 3 else 1152
        size = samples // 8 * 1000 * kbits // rate + padding
    return Frame((version, layer, rate, mode == 0xC0), size, samples)


def _in_a_row(window: Window, place: int, frame: Frame) -> bool:
    """Whether more frames of its kind follow, or the end, or a tag."""
    kind = frame.kind
    for _ in range(IN_A_ROW):
        place += frame.size
        if place >= window.size or window.at(place, 3) in STARTS:
            return place <= window.size
        following = frame_at(window, place)
        if following is None or following.kind != kind:
            return False
        frame = following
    return True


def _is_info(head: bytes, frame: Frame) -> bool:
    places = (4 + frame.side_bytes, 6 + frame.side_bytes)  # a checksum may stand before
    return any(head[p : p + 4] in (b"Xing", b"Info") for p in places) or head[36:40] == b"VBRI"


def _promised(run: Run) -> int | None:
    """How many frames the info frame promises."""
    for mark in (b"Xing", b"Info"):
        place = run.info.find(mark)
        if place >= 0 and run.info[place + 7] & 1:
            return int.from_bytes(run.info[place + 8 : place + 12], "big")
    return None


def _part(file: BinaryIO, run: Run) -> Part:
    promised = _promised(run)
    samples = run.frame.samples
    if promised is not None and promised >= run.count:
        return Part(tuple(run.spans), promised * samples)
    spans = list(run.spans)
    if run.info:  # what it promises is less than there is
        start, end = spans[0]
        spans[0] = (start + len(run.info), end)
    if run.frame.kind[1] != 3:
        return Part(tuple(spans), run.count * samples)
    file.seek(spans[0][0])
    ours = _info_frame(file.read(4), run.count)
    return Part((ours, *spans), run.count * samples)


def _info_frame(head: bytes, count: int) -> bytes:
    """A frame of silence that says how many frames follow it."""
    changed = bytes([head[0], head[1] | 1, head[2] & 0x0C | INFO_INDEX << 4, head[3]])
    frame = _frame(changed[1] & 0xFE, changed[2], changed[3] & 0xC0)
    assert frame is not None
    told = changed + bytes(frame.side_bytes) + b"Xing" + (1).to_bytes(4, "big")
    return (told + count.to_bytes(4, "big")).ljust(frame.size, b"\0")
