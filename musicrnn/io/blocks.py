"""A sound file as one channel at another rate, block by block: its length costs no memory.

Conventions. Samples float32 [N], full scale +-1.0. Channels are heard as in musicrnn.waveform's
in_mono; soxr resamples, and in blocks it is the whole.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import numpy as np

from musicrnn.arrays import Samples
from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import stream_audio
from musicrnn.waveform import in_mono


def file_blocks(
    path: Path, *, rate: int, block: int, said: list[str] | None = None, convert: bool = False
) -> Generator[Samples]:
    """Consecutive blocks of some ``block`` samples at ``rate``, as a microphone would give them.

    Args:
        said: grows by what is to be known of the file.
        convert: sound that is not read may be decoded by ffmpeg.

    Raises:
        MusicRNNError: it cannot be read, or holds no sound.
    """
    import soxr

    resampler = None
    nothing = True
    for piece in in_mono(stream_audio(path, seconds=block / rate, convert=convert)):
        samples, nothing = piece.samples[0], False
        if said is not None:
            said += piece.said
        if piece.rate != rate:
            resampler = resampler or soxr.ResampleStream(piece.rate, rate, 1, dtype="float32")
            samples = resampler.resample_chunk(samples)
        yield samples
    if resampler is not None:
        yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)
    if nothing:
        raise MusicRNNError(f"{path} holds no sound: 0 frames")
