"""The sound of a piece while it is generated, forwards in time, as far as its events are known.

Conventions. What comes out, block after block, are the samples of :func:`musicrnn.synth.render`
before a piece that would clip is turned down: the same voices added in the same order, so the same
bits. (Two exceptions that tokens cannot say: a pitch that one instrument plays twice at one moment,
whose notes may end in each other's place; and a pedal that holds notes beyond the end of the last.)
Frames count from the beginning of the piece. The work for a block depends on what sounds in it
alone, and the memory on that and on the tones that were struck last.
"""

from __future__ import annotations

import heapq
from bisect import insort
from collections.abc import Iterable, Iterator
from itertools import count
from math import inf
from operator import attrgetter
from pathlib import Path

import numpy as np

from musicrnn.arrays import Float32Array
from musicrnn.note_events import EventBatch
from musicrnn.synth.render import FADE_SECONDS, TAIL_SECONDS, check_rate, fade_out
from musicrnn.synth.soundfont import default_soundfont, read_soundfont
from musicrnn.synth.tone import Tone
from musicrnn.synth.voice import Voice, VoiceAllocator, add

ROUNDING_FRAMES = 3  # frames by which a note may sound before its time
TONE_BLOCKS = 1024  # kept of all tones: 134 MB

_order = attrgetter("order")


class Mixer:
    """Turns the events of a piece into its sound; ``rate`` in Hz, TimGM6mb.sf2 by default.

    Raises:
        MusicRNNError: the rate is out of range, or the SoundFont cannot be read.
    """

    def __init__(self, *, rate: int = 44_100, soundfont: str | Path | None = None) -> None:
        check_rate(rate)
        self.rate = rate
        self.font = read_soundfont(default_soundfont() if soundfont is None else soundfont)
        self.at = 0  # the frame that comes next
        self._allocator = VoiceAllocator(self.font, rate)
        self._until = 0.0
        self._end = 0.0  # of the last note-off
        self._down = 0  # notes that sound
        self._coming: list[tuple[int, int, Voice]] = []  # by the frame at which they begin
        self._number = count()
        self._sounding: list[Voice] = []  # in order
        self._tones: dict[tuple[int, bool, int, int], Tone] = {}  # the one struck last at the end

    def push(self, batch: EventBatch) -> None:
        """Take in the next batch of events."""
        for seconds, velocity, instrument, pitch in batch.events:
            if velocity:
                self._down += 1
                for voice in self._allocator.note_on(instrument, pitch, velocity, start=seconds):
                    heapq.heappush(self._coming, (voice.start, next(self._number), voice))
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
        mixed = np.zeros((2, min(frames, self.available)), np.float32)
        end = self.at + mixed.shape[1]
        while self._coming and self._coming[0][0] < end:
            insort(self._sounding, heapq.heappop(self._coming)[2], key=_order)
        for voice in self._sounding:
            add(mixed, self._tone(voice), voice, self.at)
        self._sounding = [
            voice for voice in self._sounding if voice.start + voice.frames(self._tone(voice)) > end
        ]
        self._fade(mixed)
        self.at = end
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

    def _tone(self, voice: Voice) -> Tone:
        tone = self._tones.pop(voice.tone, None)
        if tone is None:
            while sum(tone.blocks for tone in self._tones.values()) > TONE_BLOCKS:
                del self._tones[next(iter(self._tones))]
            region = voice.region
            tone = Tone(region, self.font.frames_of(region), voice.key, rate=self.rate)
        self._tones[voice.tone] = tone
        return tone

    def _fade(self, mixed: Float32Array) -> None:
        if self._until < inf:
            return
        fade = fade_out(self.rate)
        begins = self.frames - len(fade)
        first = max(0, begins - self.at)
        if first < mixed.shape[1]:
            gains = fade[self.at + first - begins :]
            mixed[:, first:] *= gains[: mixed.shape[1] - first]
