"""The sound of a piece while it is generated, forwards in time, as far as its events are known.

Conventions. What comes out, block after block, are the samples of :func:`musicrnn.synth.render`
before its level is set: the same voices added in the same order, so the same bits. (One exception,
which tokens cannot say: a pitch that one instrument plays twice at one moment, whose notes may end
in each other's place.)
Frames count from the beginning of the piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import inf
from pathlib import Path

from musicrnn.arrays import Float32Array
from musicrnn.note_events import EventBatch
from musicrnn.synth.mix import Mix
from musicrnn.synth.render import FADE_SECONDS, TAIL_SECONDS, check_rate, fade
from musicrnn.synth.soundfont import read_soundfont
from musicrnn.synth.soundfonts import default_soundfont
from musicrnn.synth.voice import VoiceAllocator

ROUNDING_FRAMES = 3  # frames by which a note may sound before its time


class Mixer:
    """Turns the events of a piece into its sound; ``rate`` in Hz, TimGM6mb.sf2 by default.

    Raises:
        MusicRNNError: the rate is out of range, or the SoundFont cannot be read.
    """

    def __init__(self, *, rate: int = 44_100, soundfont: str | Path | None = None) -> None:
        check_rate(rate)
        self.rate = rate
        font = read_soundfont(default_soundfont() if soundfont is None else soundfont)
        self._mix = Mix(font, rate)
        self._allocator = VoiceAllocator(font, rate)
        self._until = 0.0
        self._end = 0.0  # of the last note-off
        self._down = 0  # notes that sound

    @property
    def at(self) -> int:
        """The frame that comes next."""
        return self._mix.at

    def push(self, batch: EventBatch) -> None:
        """Take in the next batch of events."""
        for seconds, velocity, instrument, pitch in batch.events:
            if velocity:
                self._down += 1
                self._mix.add(self._allocator.note_on(instrument, pitch, velocity, start=seconds))
            else:
                self._down -= 1
                self._end = seconds
                self._allocator.note_off(instrument, pitch, seconds)
        self._until = batch.until

    @property
    def available(self) -> int:
        """How many frames can be mixed now."""
        if self._until == inf:
            return max(0, self.frames - self.at)
        until = self._until
        if not self._down:  # if this is the end of the piece, its sound will be faded out
            until = min(until, self._end + TAIL_SECONDS - FADE_SECONDS)
        return max(0, int(until * self.rate) - ROUNDING_FRAMES - self.at)

    @property
    def frames(self) -> int:
        """How many there are of the piece as known so far, and the tail."""
        return round((self._end + TAIL_SECONDS) * self.rate)

    @property
    def over(self) -> bool:
        """Whether all has come out."""
        return self._until == inf and self.at >= self.frames

    def mix(self, frames: int) -> Float32Array:
        """The next ``frames``, or as many as are :attr:`available` if fewer: [2, frames]."""
        begins = self.at
        mixed = self._mix.next(min(frames, self.available))
        if self._until == inf:
            fade(mixed, begins, end=self.frames, rate=self.rate)
        return mixed

    def blocks(self, batches: Iterable[EventBatch], frames: int) -> Iterator[Float32Array]:
        """The whole sound in blocks [2, frames], the last as short as it is, each as soon as the
        events allow."""
        for batch in batches:
            self.push(batch)
            while self.available >= frames:
                yield self.mix(frames)
        while not self.over:
            yield self.mix(frames)
