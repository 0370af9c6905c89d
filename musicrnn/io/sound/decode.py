"""From a file to blocks of samples, whatever its format, checked as they come.

Conventions. A block is float32 [n, channels]; all of a file have one rate and one number of
channels. ``said`` grows by what is to be told of the file: what was left out or put right.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError, counted
from musicrnn.io.regular import MISSING, irregular
from musicrnn.io.sound.ffmpeg import converted
from musicrnn.io.sound.foreign import conversion
from musicrnn.io.sound.quiet import quiet
from musicrnn.io.sound.spans import Joined, Part
from musicrnn.io.sound.streams import ForeignSound, streams_of

RATE_RANGE = (1_000, 768_000)  # Hz
MAX_LEVEL = 100.0  # of full scale: no recording is 40 dB too loud
# frames decoded or encoded at a time; libvorbis overflows its stack on long ones
CODEC_BLOCK_FRAMES = 2**16
FRAGILE = ("FLAC", "MP3")  # a broken frame takes what was asked for with it: so little is
FRAGILE_BLOCK_FRAMES = 2**12
MAX_TOLD = 2**40  # frames; libsndfile tells more where it does not know
UNTRUE = ("File does not exist", "Format not recognised", "Unspecified internal error")
UNSUPPORTED = "unsupported encoding"
CUT_SECONDS = 0.1  # seconds that may be missing before a file is called cut off
Block = tuple[int, NDArray[np.float32]]  # the rate in Hz, and samples [n, channels]


def decode(path: Path, said: list[str], *, convert: bool = False) -> Iterator[Block]:
    """The blocks of a sound file, in order.

    Args:
        said: grows by sentences on what was left out or put right.
        convert: what is not read here may be decoded by ffmpeg, which ``said`` tells.

    Raises:
        MusicRNNError: it is no sound, not read, damaged, or holds what no sound is.
    """
    if why := irregular(path):
        reason = "no such file" if why == MISSING else f"it {why}"
        raise MusicRNNError(f"cannot read {path}: {reason}")
    try:
        with path.open("rb") as file:
            yield from _checked(_decode(file, path, said, convert), path)
    except OSError as error:
        raise MusicRNNError(f"cannot read {path}: {error.strerror or error}") from error


def seconds_told(path: Path) -> float | None:
    """How long a sound is, as its headers and frames tell; None where they do not, or it is none.

    Nothing is decoded.
    """
    if irregular(path):
        return None
    try:
        size, seconds = path.stat().st_size, 0.0
        with path.open("rb") as file:
            for part in streams_of(file, path, size).parts:
                with _opened(Joined(file, part.spans)) as opened:
                    frames = int(opened.frames) if part.frames is None else part.frames
                    seconds += frames / max(1, int(opened.samplerate))
                if frames >= MAX_TOLD:
                    return None
    except (MusicRNNError, OSError, RuntimeError, ValueError, TypeError):
        return None
    return seconds


def _opened(given: Joined) -> Any:
    """The file as libsndfile reads it, from its start to its end."""
    import soundfile  # pyright: ignore[reportMissingTypeStubs]

    class Forwards(soundfile.SoundFile):
        """soundfile seeks after every block of what can be sought in; FLAC cannot at its end."""

        def seekable(self) -> bool:
            return False

    with quiet():
        return Forwards(cast(BinaryIO, given))


def _decode(file: BinaryIO, path: Path, said: list[str], convert: bool) -> Iterator[Block]:
    size = path.stat().st_size
    if not size:
        raise MusicRNNError(f"{path} is empty: 0 bytes")
    try:
        try:
            streams = streams_of(file, path, size)
        except ForeignSound:
            raise
        except MusicRNNError as error:
            raise MusicRNNError(f"{path} {error}") from error
        said += streams.said
        for part in streams.parts:
            yield from _decode_part(Joined(file, part.spans), part, path, said)
    except ForeignSound as error:
        if not convert:
            raise MusicRNNError(f"{path} {error}: {conversion(path)}") from error
        yield from converted(path, error.kind, said)


def _checked(blocks: Iterator[Block], path: Path) -> Iterator[Block]:
    """The same blocks, of one rate and number of channels, with samples that a sound has."""
    first: tuple[int, int] | None = None
    before = 0
    for rate, block in blocks:
        if not RATE_RANGE[0] <= rate <= RATE_RANGE[1]:
            raise MusicRNNError(
                f"{path}: a sampling rate must be in {RATE_RANGE[0]}..{RATE_RANGE[1]} Hz, "
                f"its header says {rate}: the file is damaged"
            )
        found = rate, block.shape[1]
        first = first or found
        if found != first:
            old, new = (f"{hz} Hz with {counted(n, 'channel')}" for hz, n in (first, found))
            raise MusicRNNError(
                f"{path} holds several recordings, one of {old} and one of {new}: cut it into "
                "one file for each"
            )
        if not float(np.abs(block).max(initial=0.0)) <= MAX_LEVEL:
            frame, channel = (int(at[0]) for at in np.nonzero(~(np.abs(block) <= MAX_LEVEL)))
            raise MusicRNNError(
                f"{path} holds the sample {block[frame, channel]:g} at frame {before + frame}: "
                f"full scale is 1, and above {MAX_LEVEL:g} the file is damaged, or its integers "
                "were stored as floats"
            )
        yield rate, block
        before += len(block)


def _decode_part(given: Joined, part: Part, path: Path, said: list[str]) -> Iterator[Block]:
    import soundfile  # pyright: ignore[reportMissingTypeStubs]

    frames, rate, told, promised = 0, 0, MAX_TOLD, part.frames
    try:
        with _opened(given) as file:
            rate, told = int(file.samplerate), int(file.frames)
            most = FRAGILE_BLOCK_FRAMES if file.format in FRAGILE else CODEC_BLOCK_FRAMES
            block = max(1, min(most, 2**20 // int(file.channels)))
            hushed: Any = quiet if file.format == "MP3" else nullcontext
            while True:
                with hushed():
                    decoded = file.read(min(block, told - frames), "float32", always_2d=True)
                if given.failed is not None:
                    raise given.failed
                if not len(decoded):
                    break
                frames += len(decoded)
                yield rate, decoded
    except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError) as error:
        if given.failed is not None:
            raise given.failed from error
        at_end = given.reached >= given.size
        if not frames:
            reason = _reason(error)
            if reason.endswith(UNSUPPORTED):
                raise ForeignSound("a sound file in an encoding of its own") from error
            raise MusicRNNError(f"{path} is not a readable audio file: {reason}") from error
        if not at_end:  # else it was cut within a frame
            raise MusicRNNError(
                f"{path} is damaged {frames / rate:.2f} s after its beginning: {_reason(error)}"
            ) from error
    promised = told if promised is None and told < MAX_TOLD else promised
    if promised is not None and promised - frames > CUT_SECONDS * rate:
        said.append(
            f"its headers promise {promised / rate:.2f} s, {frames / rate:.2f} s can be decoded: "
            "it is cut off or damaged"
        )


def _reason(error: Exception) -> str:
    """libsndfile's own words, without the path that it repeats; ours where they are not true."""
    said = str(getattr(error, "error_string", error)).rstrip(".")
    return "it begins as no sound file that is known" if said.startswith(UNTRUE) else said
