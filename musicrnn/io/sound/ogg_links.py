"""Ogg files: their links, one after another, and the streams that run side by side in each.

A recording of a radio station is a chain of links, a song each; a decoder reads the first alone.
Each link is a part. Of streams side by side (a film's picture and sound) the first sound is taken.
FLAC in Ogg is FLAC with pages around it, which are taken away.
Source: RFC 3533, sections 4 and 6; the Ogg FLAC mapping (xiph.org).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from musicrnn.errors import MusicRNNError, counted
from musicrnn.io.sound.spans import MAX_PARTS, Part, Streams

CODECS = {  # the start of the first page of a stream
    b"\x01vorbis": "Vorbis",
    b"OpusHead": "Opus",
    b"\x7fFLAC": "FLAC",
    b"Speex   ": "Speex",
    b"\x80theora": "Theora",
    b"\x80kate": "Kate",
    b"fishead\0": "a skeleton",
}
READ = ("Vorbis", "Opus", "FLAC")
SOUNDS = (*READ, "Speex")
FLAC_MAPPING_BYTES = 9  # before the marker fLaC: its own mark, version, number of header packets
FIRST, LAST = 2, 4  # flags of a page
MAX_PAGES = 2_000_000  # eleven hours of pages of 20 ms


@dataclass(frozen=True)
class Page:
    """Where a page and its body lie."""

    start: int
    body: int
    end: int
    flags: int
    serial: bytes


@dataclass
class Stream:
    """One stream of a link: its pages, of FLAC what lies in them; ``last`` has the mark of it."""

    codec: str
    spans: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    last: bool = False

    def add(self, page: Page) -> None:
        start = page.body if self.codec == "FLAC" else page.start
        if self.codec == "FLAC" and not self.spans:
            start = min(start + FLAC_MAPPING_BYTES, page.end)
        if self.spans and self.spans[-1][1] == start:
            start = self.spans.pop()[0]
        self.spans.append((start, page.end))
        self.last = bool(page.flags & LAST)


@dataclass(frozen=True)
class OggFound:
    """The streams to decode; ``codecs`` are all that the file holds, in order."""

    streams: Streams | None
    codecs: tuple[str, ...]


def ogg_streams(file: BinaryIO, start: int, size: int) -> OggFound:
    """The links of an Ogg file as parts; no streams where none is of a sound that is read."""
    links: list[dict[bytes, Stream]] = []
    begun, passed, expected = True, 0, start
    for number, page in enumerate(_pages(file, start, size)):
        if number == MAX_PAGES:
            raise MusicRNNError(f"holds more than {MAX_PAGES} Ogg pages: cut it into several files")
        passed, expected = passed + page.start - expected, page.end
        if page.flags & FIRST:
            if begun or not links:
                if len(links) > MAX_PARTS:
                    break
                links.append({})
            begun = False
            file.seek(page.body)
            links[-1][page.serial] = Stream(_codec(file.read(8)))
        elif links:
            begun = True
        if links and page.serial in links[-1]:
            links[-1][page.serial].add(page)
    codecs = tuple(dict.fromkeys(s.codec for link in links for s in link.values()))
    chosen = [next((s for s in link.values() if s.codec in READ), None) for link in links]
    heard = [stream for stream in chosen if stream is not None]
    if not heard:
        return OggFound(None, codecs)
    said = list(_said(links, heard))
    if passed:
        said.append(f"{passed} bytes between its pages are no sound: they were passed over")
    parts = [_part(file, stream) for stream in heard]
    return OggFound(Streams(tuple(parts), tuple(said)), codecs)


def _said(links: list[dict[bytes, Stream]], heard: list[Stream]) -> Iterator[str]:
    if len(heard) > 1:
        many = counted(len(heard), "recording")
        yield f"it is {many} one after another: all are heard"
    if len(heard) < len(links):
        deaf = len(links) - len(heard)
        which = counted(deaf, "recording of it is", "recordings of it are")
        yield f"{which} neither Vorbis, Opus nor FLAC: passed over"
    sides = max(sum(s.codec in SOUNDS for s in link.values()) for link in links)
    if sides > 1:
        yield f"{counted(sides, 'sound')} side by side in it: the first is heard"
    if not heard[-1].last:
        yield "it ends without the mark of an Ogg stream's end: it may be cut off"


def _pages(file: BinaryIO, place: int, size: int) -> Iterator[Page]:
    """The pages, in order; what lies between them is passed over, and the last may be cut off."""
    while place + 27 <= size:
        file.seek(place)
        head = file.read(27 + 255)
        if head[:4] == b"OggS" and head[4] == 0:
            segments = head[26]
            body = place + 27 + segments
            end = body + sum(head[27 : 27 + segments])
            if end > size and _next_page(file, place + 1, size) == size:
                yield Page(place, min(body, size), size, head[5] & ~LAST, head[14:18])
                return
            if end <= size:
                yield Page(place, body, end, head[5], head[14:18])
                place = end
                continue
        place = _next_page(file, place + 1, size)


def _next_page(file: BinaryIO, place: int, size: int) -> int:
    while place < size:
        file.seek(place)
        found = file.read(2**16)
        at = found.find(b"OggS\0")
        if at >= 0:
            return place + at
        place += max(1, len(found) - 4)
    return size


def _codec(head: bytes) -> str:
    known = (name for mark, name in CODECS.items() if head.startswith(mark))
    return next(known, "an unknown stream")


def _part(file: BinaryIO, stream: Stream) -> Part:
    if stream.codec != "FLAC":
        return Part(tuple(stream.spans))
    file.seek(stream.spans[0][0] + 4 + 4 + 13)  # the marker, a block's header, to the samples
    told = int.from_bytes(file.read(5), "big") & 0xF_FFFF_FFFF
    return Part(tuple(stream.spans), told or None)
