"""FLAC: streams one after another, and how many samples each promises.

A decoder stops after as many samples as the first stream promises. A stream that was written into
a pipe promises none (0), which says that its length is not known.
Source: RFC 9639, sections 6 and 8.2.
"""

from __future__ import annotations

from typing import BinaryIO

from musicrnn.io.sound.spans import MAX_PARTS, Part, Streams

MARK = b"fLaC\x00\x00\x00\x22"  # and the header of the block that must be first
BLOCK = 2**20


def flac_streams(file: BinaryIO, start: int, size: int) -> Streams:
    """The streams of a FLAC file from ``start`` on."""
    places = [start, *(place for place in places_of(file, MARK, start + 4, size))]
    parts: list[Part] = []
    for place, end in zip(places, [*places[1:], size], strict=True):
        file.seek(place + 4 + 4 + 13)
        told = int.from_bytes(file.read(5), "big") & 0xF_FFFF_FFFF
        parts.append(Part(((place, end),), told or None))
    many = len(parts) > 1
    said = (f"it is {len(parts)} FLAC streams one after another: all are heard",) if many else ()
    return Streams(tuple(parts), said)


def places_of(file: BinaryIO, mark: bytes, start: int, size: int) -> list[int]:
    """Where ``mark`` stands in a file, from ``start`` on: MAX_PARTS places and one."""
    found: list[int] = []
    place, kept = start, b""
    file.seek(start)
    while place < size and (block := file.read(BLOCK)):
        text = kept + block
        first, at = place - len(kept), -1
        while (at := text.find(mark, at + 1)) >= 0 and len(found) <= MAX_PARTS:
            found.append(first + at)
        place += len(block)
        kept = text[-(len(mark) - 1) :]
    return found
