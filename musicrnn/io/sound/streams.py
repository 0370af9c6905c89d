"""From a file to the streams in it that are decoded, by its content, never by its suffix.

Conventions. Tags before the sound are no part of it. Bytes that are nothing before a known header
are passed over, and that is said. What no rule here knows is given to libsndfile as it is, which
reads some twenty formats more.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from musicrnn.errors import MusicRNNError, listed
from musicrnn.io.sound.flac import MARK as FLAC_MARK
from musicrnn.io.sound.flac import flac_streams, places_of
from musicrnn.io.sound.foreign import START_BYTES, foreign_sound, no_sound
from musicrnn.io.sound.forms import aiff_streams, au_streams, caf_streams
from musicrnn.io.sound.mpeg import begins_mpeg, mpeg_streams
from musicrnn.io.sound.ogg_links import SOUNDS as OGG_SOUNDS
from musicrnn.io.sound.ogg_links import ogg_streams
from musicrnn.io.sound.riff import wav_streams
from musicrnn.io.sound.spans import MAX_PARTS, Part, Streams
from musicrnn.io.sound.tags import MAX_TAGS, after_tag, after_tags

STARTS = (b"fLaC", b"OggS", b".snd", b"caff", b"RIFX", b"RF64")
MAX_GARBAGE = 2**20  # bytes before a header that is looked for


class ForeignSound(MusicRNNError):
    """The file holds sound of a kind that is not read; ``kind`` names it."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"is {kind}, which is not read")
        self.kind = kind


def streams_of(file: BinaryIO, path: Path, size: int) -> Streams:
    """What of the file is decoded, in MAX_PARTS parts at most.

    Raises:
        ForeignSound: it holds sound that is not read.
        MusicRNNError: it holds no sound. Either sentence goes on after the name of the file.
    """
    found = _streams(file, path, size)
    if len(found.parts) > MAX_PARTS:
        raise MusicRNNError(
            f"is more than {MAX_PARTS} streams one after another: cut it into several files"
        )
    return found


def _streams(file: BinaryIO, path: Path, size: int) -> Streams:
    start = after_tags(file, 0)
    if start >= size:
        raise MusicRNNError(f"holds tags alone ({size} bytes), no sound")
    file.seek(start)
    head = file.read(START_BYTES)
    if after_tag(file, start) > start:
        raise MusicRNNError(f"holds more than {MAX_TAGS} tags one after another")
    if found := _known(file, head, start, size):
        return found
    if kind := foreign_sound(head):
        raise ForeignSound(kind)
    if found := (mpeg_streams(file, start, size) if begins_mpeg(file, start, size) else None):
        return found
    if what := no_sound(head):
        raise MusicRNNError(f"is {what}")
    if found := _after_garbage(file, start + 1, size):
        return found
    if path.suffix.lower() in (".mp3", ".mp2") and (found := mpeg_streams(file, start, size)):
        return found
    if head[0] == 0xFF and head[1:2] >= b"\xe0":
        raise MusicRNNError("begins like an mp3, but no frames of one follow one another")
    if not head.strip(b"\0"):
        raise MusicRNNError(f"begins with {len(head)} zeros and holds no header of a sound file")
    return Streams((Part(((start, size),)),))


def holds_sound(path: Path) -> bool:
    """Whether the first bytes of a file are those of a sound that is read."""
    try:
        with path.open("rb") as file:
            head = file.read(START_BYTES)
    except OSError:
        return False
    return head[:4] in STARTS or head[8:12] == b"WAVE" or head[:3] == b"ID3"


def _known(file: BinaryIO, head: bytes, start: int, size: int) -> Streams | None:
    """The streams where the file begins as one of the formats that are looked into."""
    if head[:4] == b"fLaC":
        return flac_streams(file, start, size)
    if head[:4] == b"OggS":
        return _ogg(file, start, size)
    if head[:4] in (b"RIFF", b"RIFX", b"RF64") and head[8:12] == b"WAVE":
        return _wav(file, start, size)
    if head[:4] == b"FORM" and head[8:11] == b"AIF":
        return aiff_streams(file, start, size)
    if head[:4] in (b".snd", b"dns."):
        return au_streams(file, start, size)
    return caf_streams(file, start, size) if head[:4] == b"caff" else None


def _wav(file: BinaryIO, start: int, size: int) -> Streams:
    found = wav_streams(file, start, size)
    if found.foreign:
        raise ForeignSound(f"a WAV file that holds {found.foreign}")
    if found.mp3:
        inside = mpeg_streams(file, *found.mp3)
        if inside is None:
            raise MusicRNNError("is a WAV file that should hold mp3 but has no frame of it")
        return inside
    return found.streams or Streams((Part(((start, size),)),))


def _ogg(file: BinaryIO, start: int, size: int) -> Streams:
    found = ogg_streams(file, start, size)
    if found.streams is None:
        kind = f"an Ogg file of {listed(found.codecs)}" if found.codecs else "an empty Ogg file"
        if any(codec in OGG_SOUNDS for codec in found.codecs):
            raise ForeignSound(kind)
        raise MusicRNNError(f"is {kind}: it has no sound")
    return found.streams


def _after_garbage(file: BinaryIO, start: int, size: int) -> Streams | None:
    """The streams after bytes that are nothing."""
    limit = min(size, start + MAX_GARBAGE)
    places = [
        place
        for mark in (FLAC_MARK, b"OggS\0\2", b"WAVEfmt ", b"AIFFCOMM", b"AIFCFVER")
        for place in places_of(file, mark, start, limit)[:1]
    ]
    if not places:
        return None
    first = min(places)
    file.seek(first)
    place = first - 8 if file.read(4) in (b"WAVE", b"AIFF", b"AIFC") else first
    file.seek(place)
    found = _known(file, file.read(START_BYTES), place, size)
    said = f"{place} bytes before its header are no sound: they were passed over"
    return found and Streams(found.parts, (said, *found.said))
