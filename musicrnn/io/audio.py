"""Audio files: WAV, FLAC, OGG (Vorbis, Opus), MP3 and whatever else libsndfile reads.

Conventions. Samples are float32 [channels, frames] with full scale +-1.0; a 16-bit sample s is
s / 32768, so reading a 16-bit file and writing it again gives the same samples. Rate, channels and
length are the file's own: nothing is resampled, mixed or cut unasked. A header is never believed
before the sound is there: memory grows with what was decoded. Writing is atomic, and the same
waveform gives the same bytes. What is written may come in blocks, of which one is in memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float32Array
from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import whole_file
from musicrnn.io.ogg import fix_serial
from musicrnn.io.sound.decode import CODEC_BLOCK_FRAMES, Block, decode
from musicrnn.waveform import Waveform

MAX_SAMPLES = 100_000_000  # frames * channels in memory at once: 400 MB, 19 min of CD sound

WRITABLE = {  # suffix: libsndfile's names
    ".wav": ("WAV", "PCM_16"),
    ".flac": ("FLAC", "PCM_16"),
    ".ogg": ("OGG", "VORBIS"),
    ".mp3": ("MP3", "MPEG_LAYER_III"),
}


def read_audio(
    path: str | Path, *, max_seconds: float | None = None, convert: bool = False
) -> Waveform:
    """The whole file, or its first ``max_seconds``; ``said`` of it tells what is to be known.

    Raises:
        MusicRNNError: missing, empty, not audio or not read, damaged, above MAX_SAMPLES samples.
    """
    if max_seconds is not None and not max_seconds > 0:
        raise MusicRNNError(f"max_seconds must be above 0, got {max_seconds}")
    for piece in stream_audio(path, seconds=max_seconds, convert=convert):
        return piece
    raise MusicRNNError(f"{path} holds no sound: 0 frames")


def stream_audio(
    path: str | Path, *, seconds: float | None, convert: bool = False
) -> Iterator[Waveform]:
    """The file in consecutive pieces of ``seconds``, the last one shorter; None: all at once.

    What is to be told of the file stands in the ``said`` of the piece in which it was found.

    Args:
        convert: sound that is not read here may be decoded by the system's ffmpeg.

    Raises:
        MusicRNNError: as :func:`read_audio`; what came before a broken place was yielded.
    """
    said: list[str] = []
    held: Waveform | None = None  # one piece back: what is found at the end is told of the last
    try:
        for piece in _pieces(decode(Path(path), said, convert=convert), seconds, Path(path)):
            if held is not None:
                yield held
            held = replace(piece, said=tuple(said))
            said.clear()
    except MusicRNNError:
        if held is not None:
            yield held
        raise
    if held is not None:
        yield replace(held, said=(*held.said, *said))
    elif said:
        raise MusicRNNError(f"{path} holds no sound: 0 frames ({'; '.join(said)})")


def write_audio(
    waveform: Waveform, path: str | Path, *, overload: Literal["error", "clip", "scale"] = "error"
) -> None:
    """Write the format that the suffix names: .wav and .flac (16 bits), .ogg (Vorbis), .mp3.

    Args:
        overload: what to do when a sample lies outside +-1.0: refuse, cut it off at +-1.0, or
            divide the whole waveform by its largest magnitude.

    Raises:
        MusicRNNError: another suffix, no frames, values that are not finite or outside +-1.0, or a
            rate or number of channels that the format cannot hold.
    """
    check_writable(Path(path))
    samples = _within_full_scale(waveform.samples, overload)
    starts = range(0, samples.shape[1], CODEC_BLOCK_FRAMES)
    blocks = (samples[:, start : start + CODEC_BLOCK_FRAMES] for start in starts)
    write_blocks(blocks, path, rate=waveform.rate, channels=len(samples))


def write_blocks(
    blocks: Iterable[Float32Array], path: str | Path, *, rate: int, channels: int
) -> None:
    """Write consecutive blocks [channels, frames], within +-1.0, in the format of the suffix.

    Raises:
        MusicRNNError: another suffix, or a rate, number of channels or length that the format
            cannot hold.
    """
    import soundfile  # pyright: ignore[reportMissingTypeStubs]

    path = Path(path)
    check_writable(path)
    form, subtype = WRITABLE[path.suffix.lower()]
    try:
        with whole_file(path) as temporary:
            with soundfile.SoundFile(
                str(temporary), "w", rate, channels, subtype, format=form
            ) as file:
                for block in blocks:
                    for start in range(0, block.shape[1], CODEC_BLOCK_FRAMES):
                        file.write(_encodable(block[:, start : start + CODEC_BLOCK_FRAMES], form))
            if form == "OGG":
                with temporary.open("r+b") as stream:
                    fix_serial(stream, 1)
    except (soundfile.SoundFileError, RuntimeError, ValueError) as error:
        raise MusicRNNError(
            f"cannot write {path} as {form} with {rate} Hz and {channels} channels: "
            f"{_reason(error)}"
        ) from error


def mp3_bytes(blocks: Iterable[Float32Array], *, rate: int, channels: int) -> bytes:
    """The .mp3 file that :func:`write_blocks` would write."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound.mp3"
        write_blocks(blocks, path, rate=rate, channels=channels)
        return path.read_bytes()


def check_writable(path: Path) -> None:
    """Raises MusicRNNError where the suffix names no format that is written."""
    if path.suffix.lower() not in WRITABLE:
        raise MusicRNNError(
            f"cannot write {path}: the suffix must be one of {', '.join(WRITABLE)}, "
            f"got {path.suffix or 'none'}"
        )


def _pieces(blocks: Iterator[Block], seconds: float | None, path: Path) -> Iterator[Waveform]:
    """The same sound in pieces of ``seconds``."""
    samples = np.empty((0, 0), np.float32)  # [channels, frames], grows
    frames, rate, wanted = 0, 0, MAX_SAMPLES
    for rate, block in blocks:
        channels = block.shape[1]
        most = MAX_SAMPLES // channels
        wanted = most + 1 if seconds is None else max(1, round(seconds * rate))
        while len(block):
            taken = block[: wanted - frames]
            end = frames + len(taken)
            if end > most:
                raise MusicRNNError(
                    f"{path} holds more than {MAX_SAMPLES} samples ({channels} channels): "
                    "cut it, or read it in pieces"
                )
            if end > samples.shape[1]:
                size = min(wanted, max(end, 2 * samples.shape[1]))
                grown = np.empty((channels, size), np.float32)
                if frames:
                    grown[:, :frames] = samples[:, :frames]
                samples = grown
            samples[:, frames:end] = taken.T
            frames, block = end, block[len(taken) :]
            if frames == wanted:
                yield Waveform(samples, rate)
                samples, frames = np.empty((channels, 0), np.float32), 0
    if frames:
        yield Waveform(samples if frames == samples.shape[1] else samples[:, :frames].copy(), rate)


def _encodable(block: Float32Array, form: str) -> NDArray[Any]:
    """The block as its encoder takes it, [frames, channels]. Those of lossy formats get floats:
    LAME breaks on stereo int16."""
    frames: NDArray[Any] = block.T
    if form in ("WAV", "FLAC"):
        frames = np.minimum(np.rint(frames * 32768.0), 32767.0).astype(np.int16)
    return np.ascontiguousarray(frames)


def _within_full_scale(samples: NDArray[np.float32], overload: str) -> NDArray[np.float32]:
    if not samples.size:
        raise MusicRNNError(f"a sound file needs at least one sample, got {list(samples.shape)}")
    peak = float(np.abs(samples).max())
    if not np.isfinite(peak):
        raise MusicRNNError("samples must be finite to be written, got infinity or NaN")
    if overload not in ("error", "clip", "scale"):
        raise MusicRNNError(f"overload must be error, clip or scale, got {overload!r}")
    if peak <= 1.0:
        return samples
    if overload == "error":
        raise MusicRNNError(
            f"samples must lie within +-1.0, the largest is {peak:.4g}: "
            'pass overload="scale" or overload="clip"'
        )
    return samples / np.float32(peak) if overload == "scale" else samples.clip(-1.0, 1.0)


def _reason(error: Exception) -> str:
    """libsndfile's own words, without the path that it repeats."""
    return str(getattr(error, "error_string", error)).rstrip(".")
