"""From a file to the windows that a classifier reads: log-mel frames, or tokens of a score.

Conventions. A window of sound is uint8 [T, bands] (musicrnn.features.logmel.quantize: the same as
in training), a window of tokens int32 [N]. Sound is cut into windows of the recipe's length, a new
one every ``hop_seconds``; a shorter song is one shorter window, and less than a second at the end
is dropped. Songs are read piece by piece: their length costs no memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.features.logmel import LogMel, quantize
from musicrnn.io.audio import stream_audio
from musicrnn.listening.gate import MIN_SECONDS, no_music, silent, too_short
from musicrnn.waveform import Waveform, in_mono

TOKEN_WINDOW = 512


@dataclass(frozen=True, eq=False)
class Window:
    """A window from ``start`` for ``seconds``; for a score both count tokens.

    ``refused`` says why it cannot be classified; then ``values`` are empty.
    """

    start: float
    seconds: float
    values: NDArray[Any]
    refused: str | None = None
    said: tuple[str, ...] = ()  # what is to be known of the file, found in this window

    @property
    def end(self) -> float:
        return self.start + self.seconds


def sound_windows(
    path: Path, recipe: LogMel, *, hop_seconds: float, convert: bool = False
) -> Iterator[Window]:
    """The windows of an audio file, in steps of ``hop_seconds``; ``convert``: see stream_audio.

    Raises:
        MusicRNNError: unreadable, or shorter than a second.
    """
    overlap = max(1, round(recipe.window_seconds / hop_seconds))
    held: list[Waveform] = []
    start, total = 0.0, 0.0
    said: list[str] = []
    for piece in in_mono(stream_audio(path, seconds=hop_seconds, convert=convert)):
        total += piece.seconds
        said += piece.said
        if piece.seconds < MIN_SECONDS and held:
            break
        if len(held) == overlap:
            yield replace(_hear(held, start, recipe), said=tuple(said))
            said.clear()
            start += held.pop(0).seconds
        held.append(piece)
    if reason := too_short(total):
        raise MusicRNNError(f"{path}: {reason}")
    yield replace(_hear(held, start, recipe), said=tuple(said))


def score_windows(ids: NDArray[np.int32], length: int = TOKEN_WINDOW) -> Iterator[Window]:
    """Consecutive windows of a piece's tokens; a last one of less than a quarter is dropped."""
    for start in range(0, len(ids), length):
        part = ids[start : start + length]
        if start == 0 or 4 * len(part) >= length:
            yield Window(start, len(part), part)


def _hear(held: list[Waveform], start: float, recipe: LogMel) -> Window:
    whole = Waveform(np.concatenate([w.samples for w in held], axis=1), held[0].rate)
    nothing = np.zeros((0, recipe.n_mels), np.uint8)
    reason = too_short(whole.seconds) or silent(whole)
    if reason:
        return Window(start, whole.seconds, nothing, reason)
    decibels = recipe.frames(whole.resampled(recipe.rate))
    if reason := no_music(decibels, whole.seconds):
        return Window(start, whole.seconds, nothing, reason)
    return Window(start, whole.seconds, quantize(decibels))
