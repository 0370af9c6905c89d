"""The microphone, as blocks of sound: float32 [frames], mono, full scale +-1.0.

Conventions. The library (:mod:`musicrnn.soundcard`) is imported when the first
block is asked for. A device that does not have the wanted rate is opened at its own and resampled
(soxr). Blocks are queued, so that a consumer that is late for a moment loses nothing; one that is
MAX_LATE_SECONDS late is told so, lest the queue grow without end.
"""

from __future__ import annotations

import queue
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.soundcard import rate_of_device, sound_library

TIMEOUT_SECONDS = 5.0  # seconds without a block, then the microphone is gone
MAX_LATE_SECONDS = 30.0  # seconds of sound that may wait to be taken


def microphone_blocks(rate: int, block: int) -> Generator[NDArray[np.float32]]:
    """The default microphone from the first block on, ``block`` frames at a time, without end.

    Closing the generator closes the microphone (contextlib.closing).

    Raises:
        MusicRNNError: sounddevice or PortAudio is missing, there is no microphone, it cannot be
            opened, or it falls silent; or its blocks are not taken as quickly as they come.
    """
    if rate < 1 or block < 1:
        raise MusicRNNError(f"rate and block must be at least 1, got {rate} Hz, {block} frames")
    device = sound_library("input")
    own = rate_of_device(device, "input", rate=rate, channels=1)
    if own == rate:
        yield from _captured(device, rate, block)
    else:
        with closing(_captured(device, own, max(1, round(block * own / rate)))) as captured:
            yield from _blocks(_resampled(captured, own, rate), block)


def _captured(device: Any, rate: int, block: int) -> Generator[NDArray[np.float32]]:
    waiting: queue.SimpleQueue[NDArray[np.float32]] = queue.SimpleQueue()

    def take(samples: NDArray[np.float32], frames: int, time: Any, status: Any) -> None:
        del frames, time, status
        # [frames, channels] is the device's own memory, and some devices begin with NaN
        waiting.put(np.nan_to_num(samples[:, 0], posinf=0.0, neginf=0.0))

    try:
        stream = device.InputStream(
            samplerate=rate, blocksize=block, channels=1, dtype="float32", callback=take
        )
        with stream:
            while True:
                if waiting.qsize() * block > MAX_LATE_SECONDS * rate:
                    raise MusicRNNError(
                        f"more than {MAX_LATE_SECONDS:g} s of sound wait to be heard: "
                        "this computer is too slow for it, or too busy"
                    )
                yield waiting.get(timeout=TIMEOUT_SECONDS)
    except queue.Empty as error:
        raise MusicRNNError(
            f"the microphone gave no sound for {TIMEOUT_SECONDS:g} s: was it unplugged?"
        ) from error
    except device.PortAudioError as error:
        raise MusicRNNError(f"the microphone cannot be opened: {error}") from error


def _resampled(
    blocks: Iterable[NDArray[np.float32]], own: int, rate: int
) -> Iterator[NDArray[np.float32]]:
    import soxr

    stream = soxr.ResampleStream(own, rate, 1, dtype="float32")
    for block in blocks:
        yield stream.resample_chunk(block)


def _blocks(pieces: Iterable[NDArray[np.float32]], block: int) -> Iterator[NDArray[np.float32]]:
    """Pieces of any length as blocks of one length."""
    held = np.zeros(0, np.float32)
    for piece in pieces:
        held = np.concatenate([held, piece])
        while len(held) >= block:
            yield held[:block]
            held = held[block:]
