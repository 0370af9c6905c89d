"""From a recording to the clip with the word in it, as it was in training.

Conventions. Clips are int16 [N] at the recipe's rate. A longer recording gives its loudest part, a
shorter one has zeros on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import stream_audio

MAX_SECONDS = 60.0  # seconds of a recording that are looked at
MIN_SECONDS = 0.05
SILENT_LEVEL = 1e-4  # of full scale


@dataclass(frozen=True, eq=False)
class Word:
    """A clip, and where it was in its recording, seconds."""

    clip: NDArray[np.int16]
    start: float
    end: float
    said: tuple[str, ...] = ()  # what is to be known of the recording


def one_word(path: Path, *, rate: int, samples: int, convert: bool = False) -> Word:
    """The loudest ``samples`` of a recording; ``convert``: see stream_audio.

    Raises:
        MusicRNNError: it cannot be read, is silent, shorter than MIN_SECONDS or longer than
        MAX_SECONDS.
    """
    pieces = stream_audio(path, seconds=MAX_SECONDS, convert=convert)
    piece = next(pieces, None)
    if piece is not None and next(pieces, None) is not None:
        raise MusicRNNError(
            f"{path} lasts longer than {MAX_SECONDS:.0f} s, too long for one word: "
            "musicrnn listen hears a stream"
        )
    if piece is None or piece.seconds < MIN_SECONDS:
        raise MusicRNNError(
            f"{path} has {1000 * (piece.seconds if piece else 0):.0f} ms of sound, a word needs "
            f"at least {1000 * MIN_SECONDS:.0f}"
        )
    heard = piece.mono()
    sound = heard.resampled(rate).samples[0]
    if not np.abs(sound).max(initial=0.0) > SILENT_LEVEL:
        raise MusicRNNError(f"{path} is silent: there is no word in it")
    first = 0
    if len(sound) > samples:
        energy = np.concatenate([[0.0], np.cumsum(np.square(sound, dtype=np.float64))])
        first = int((energy[samples:] - energy[:-samples]).argmax())
        sound = sound[first : first + samples]
    before = (samples - len(sound)) // 2
    clip = np.zeros(samples, np.float32)
    clip[before : before + len(sound)] = sound
    steps = np.rint(clip.clip(-1, 1) * 32767).astype(np.int16)
    return Word(steps, first / rate, (first + len(sound)) / rate, heard.said)
