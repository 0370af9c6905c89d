"""Pieces of a file, and bytes of our own between them, read as if they were one file.

Conventions. A span is bytes, or the places (start, end) of the file below. A decoder that is given
a :class:`Joined` sees only what was chosen: no tags, one stream, a header that is true.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import BinaryIO

MAX_PARTS = 1000  # of a file: a radio's log of a day has fewer songs

Span = bytes | tuple[int, int]


@dataclass(frozen=True)
class Part:
    """A stream that is decoded by itself; ``frames`` is what its header promises, if it does."""

    spans: tuple[Span, ...]
    frames: int | None = None


@dataclass(frozen=True)
class Streams:
    """What of a file is decoded, in order, and what is to be told of it."""

    parts: tuple[Part, ...]
    said: tuple[str, ...] = ()


def size_of(span: Span) -> int:
    return len(span) if isinstance(span, bytes) else span[1] - span[0]


class Joined(io.RawIOBase):
    """The spans of ``file`` one after another, as a file that is read and sought in."""

    def __init__(self, file: BinaryIO, spans: Sequence[Span]) -> None:
        super().__init__()
        self.file, self.spans = file, [span for span in spans if size_of(span)]
        self.ends = list(accumulate(map(size_of, self.spans)))
        self.size = self.ends[-1] if self.ends else 0
        self.place = self.reached = 0  # now, and at most
        self.failed: BaseException | None = None  # no exception passes through a decoder in C

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.place, io.SEEK_END: self.size}[whence]
        self.place = max(0, start + offset)
        return self.place

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Fills the buffer as far as there is something left."""
        try:
            return self._fill(buffer)
        except BaseException as error:  # the decoder hears of an end, the reader asks for more
            self.failed = error
            return 0

    def _fill(self, buffer: memoryview) -> int:
        filled = 0
        index = bisect_right(self.ends, self.place)
        while filled < len(buffer) and index < len(self.spans):
            span, end = self.spans[index], self.ends[index]
            inside = self.place - (end - size_of(span))
            want = min(len(buffer) - filled, end - self.place)
            if isinstance(span, bytes):
                found = span[inside : inside + want]
            else:
                self.file.seek(span[0] + inside)
                found = self.file.read(want)
            if not found:
                break
            buffer[filled : filled + len(found)] = found
            filled += len(found)
            self.place += len(found)
            self.reached = max(self.reached, self.place)
            index += self.place == end
        return filled
