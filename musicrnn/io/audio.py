"""Audio files: WAV, FLAC, OGG (Vorbis, Opus), MP3 and whatever else libsndfile reads.

Conventions. Samples are float32 [channels, frames] with full scale +-1.0; a 16-bit sample s is
s / 32768, so reading a 16-bit file and writing it again gives the same samples. Rate, channels and
length are the file's own: nothing is resampled, mixed or cut unasked. A header is never believed
before the sound is there: memory grows with what was decoded. Writing is atomic, and the same
waveform gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import whole_file
from musicrnn.io.ogg import fix_serial
from musicrnn.waveform import Waveform

MAX_SAMPLES = 100_000_000  # frames * channels in memory at once: 400 MB, 19 min of CD sound
RATE_RANGE = (1_000, 768_000)  # Hz
# frames decoded or encoded at a time; libvorbis overflows its stack on long ones
CODEC_BLOCK_FRAMES = 2**16

WRITABLE = {  # suffix: libsndfile's names
    ".wav": ("WAV", "PCM_16"),
    ".flac": ("FLAC", "PCM_16"),
    ".ogg": ("OGG", "VORBIS"),
    ".mp3": ("MP3", "MPEG_LAYER_III"),
}


def read_audio(path: str | Path, *, max_seconds: float | None = None) -> Waveform:
    """The whole file, or its first ``max_seconds``.

    Raises:
        MusicRNNError: missing, empty, not audio, m4a, not finite, above MAX_SAMPLES samples.
    """
    if max_seconds is not None and not max_seconds > 0:
        raise MusicRNNError(f"max_seconds must be above 0, got {max_seconds}")
    for piece in stream_audio(path, seconds=max_seconds):
        return piece
    raise MusicRNNError(f"{path} holds no sound: 0 frames")


def stream_audio(path: str | Path, *, seconds: float | None) -> Iterator[Waveform]:
    """The file in consecutive pieces of ``seconds``, the last one shorter; None: all at once.

    Raises:
        MusicRNNError: as :func:`read_audio`; what came before a broken place was yielded.
    """
    import soundfile  # pyright: ignore[reportMissingTypeStubs]

    path = Path(path)
    _refuse_what_is_no_audio(path)
    try:
        with soundfile.SoundFile(str(path)) as file:
            rate = int(file.samplerate)
            if not RATE_RANGE[0] <= rate <= RATE_RANGE[1]:
                raise MusicRNNError(
                    f"{path}: a sampling rate must be in {RATE_RANGE[0]}..{RATE_RANGE[1]} Hz, "
                    f"its header says {rate}: the file is damaged"
                )
            wanted = None if seconds is None else max(1, round(seconds * rate))
            while True:
                samples = _decode(file, wanted, path)
                if samples.shape[1]:
                    yield Waveform(samples, rate)
                if wanted is None or samples.shape[1] < wanted:
                    return
    except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError) as error:
        raise MusicRNNError(f"{path} is not a readable audio file: {_reason(error)}") from error
    except OSError as error:
        raise MusicRNNError(f"cannot read {path}: {error.strerror}") from error


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
    import soundfile  # pyright: ignore[reportMissingTypeStubs]

    path = Path(path)
    if path.suffix.lower() not in WRITABLE:
        raise MusicRNNError(
            f"cannot write {path}: the suffix must be one of {', '.join(WRITABLE)}, "
            f"got {path.suffix or 'none'}"
        )
    samples = _within_full_scale(waveform.samples, overload)
    form, subtype = WRITABLE[path.suffix.lower()]
    frames: NDArray[Any] = samples.T
    if subtype == "PCM_16":  # the encoders of lossy formats get floats: LAME breaks on stereo int16
        frames = np.minimum(np.rint(frames * 32768.0), 32767.0).astype(np.int16)
    try:
        with whole_file(path) as temporary:
            with soundfile.SoundFile(
                str(temporary), "w", waveform.rate, frames.shape[1], subtype, format=form
            ) as file:
                for start in range(0, len(frames), CODEC_BLOCK_FRAMES):
                    file.write(np.ascontiguousarray(frames[start : start + CODEC_BLOCK_FRAMES]))
            if form == "OGG":
                temporary.write_bytes(fix_serial(temporary.read_bytes(), 1))
    except (soundfile.SoundFileError, RuntimeError, ValueError) as error:
        raise MusicRNNError(
            f"cannot write {path} as {form} with {waveform.rate} Hz and "
            f"{frames.shape[1]} channels: {_reason(error)}"
        ) from error


def _refuse_what_is_no_audio(path: Path) -> None:
    if not path.exists():
        raise MusicRNNError(f"cannot read {path}: no such file")
    if not path.is_file():
        raise MusicRNNError(f"cannot read {path}: it is no regular file")
    try:
        with path.open("rb") as file:
            start = file.read(12)
    except OSError as error:
        raise MusicRNNError(f"cannot read {path}: {error.strerror}") from error
    if not start:
        raise MusicRNNError(f"{path} is empty: 0 bytes")
    if start[4:8] == b"ftyp" or path.suffix.lower() in (".m4a", ".aac", ".mp4"):
        raise MusicRNNError(
            f"{path} is MPEG-4 (AAC) audio, which is not supported: "
            "convert it to wav, flac, ogg or mp3 first"
        )
    if start[:4] == b"MThd":
        raise MusicRNNError(f"{path} is a MIDI file: it holds notes, not sound")


def _decode(file: Any, wanted: int | None, path: Path) -> NDArray[np.float32]:
    """The next ``wanted`` frames (None: all that are left), [channels, frames]."""
    channels = int(file.channels)
    block = max(1, min(CODEC_BLOCK_FRAMES, 2**20 // channels))
    left = max(0, int(file.frames) - int(file.tell())) if file.seekable() else MAX_SAMPLES
    wanted = left if wanted is None else min(wanted, left)
    # untouched memory is not taken, so a header that promises too much costs nothing
    samples = np.empty((channels, min(wanted, MAX_SAMPLES // channels)), np.float32)
    frames = 0
    while frames < wanted:
        decoded = file.read(min(block, wanted - frames), dtype="float32", always_2d=True)
        if not len(decoded):
            break
        if not np.isfinite(decoded).all():
            raise MusicRNNError(
                f"{path} holds samples that are not finite, the first within frames "
                f"{frames}..{frames + len(decoded)}: the file is damaged"
            )
        if frames + len(decoded) > samples.shape[1]:
            raise MusicRNNError(
                f"{path} holds more than {MAX_SAMPLES} samples ({channels} channels): "
                "cut it, or read it in pieces"
            )
        samples[:, frames : frames + len(decoded)] = decoded.T
        frames += len(decoded)
    return samples if frames == samples.shape[1] else samples[:, :frames].copy()


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
