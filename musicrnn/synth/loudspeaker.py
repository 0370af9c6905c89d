"""The loudspeaker: blocks of sound are played while the next ones are computed.

Conventions. Stereo, float32 [2, frames], full scale +-1.0; what is louder is clipped. Blocks are
computed up to AHEAD_SECONDS before they are played; one that is late leaves a gap of silence, and
nothing is lost.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any

import numpy as np

from musicrnn.arrays import Float32Array
from musicrnn.errors import MusicRNNError
from musicrnn.soundcard import rate_of_device, sound_library

BLOCK_FRAMES = 1024  # frames: 23 ms
LEAD_SECONDS = 0.15  # of sound are there before the first is played
AHEAD_SECONDS = 2.0
TIMEOUT_SECONDS = 5.0  # without a block taken: then the loudspeaker is gone
POLL_SECONDS = 0.05
GONE = f"the loudspeaker took no sound for {TIMEOUT_SECONDS:g} s: was it unplugged?"


class Loudspeaker:
    """The default output; ``rate`` is the one asked for, or its own where it has not that one.

    Raises:
        MusicRNNError: sounddevice or PortAudio is missing, or there is no output device.
    """

    def __init__(self, rate: int = 44_100) -> None:
        self._library = sound_library("output")
        self.rate = rate_of_device(self._library, "output", rate=rate, channels=2)
        self.gaps = 0  # blocks that were late
        self._waiting: queue.Queue[Float32Array | None] = queue.Queue(
            self._blocks_in(AHEAD_SECONDS)
        )
        self._ended = threading.Event()

    def play(
        self, blocks: Iterable[Float32Array], stopped: Callable[[], bool] = lambda: False
    ) -> None:
        """Sounds blocks [2, BLOCK_FRAMES], of which the last may be shorter, until the last has
        been played or ``stopped``.

        Raises:
            MusicRNNError: the device cannot be opened, or takes no more sound.
        """
        library = self._library
        try:
            stream = library.OutputStream(
                samplerate=self.rate,
                blocksize=BLOCK_FRAMES,
                channels=2,
                dtype="float32",
                callback=self._give,
                finished_callback=self._ended.set,
            )
            opened = False
            try:
                for block in blocks:
                    if not opened and self._waiting.qsize() >= self._blocks_in(LEAD_SECONDS):
                        stream.start()
                        opened = True
                    if not self._put(np.clip(block, -1, 1), stopped):
                        return
                if not opened:
                    stream.start()
                if self._put(None, stopped):
                    self._wait(stopped)
            finally:
                stream.close()
        except library.PortAudioError as error:
            raise MusicRNNError(f"the loudspeaker cannot be opened: {error}") from error

    def _blocks_in(self, seconds: float) -> int:
        return -(-int(seconds * self.rate) // BLOCK_FRAMES)

    def _give(self, out: Any, frames: int, time: Any, status: Any) -> None:
        """Callback of the device, in its own thread: fill ``out`` [frames, 2]."""
        out[:] = 0
        try:
            block = self._waiting.get_nowait()
        except queue.Empty:
            self.gaps += 1
            return
        if block is None:
            raise self._library.CallbackStop
        out[: block.shape[1]] = block.T

    def _put(self, block: Float32Array | None, stopped: Callable[[], bool]) -> bool:
        """Whether it was put, and not stopped."""
        for _ in repeat(None, round(TIMEOUT_SECONDS / POLL_SECONDS)):
            if stopped():
                return False
            try:
                self._waiting.put(block, timeout=POLL_SECONDS)
            except queue.Full:
                continue
            return True
        raise MusicRNNError(GONE)

    def _wait(self, stopped: Callable[[], bool]) -> None:
        """Until what is still in the queue, and in the device, has been played."""
        for _ in repeat(None, round((TIMEOUT_SECONDS + AHEAD_SECONDS) / POLL_SECONDS)):
            if stopped() or self._ended.wait(POLL_SECONDS):
                return
        raise MusicRNNError(GONE)
