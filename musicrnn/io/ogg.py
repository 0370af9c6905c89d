"""Ogg pages: making a written stream repeatable.

An Ogg stream carries a serial number, which encoders draw at random, so the same sound gives
different bytes each time. :func:`fix_serial` sets it, and the checksum of every page with it.
Source: RFC 3533, section 6. Offsets in a page: serial 14..17, checksum 22..25, number of segments
26, then the segment lengths; little-endian. The checksum is CRC-32 of polynomial 0x04C11DB7, most
significant bit first, starting from 0, over the page with its checksum field at zero.
"""

from __future__ import annotations

import zlib

from musicrnn.errors import MusicRNNError

_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def fix_serial(stream: bytes, serial: int) -> bytes:
    """The same stream with ``serial`` as its serial number on every page."""
    pages = bytearray(stream)
    start = 0
    while start < len(pages):
        if not pages.startswith(b"OggS", start) or start + 27 > len(pages):
            raise MusicRNNError(f"no Ogg page at byte {start} of {len(pages)}")
        segments = pages[start + 26]
        body = start + 27 + segments
        end = body + sum(pages[start + 27 : body])
        pages[start + 14 : start + 18] = serial.to_bytes(4, "little")
        pages[start + 22 : start + 26] = bytes(4)
        pages[start + 22 : start + 26] = checksum(bytes(pages[start:end])).to_bytes(4, "little")
        start = end
    return bytes(pages)


def checksum(page: bytes) -> int:
    """The CRC that Ogg uses: zlib's, with the bits of every byte and of the result mirrored."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)
