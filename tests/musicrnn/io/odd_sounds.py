"""Sounds as collections have them: made small, with headers, tags and joints that are odd."""

import io

import numpy as np
import soundfile

from musicrnn.io.ogg import checksum

SECONDS = 2.0


def music(seconds=SECONDS, rate=22_050, channels=2):
    """A tone of 440 Hz, in whose second half noise begins: a variable rate varies."""
    t = np.arange(round(seconds * rate)) / rate
    sound = 0.3 * np.sin(2 * np.pi * 440 * t)
    sound[len(t) // 2 :] += np.random.default_rng(0).normal(0, 0.1, len(t) - len(t) // 2)
    return np.tile(np.float32(sound)[:, None], (1, channels))


def made(form, subtype, sound=None, rate=22_050, **how):
    """The bytes of a sound in a format of libsndfile's."""
    sound = music(rate=rate) if sound is None else sound
    held = io.BytesIO()
    with soundfile.SoundFile(held, "w", rate, sound.shape[1], subtype, format=form, **how) as file:
        for start in range(0, len(sound), 2**16):
            file.write(np.ascontiguousarray(sound[start : start + 2**16]))
    return held.getvalue()


def mp3(sound=None, rate=22_050, mode="VARIABLE"):
    return made("MP3", "MPEG_LAYER_III", sound, rate, bitrate_mode=mode, compression_level=0.3)


def without_info(content):
    """An mp3 without its first frame, which tells how many there are."""
    assert b"Xing" in content[:200] or b"Info" in content[:200]
    return content[content.find(content[:2], 4) :]


def id3(size):
    """An ID3v2 tag with so many bytes of a picture in it."""
    told = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\4\0\0" + told + (b"\xff\xd8\xff\xe0" * size)[:size]


def id3v1():
    return b"TAG" + b"A song".ljust(125)


def ape(size=200):
    """An APEv2 tag with header and footer."""
    told = (2000).to_bytes(4, "little") + (size + 32).to_bytes(4, "little") + bytes(4)
    header, footer = ((flags).to_bytes(4, "little") for flags in (0xA0000000, 0x80000000))
    return (
        b"APETAGEX"
        + told
        + header
        + bytes(8)
        + bytes(size)
        + b"APETAGEX"
        + told
        + footer
        + bytes(8)
    )


def flac_of_unknown_length(content):
    return content[:21] + bytes([content[21] & 0xF0]) + bytes(4) + content[26:]


def with_size(content, mark, size, order="little"):
    """The size after a chunk's name replaced."""
    place = content.index(mark) + len(mark)
    return content[:place] + size.to_bytes(4, order) + content[place + 4 :]


def page(body, number, flags, serial=7):
    """An Ogg page."""
    segments = [255] * (len(body) // 255) + [len(body) % 255]
    head = b"OggS\0" + bytes([flags]) + bytes(8) + serial.to_bytes(4, "little")
    head += number.to_bytes(4, "little") + bytes(4) + bytes([len(segments), *segments])
    return head[:22] + checksum(head + body).to_bytes(4, "little") + head[26:] + body


def ogg_flac(flac):
    """FLAC in Ogg pages."""
    pages = [page(b"\x7fFLAC\1\0\0\1fLaC" + flac[4:42], 0, 2)]
    rest = [flac[start : start + 60_000] for start in range(42, len(flac), 60_000)]
    for number, body in enumerate(rest, 1):
        pages.append(page(body, number, 4 if number == len(rest) else 0))
    return b"".join(pages)


def wav_of_mp3(content):
    fmt = b"\x55\0\2\0" + (22_050).to_bytes(4, "little") + bytes(8)
    body = b"WAVEfmt " + (16).to_bytes(4, "little") + fmt
    body += b"data" + len(content).to_bytes(4, "little") + content
    return b"RIFF" + len(body).to_bytes(4, "little") + body
