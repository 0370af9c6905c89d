"""Ogg pages: making a written stream repeatable.

An Ogg stream carries a serial number, which encoders draw at random, so the same sound gives
different bytes each time. :func:`fix_serial` sets it, and the checksum of every page with it.
Source: RFC 3533, section 6. Offsets in a page: serial 14..17, checksum 22..25, number of segments
26, then the segment lengths; little-endian. The checksum is CRC-32 of polynomial 0x04C11DB7, most
significant bit first, starting from 0, over the page with its checksum field at zero.
"""

from __future__ import annotations

import zlib
from typing import BinaryIO

from musicrnn.errors import MusicRNNError

_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def fix_serial(stream: BinaryIO, serial: int) -> None:
    """Sets the serial number of every page of a stream that may be read and written, in place."""
    start = 0
    while head := stream.read(27):
        if not head.startswith(b"OggS") or len(head) < 27:
            raise MusicRNNError(f"no Ogg page at byte {start}")
        lengths = stream.read(head[26])
        page = bytearray(head + lengths + stream.read(sum(lengths)))
        page[14:18] = serial.to_bytes(4, "little")
        page[22:26] = bytes(4)
        page[22:26] = checksum(bytes(page)).to_bytes(4, "little")
        stream.seek(start)
        stream.write(page)
        start += len(page)
        stream.seek(start)


def checksum(page: bytes) -> int:
    """The CRC that Ogg uses: zlib's, with the bits of every byte and of the result mirrored."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)
