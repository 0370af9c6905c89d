"""Sounds with odd headers, tags, joints and ends: a right result, or a sentence that is true.

Each case is a sound of a format, then one or several things that happen to files. What must come
out is known: how long it is, and that the tone in it is heard in every second of it.
"""

import time
from dataclasses import dataclass, replace

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import read_audio
from tests.musicrnn.io.odd_sounds import (
    SECONDS,
    ape,
    flac_of_unknown_length,
    id3,
    id3v1,
    made,
    mp3,
    music,
    ogg_flac,
    wav_of_mp3,
    with_size,
    without_info,
)

CASES, AT_A_TIME = 200, 50
RATE = 22_050
WAVS = ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW", "IMA_ADPCM")
PLAIN = ("AIFF", "AU", "CAF", "RF64", "W64", "WAVEX", "VOC", "PAF", "NIST")
NO_PAGE = "holds no sound: 0 frames (it ends without the mark of an Ogg stream's end"
GARBAGE_SAID = "no sound: they were passed over"


@dataclass(frozen=True)
class Case:
    """A file, what it is, how often its sound is in it, and a word of what must be said of it."""

    content: bytes
    kind: str
    times: int = 1
    cut: bool = False
    said: str = ""


def sound(random):
    """One of the formats, with one to six channels."""
    kind = str(random.choice(["wav", "plain", "flac", "ogg", "opus", "mp3", "oga", "wav of mp3"]))
    channels = int(random.choice([1, 2, 2, 2, 6]))
    whole = music(channels=channels)
    if kind == "wav":
        content = made("WAV", str(random.choice(WAVS[:-1] if channels > 2 else WAVS)), whole)
    elif kind == "plain":
        form = str(random.choice(PLAIN[:-3] if channels > 2 else PLAIN))
        kind, content = form, made(form, "PCM_16", whole)
    elif kind in ("flac", "oga"):
        content = made("FLAC", str(random.choice(["PCM_S8", "PCM_16", "PCM_24"])), whole)
        content = ogg_flac(content) if kind == "oga" else content
    elif kind == "ogg":
        content = made("OGG", "VORBIS", whole)
    elif kind == "opus":
        content = made("OGG", "OPUS", music(rate=24_000, channels=channels), 24_000)
    else:
        stereo = music(channels=min(2, channels))
        content = mp3(stereo, mode=str(random.choice(["CONSTANT", "VARIABLE", "AVERAGE"])))
        content = wav_of_mp3(content) if kind == "wav of mp3" else content
    return Case(content, kind)


def unknown_length(case, random):
    """As it is written into a pipe, or by a recorder that was stopped."""
    if case.kind == "mp3":
        return replace(case, content=without_info(case.content))
    if case.kind == "flac":
        return replace(case, content=flac_of_unknown_length(case.content))
    if case.kind in ("wav", "WAVEX"):
        size = int(random.choice([0, 240, 0xFFFFFFFF, 0x7FFFFFFF]))
        said = "was not closed" if size < 1000 else ""
        return replace(case, content=with_size(case.content, b"data", size), said=said)
    if case.kind == "AU":
        return replace(case, content=case.content[:8] + b"\xff" * 4 + case.content[12:])
    return case


def joined(case, random):
    """One after another."""
    if case.kind not in ("mp3", "flac", "ogg", "opus", "wav", "AIFF", "oga"):
        return case
    times = int(random.integers(2, 4))
    said = "one after another: all are heard"
    return replace(case, content=times * case.content, times=times, said=said)


def tagged(case, random):
    """Tags before it, and, where formats have them, behind it."""
    before = id3(int(random.choice([0, 10, 5000, 300_000])))
    after = [b"", id3v1(), ape(), ape() + id3v1()][int(random.integers(4))]
    ends = after if case.kind == "mp3" else b""
    return replace(case, content=before + case.content + ends)


def misplaced(case, random):
    """Bytes before its header that are none of it."""
    if case.kind in ("wav", "flac", "ogg", "opus", "AIFF", "oga"):
        before = b"\xfe" + bytes(random.integers(128, 254, int(random.integers(3, 3000)), np.uint8))
        return replace(case, content=before + case.content, said=GARBAGE_SAID)
    return case


def cut(case, random):
    """Its end is missing."""
    if case.kind == "wav of mp3":
        return case
    length = int(len(case.content) * random.uniform(0.55, 0.9))
    return replace(case, content=case.content[:length], cut=True)


def as_it_is(case, random):
    return case


def cases(start, count):
    for seed in range(start, start + count):
        random = np.random.default_rng(seed)
        ways = [unknown_length, joined, tagged, misplaced, cut, as_it_is]
        way = ways[seed % len(ways)]
        case = way(sound(random), random)
        yield seed, way.__name__, tagged(case, random) if seed % 5 == 0 else case


def check(case, waveform):
    full = case.times * SECONDS
    if case.cut:
        assert 0.2 * full < waveform.seconds < full + 0.12
    else:
        assert abs(waveform.seconds - full) < 0.15
    assert case.said in "; ".join(waveform.said)
    for start in range(int(waveform.seconds)):
        second = waveform.samples[0, start * waveform.rate : (start + 1) * waveform.rate]
        spectrum = np.abs(np.fft.rfft(second * np.hanning(len(second)), waveform.rate))
        assert abs(int(spectrum[100:1000].argmax()) + 100 - 440) <= 2


@pytest.mark.parametrize("start", range(0, CASES, AT_A_TIME))
def test_odd_headers(tmp_path, capfd, start):
    path = tmp_path / "sound.mp3"  # whatever it is: content counts, not the suffix
    wrong = []
    for seed, way, case in cases(start, AT_A_TIME):
        path.write_bytes(case.content)
        before = time.monotonic()
        try:
            check(case, read_audio(path))
        except MusicRNNError as error:
            if not (case.cut and case.kind in ("ogg", "opus") and NO_PAGE in str(error)):
                wrong.append(f"{seed}: {case.kind} {way}: {error}")
        except AssertionError as error:
            wrong.append(f"{seed}: {case.kind} {way}: wrong, {error}")
        assert time.monotonic() - before < 5
    assert not wrong, "\n".join(wrong)
    assert capfd.readouterr() == ("", "")
