"""WAV, AIFF, AU: files in chunks whose sizes may be wrong, and what codec lies in them.

A recorder that was stopped before it closed its file leaves a size of 0, or of what it had written
when it last looked; a decoder stops there. So where no chunk follows the sound, all that follows is
taken for sound. Files joined by appending are as many parts.
Sources: the Multimedia Programming Interface of 1991; EBU Tech 3306 (RF64); AIFF-C of 1991; the
table of codecs is RFC 2361's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Literal

from musicrnn.io.sound.spans import MAX_PARTS, Part, Streams

Order = Literal["little", "big"]  # of the bytes of a number
MARKS = (b"RIFF", b"RIFX", b"RF64")
UNKNOWN = 0xFFFFFFFF  # a size that says that it is not known
MAX_BELIEVED = 0x7FFFF000  # a size from which on it says the same
MAX_CHUNKS = 10_000  # that are looked at
EXTENSIBLE = 0xFFFE  # the codec stands further back
PLAIN = (1, 3, 6, 7)  # integers, floats, A-law, µ-law: a frame has a size
MP3 = 0x55
FOREIGN = {  # codecs in WAV that libsndfile does not read
    0x0200: "Creative ADPCM",
    0x0040: "G.721 ADPCM",
    0x0042: "G.723.1",
    0x0045: "G.726 ADPCM",
    0x0050: "MPEG layer I or II",
    0x0061: "Duck ADPCM",
    0x0092: "AC-3 (Dolby Digital)",
    0x00FF: "AAC",
    0x0160: "WMA",
    0x0161: "WMA",
    0x0162: "WMA Pro",
    0x0163: "WMA Lossless",
    0x0270: "ATRAC3",
    0x0610: "AAC",
    0x1600: "AAC",
    0x2000: "AC-3 (Dolby Digital)",
    0x2001: "DTS",
    0x674F: "Vorbis",
    0x6750: "Vorbis",
    0x6751: "Vorbis",
    0xF1AC: "FLAC",
}


@dataclass(frozen=True)
class WavFound:
    """The streams; or what codec lies in the file, which is not read; or where an mp3 lies."""

    streams: Streams | None = None
    foreign: str = ""
    mp3: tuple[int, int] | None = None


@dataclass
class Wav:
    """One WAV file: its chunks (name, start, size) up to the sound, and where that is."""

    start: int
    order: Order
    chunks: list[tuple[bytes, int, int]]
    sound: int  # where it begins
    promised: int  # bytes
    end: int  # of the sound, as found
    after: int  # where the next thing in the file begins

    @property
    def is_true(self) -> bool:
        return self.promised == self.end - self.sound or self.promised >= MAX_BELIEVED


def wav_streams(file: BinaryIO, start: int, size: int) -> WavFound:
    """The WAV files that follow one another from ``start`` on."""
    found: list[Wav] = []
    place = start
    while len(found) <= MAX_PARTS and (wav := _wav(file, place, size)) is not None:
        found.append(wav)
        place = wav.after
    if not found:
        return WavFound()  # no sound in it: libsndfile says what is wrong
    codec, _ = _format(file, found[0])
    if codec == MP3:
        return WavFound(mp3=(found[0].sound, found[0].end))
    if codec in FOREIGN:
        return WavFound(foreign=FOREIGN[codec])
    said: list[str] = []
    if len(found) > 1:
        said.append(f"it is {len(found)} WAV files one after another: all are heard")
    for wav in found:
        there = wav.end - wav.sound
        if not wav.is_true and there > wav.promised:
            said.append(
                f"its header promises {wav.promised} bytes of sound, {there} are there: all are "
                "heard (it was not closed)"
            )
    return WavFound(Streams(tuple(_part(file, wav, size) for wav in found), tuple(said)))


def _wav(file: BinaryIO, start: int, size: int) -> Wav | None:
    file.seek(start)
    head = file.read(12)
    if head[:4] not in MARKS or head[8:12] != b"WAVE":
        return None
    order: Order = "big" if head[:4] == b"RIFX" else "little"
    place, long = start + 12, None
    chunks: list[tuple[bytes, int, int]] = []
    while place + 8 <= size and len(chunks) < MAX_CHUNKS:
        file.seek(place)
        name = file.read(4)
        told = int.from_bytes(file.read(4), order)
        if name == b"ds64":
            file.seek(place + 16)
            long = int.from_bytes(file.read(8), "little")
        if name == b"data":
            promised = long if told == UNKNOWN and long is not None else told
            sound = place + 8
            end = sound + promised
            if end > size or not any(_is_chunk(file, p, size, order) for p in (end, end + end % 2)):
                end = size
            after = _after(file, end, size, order)
            return Wav(start, order, chunks, sound, promised, end, after)
        if not _name(name):
            return None
        chunks.append((name, place + 8, told))
        place += 8 + told + told % 2
    return None


def _name(name: bytes) -> bool:
    return len(name) == 4 and all(32 <= byte < 127 for byte in name)


def _is_chunk(file: BinaryIO, place: int, size: int, order: Order) -> bool:
    """Whether a chunk that fits begins at ``place``, or nothing but a few zeros follows."""
    file.seek(place)
    head = file.read(8)
    if not head.strip(b"\0") and size - place < 64:
        return True
    fits = place + 8 + int.from_bytes(head[4:], order) <= size + 1
    return _name(head[:4]) and (fits or head[:4] in MARKS)


def _after(file: BinaryIO, place: int, size: int, order: Order) -> int:
    """The place of the next RIFF, past the chunks that follow the sound."""
    place += place % 2
    for _ in range(MAX_CHUNKS):
        if place + 8 > size:
            break
        file.seek(place)
        name = file.read(4)
        if name in MARKS or not _name(name):
            return place
        told = int.from_bytes(file.read(4), order)
        place += 8 + told + told % 2
    return size


def _format(file: BinaryIO, wav: Wav) -> tuple[int, int]:
    """The codec, and the bytes of a frame of it."""
    for name, place, size in wav.chunks:
        if name == b"fmt " and size >= 16:
            file.seek(place)
            body = file.read(min(size, 40))
            tag = int.from_bytes(body[:2], wav.order)
            if tag == EXTENSIBLE and size >= 26:
                tag = int.from_bytes(body[24:26], wav.order)
            return tag, int.from_bytes(body[12:14], wav.order)
    return 0, 0


def _part(file: BinaryIO, wav: Wav, size: int) -> Part:
    codec, frame = _format(file, wav)
    is_cut = frame and codec in PLAIN and wav.end - wav.sound < wav.promised < MAX_BELIEVED
    frames = wav.promised // frame if is_cut else None
    if wav.is_true and (wav.start, wav.after) == (0, size):
        return Part(((0, size),), frames)
    told = b""
    for name, place, length in wav.chunks:
        if name == b"fmt " or (name == b"fact" and codec not in PLAIN):
            file.seek(place)
            body = file.read(min(length, size - place))
            told += name + len(body).to_bytes(4, wav.order) + body + bytes(len(body) % 2)
    data = min(wav.end - wav.sound, UNKNOWN).to_bytes(4, wav.order)
    whole = min(4 + len(told) + 8 + wav.end - wav.sound, UNKNOWN).to_bytes(4, wav.order)
    mark = b"RIFX" if wav.order == "big" else b"RIFF"
    header = mark + whole + b"WAVE" + told + b"data" + data
    return Part((header, (wav.sound, wav.end)), frames)
