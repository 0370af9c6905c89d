"""What is written into a sound file beside the sound: ID3v2, ID3v1, APE and Lyrics3 tags.

Sources: id3.org (ID3v2.4 structure, section 3; ID3v1; Lyrics3), wiki.hydrogenaud.io (APEv2).
"""

from __future__ import annotations

from typing import BinaryIO

STARTS = (b"ID3", b"TAG", b"APE", b"LYR")  # the first three bytes of a tag
MAX_TAGS = 100  # one after another
ID3V1_BYTES = 128
APE_BYTES = 32  # of its header and of its footer


def after_tag(file: BinaryIO, place: int) -> int:
    """The place after a tag that begins at ``place``; ``place`` itself where none does."""
    file.seek(place)
    head = file.read(APE_BYTES)
    if head[:3] == b"ID3" and len(head) >= 10 and max(head[6:10]) < 0x80:
        size = sum(byte << 7 * (3 - index) for index, byte in enumerate(head[6:10]))
        return place + 10 + size + (10 if head[5] & 0x10 else 0)
    if head[:8] == b"APETAGEX" and len(head) == APE_BYTES:
        size = int.from_bytes(head[12:16], "little")  # without the header
        is_header = bool(int.from_bytes(head[20:24], "little") & 0x20000000)
        return place + APE_BYTES + (size if is_header else 0)
    if head[:11] == b"LYRICSBEGIN":
        file.seek(place)
        found = file.read(2**16).find(b"LYRICS200")
        return place if found < 0 else place + found + 9
    if head[:4] == b"TAG+":
        return place + 227
    if head[:3] == b"TAG":
        return place + ID3V1_BYTES
    return place


def after_tags(file: BinaryIO, place: int) -> int:
    """The place after all the tags that follow one another from ``place`` on."""
    for _ in range(MAX_TAGS):
        if (after := after_tag(file, place)) == place:
            break
        place = after
    return place
