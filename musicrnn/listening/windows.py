"""From a file to the windows that a classifier reads: log-mel frames, or tokens of a score.

Conventions. A window of sound is uint8 [T, bands] (musicrnn.features.logmel.quantize: the same as
in training), a window of tokens int32 [N]. Sound is cut into windows of the recipe's length, a new
one every ``hop_seconds``; a shorter song is one shorter window, and less than a second at the end
is dropped. Pauses do not count: a window goes on behind them. Songs are read piece by piece: their
length costs no memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.features.logmel import LogMel, quantize
from musicrnn.io.audio import stream_audio
from musicrnn.io.blocks import file_blocks
from musicrnn.listening.gate import MIN_SECONDS, SILENCE_DB, no_music, too_short
from musicrnn.listening.pauses import PAUSE_SECONDS, Stretch, joined, without_pauses
from musicrnn.tokens.sound import SoundTokenizer
from musicrnn.waveform import Waveform, in_mono

TOKEN_WINDOW = 512
SAMPLE_WINDOW, CODE_WINDOW = 8192, 1024  # tokens of sound: samples, or codes
BLOCK = 16_384  # samples read at a time
MAX_TOKENS_SECONDS = 120.0  # of a sound that is read as tokens


@dataclass(frozen=True, eq=False)
class Window:
    """A window from ``start`` to ``end`` in which sound lasts ``seconds``; of a score tokens.

    ``refused`` says why it cannot be classified; then ``values`` are empty.
    """

    start: float
    seconds: float
    values: NDArray[Any]
    end: float
    refused: str | None = None
    said: tuple[str, ...] = ()  # what is to be known of the file, found in this window


def sound_windows(
    path: Path, recipe: LogMel, *, hop_seconds: float, convert: bool = False
) -> Iterator[Window]:
    """The windows of an audio file, in steps of ``hop_seconds`` of what sounds; pauses are windows
    that cannot be classified. ``convert``: see stream_audio.

    Raises:
        MusicRNNError: unreadable, or less than a second of it sounds.
    """
    overlap = max(1, round(recipe.window_seconds / hop_seconds))
    held: list[_Piece] = []
    pauses: list[Window] = []
    total = 0.0
    said: list[str] = []
    stretches = without_pauses(in_mono(stream_audio(path, seconds=hop_seconds, convert=convert)))
    for piece in _pieces(stretches, hop_seconds, pauses):
        total += piece.sound.seconds
        said += piece.sound.said
        if piece.sound.seconds < MIN_SECONDS and held:
            break
        if len(held) == overlap:
            yield _hear(held, recipe, said)
            held.pop(0)
        held.append(piece)
    if total and (reason := too_short(total)):
        raise MusicRNNError(f"{path}: {reason}")
    if held:
        yield _hear(held, recipe, said)
    yield from (pause for pause in pauses if pause.seconds >= PAUSE_SECONDS or not total)


@dataclass(frozen=True, eq=False)
class _Piece:
    """Some of what sounds, from ``start`` to ``end`` of the song."""

    start: float
    end: float
    sound: Waveform


def _pieces(stretches: Iterable[Stretch], seconds: float, pauses: list[Window]) -> Iterator[_Piece]:
    """What sounds in pieces of ``seconds``, the last one shorter; ``pauses`` are added to."""
    held: list[NDArray[np.float32]] = []
    said: list[str] = []
    frames = rate = 0
    start = end = 0.0
    for stretch in stretches:
        rate, samples = stretch.sound.rate, stretch.sound.samples
        said += stretch.sound.said
        if stretch.pause:
            _add_pause(pauses, stretch)
            continue
        at, wanted = 0, max(1, round(seconds * rate))
        while at < samples.shape[1]:
            part = samples[:, at : at + wanted - frames]
            start = start if held else stretch.start + at / rate
            at, frames = at + part.shape[1], frames + part.shape[1]
            end = stretch.start + at / rate
            held.append(part)
            if frames == wanted:
                yield _Piece(start, end, joined(held, rate, said))
                held, said, frames = [], [], 0
    if held:
        yield _Piece(start, end, joined(held, rate, said))


def _add_pause(pauses: list[Window], stretch: Stretch) -> None:
    """One that goes on where the last ended is the same pause."""
    seconds = stretch.sound.seconds
    if pauses and abs(pauses[-1].end - stretch.start) < 1 / stretch.sound.rate:
        last = pauses.pop()
        pauses.append(replace(last, seconds=last.seconds + seconds, end=last.end + seconds))
        return
    nothing = np.zeros((0, 0), np.uint8)
    reason = f"it is silent: below {SILENCE_DB:g} dB of full scale"
    pauses.append(Window(stretch.start, seconds, nothing, stretch.start + seconds, reason))


def token_window(tokenizer: SoundTokenizer) -> int:
    """How many tokens of a sound a window has."""
    return CODE_WINDOW if tokenizer.delay else SAMPLE_WINDOW


def sound_token_windows(
    path: Path, tokenizer: SoundTokenizer, *, convert: bool = False
) -> Iterator[Window]:
    """Consecutive windows of the tokens of a sound, of its first MAX_TOKENS_SECONDS; a last one of
    less than a quarter is dropped.

    Raises:
        MusicRNNError: unreadable, or silent.
    """
    said, encoder, found = list[str](), tokenizer.encoder(), list[NDArray[np.int32]]()
    heard, loud = 0, False
    most = round(MAX_TOKENS_SECONDS * tokenizer.rate)
    for block in file_blocks(path, rate=tokenizer.rate, block=BLOCK, said=said, convert=convert):
        part = block[: most - heard]
        found.append(encoder.push(part))
        heard, loud = heard + len(part), loud or bool(part.any())
        if heard == most:
            said.append(f"only its first {MAX_TOKENS_SECONDS:.0f} s are read")
            break
    if not loud:
        raise MusicRNNError(f"{path}: it is silent")
    ids, second = np.concatenate([*found, encoder.finish()]), tokenizer.ids_a_second
    for window in score_windows(ids, token_window(tokenizer)):
        told, said = tuple(said), []
        yield replace(
            window,
            start=window.start / second,
            seconds=window.seconds / second,
            end=window.end / second,
            said=told,
        )


def score_windows(ids: NDArray[np.int32], length: int = TOKEN_WINDOW) -> Iterator[Window]:
    """Consecutive windows of a piece's tokens; a last one of less than a quarter is dropped."""
    for start in range(0, len(ids), length):
        part = ids[start : start + length]
        if start == 0 or 4 * len(part) >= length:
            yield Window(start, len(part), part, start + len(part))


def _hear(held: list[_Piece], recipe: LogMel, said: list[str]) -> Window:
    """A window of consecutive pieces, with what is to be said so far."""
    whole = joined([piece.sound.samples for piece in held], held[0].sound.rate)
    decibels = recipe.frames(whole.resampled(recipe.rate))
    reason = no_music(decibels, whole.seconds)
    values = np.zeros((0, recipe.n_mels), np.uint8) if reason else quantize(decibels)
    told = tuple(said)
    said.clear()
    return Window(held[0].start, whole.seconds, values, held[-1].end, reason, told)
