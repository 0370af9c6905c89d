"""Where nothing sounds: long pauses of a song are passed over, wherever they stand.

Conventions. Mono pieces that follow one another; silence is what ``gate.silent`` says of blocks of
BLOCK_SECONDS. A pause is PAUSE_SECONDS of it at least, since shorter ones belong to the music, or
any before the first sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.listening.gate import SILENCE_DB
from musicrnn.waveform import Waveform

BLOCK_SECONDS = 0.1
PAUSE_SECONDS = 1.0


@dataclass(frozen=True, eq=False)
class Stretch:
    """Some of a song that begins at ``start`` s; ``pause``: all of it is silent."""

    start: float
    sound: Waveform
    pause: bool


def without_pauses(pieces: Iterable[Waveform]) -> Iterator[Stretch]:
    """The song in stretches, pauses apart from what sounds; together they are all of it."""
    held = list[NDArray[np.float32]]()  # silent, and not yet long enough for a pause
    at = begin = rate = 0
    pausing, said = True, tuple[str, ...]()  # nothing has sounded yet
    for piece in pieces:
        said, rate = (*said, *piece.said), piece.rate
        for silent, part in _parts(piece):
            if silent and not pausing:
                begin = begin if held else at
                held.append(part)
                if sum(block.shape[1] for block in held) >= PAUSE_SECONDS * rate:
                    pausing = True
                    yield Stretch(begin / rate, joined(held, rate), pause=True)
                    held.clear()
            else:
                if held:
                    yield Stretch(begin / rate, joined(held, rate), pause=False)
                    held.clear()
                pausing = silent
                yield Stretch(at / rate, Waveform(part, rate, said), pause=silent)
                said = ()
            at += part.shape[1]
    if held:
        yield Stretch(begin / rate, joined(held, rate, said), pause=False)


def joined(parts: list[NDArray[np.float32]], rate: int, said: Iterable[str] = ()) -> Waveform:
    """Consecutive samples [1, N] as one sound."""
    return Waveform(np.concatenate(parts, axis=1), rate, tuple(said))


def _parts(piece: Waveform) -> Iterator[tuple[bool, NDArray[np.float32]]]:
    """A piece cut where blocks begin or cease to be silent."""
    samples, size = piece.samples, max(1, round(BLOCK_SECONDS * piece.rate))
    count = max(1, samples.shape[1] // size)  # what is left belongs to the last block
    silent = np.array([_silent(samples[:, i * size : (i + 1) * size]) for i in range(count)])
    edges = [0, *(np.flatnonzero(silent[1:] != silent[:-1]) + 1).tolist()]
    ends = [*(edge * size for edge in edges[1:]), samples.shape[1]]
    for edge, end in zip(edges, ends, strict=True):
        yield bool(silent[edge]), samples[:, edge * size : end]


def _silent(block: NDArray[np.float32]) -> bool:
    """Whether a block is below SILENCE_DB; a constant offset is no sound."""
    return float(np.var(block, dtype=np.float64)) < 10 ** (SILENCE_DB / 10)
