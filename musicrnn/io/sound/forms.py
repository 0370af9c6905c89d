"""AIFF, AU and CAF: sizes that are not true put right, and files joined by appending.

Each of these formats says how many bytes of sound follow. A file that was cut off, or never closed,
says it wrongly, and a decoder then refuses it or stops too early.
Sources: Audio Interchange File Format AIFF-C (Apple, 1991); the AU format (Sun, audio(5));
Core Audio Format Specification 1.0 (Apple).
"""

from __future__ import annotations

from typing import BinaryIO, Literal

from musicrnn.io.sound.spans import MAX_PARTS, Part, Streams

AU_BYTES = 24  # of its header, the comment apart
UNKNOWN = b"\xff\xff\xff\xff"
CAF_BYTES, CAF_CHUNK_BYTES, EDITS_BYTES = 8, 12, 4  # headers; the number before the sound


def aiff_streams(file: BinaryIO, start: int, size: int) -> Streams:
    """The AIFF files that follow one another from ``start`` on."""
    starts = [start]
    while len(starts) <= MAX_PARTS:
        file.seek(starts[-1] + 4)
        place = starts[-1] + 8 + int.from_bytes(file.read(4), "big")
        place += place % 2
        file.seek(place)
        head = file.read(12)
        if place >= size or head[:4] != b"FORM" or head[8:11] != b"AIF":
            break
        starts.append(place)
    ends = [*starts[1:], size]
    return _all([Part((span,)) for span in zip(starts, ends, strict=True)], "AIFF")


def au_streams(file: BinaryIO, start: int, size: int) -> Streams:
    """The AU files that follow one another from ``start`` on."""
    parts: list[Part] = []
    said: list[str] = []
    while True:
        file.seek(start)
        head = file.read(AU_BYTES)
        order: Literal["big", "little"] = "big" if head[:4] == b".snd" else "little"
        sound = start + int.from_bytes(head[4:8], order)
        promised = int.from_bytes(head[8:12], order)
        end = sound + promised
        file.seek(end)
        if end < size and file.read(4) == head[:4] and len(parts) < MAX_PARTS:
            parts.append(Part(((start, end),)))
            start = end
            continue
        if end < size:
            said.append(
                f"its header promises {promised} bytes of sound, {size - sound} are there: all are "
                "heard (it was not closed)"
            )
        parts.append(Part((head[:8] + UNKNOWN, (start + 12, size))))
        found = _all(parts, "AU")
        return Streams(found.parts, (*found.said, *said))


def caf_streams(file: BinaryIO, start: int, size: int) -> Streams:
    """A CAF file whose sound reaches to its end, where its header says no size or too much."""
    place = start + CAF_BYTES
    for _ in range(MAX_PARTS):
        if place + CAF_CHUNK_BYTES > size:
            break
        file.seek(place)
        head = file.read(CAF_CHUNK_BYTES)
        told = int.from_bytes(head[4:12], "big", signed=True)
        end = place + CAF_CHUNK_BYTES + told
        if head[:4] == b"data" and (told < EDITS_BYTES or end > size):
            there = size - place - CAF_CHUNK_BYTES
            sized = b"data" + there.to_bytes(8, "big")
            spans = ((start, place), sized, (place + CAF_CHUNK_BYTES, size))
            cut = ("its header promises more sound than is there: it is cut off",)
            return Streams((Part(spans),), cut if end > size else ())
        if told < 0:
            break
        place = end
    return Streams((Part(((start, size),)),))


def _all(parts: list[Part], name: str) -> Streams:
    many = len(parts) > 1
    said = f"it is {len(parts)} {name} files one after another: all are heard"
    return Streams(tuple(parts), (said,) if many else ())
