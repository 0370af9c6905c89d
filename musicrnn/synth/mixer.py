"""The sound of a piece in the making, forwards in time, as far as the piece is certain.

Conventions. What comes out, block after block, are the samples of :func:`musicrnn.synth.render`
before a piece that would clip is turned down: the same voices added in the same order, so the same
bits. (Two exceptions that tokens cannot say: a key that one part strikes twice at one moment, whose
strokes may end in each other's place; and a pedal that holds notes beyond the end of the last.)
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

from musicrnn.strokes import News
from musicrnn.synth.render import FADE_SECONDS, TAIL_SECONDS, check_rate, fade_out
from musicrnn.synth.soundfont import default_soundfont, read_soundfont
from musicrnn.synth.tone import Floats, Tone
from musicrnn.synth.voice import Hands, Voice, add

ROUNDING = 3  # frames by which a key may be heard before its time
TONE_BLOCKS = 1024  # kept of all tones: 134 MB

_order = attrgetter("order")


class Mixer:
    """Told what is certain of a piece, gives its sound; ``rate`` in Hz, TimGM6mb.sf2 by default.

    Raises:
        MusicRNNError: the rate is out of range, or the SoundFont cannot be read.
    """

    def __init__(self, *, rate: int = 44_100, soundfont: str | Path | None = None) -> None:
        check_rate(rate)
        self.rate = rate
        self.font = read_soundfont(default_soundfont() if soundfont is None else soundfont)
        self.at = 0  # the frame that comes next
        self._hands = Hands(self.font, rate)
        self._until = 0.0
        self._end = 0.0  # of the last key that went up
        self._down = 0  # keys
        self._coming: list[tuple[int, int, Voice]] = []  # by the frame at which they begin
        self._number = count()
        self._sounding: list[Voice] = []  # in order
        self._tones: dict[tuple[int, bool, int, int], Tone] = {}  # the one struck last at the end

    def tell(self, news: News) -> None:
        """Take note of what has become certain."""
        for seconds, velocity, part, pitch in news.keys:
            if velocity:
                self._down += 1
                for voice in self._hands.strike(part, pitch, velocity, start=seconds):
                    heapq.heappush(self._coming, (voice.start, next(self._number), voice))
            else:
                self._down -= 1
                self._end = seconds
                self._hands.lift(part, pitch, seconds)
        self._until = news.until

    @property
    def certain(self) -> int:
        """How many frames may be asked for now."""
        if self._until == inf:
            return max(0, self.frames - self.at)
        until = self._until
        if not self._down:  # if this is the end of the piece, its sound will be faded out
            until = min(until, self._end + TAIL_SECONDS - FADE_SECONDS)
        return max(0, int(until * self.rate) - ROUNDING - self.at)

    @property
    def frames(self) -> int:
        """How many there are of the piece as told so far, and the tail."""
        return round((self._end + TAIL_SECONDS) * self.rate)

    @property
    def over(self) -> bool:
        """Whether all has come out."""
        return self._until == inf and self.at >= self.frames

    def mix(self, frames: int) -> Floats:
        """The next ``frames``, or as many as are :attr:`certain` if fewer: [2, frames]."""
        mixed = np.zeros((2, min(frames, self.certain)), np.float32)
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

    def blocks(self, news: Iterable[News], frames: int) -> Iterator[Floats]:
        """The whole sound in blocks [2, frames], the last as short as it is, each as soon as the
        news allows."""
        for told in news:
            self.tell(told)
            while self.certain >= frames:
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

    def _fade(self, mixed: Floats) -> None:
        if self._until < inf:
            return
        fade = fade_out(self.rate)
        begins = self.frames - len(fade)
        first = max(0, begins - self.at)
        if first < mixed.shape[1]:
            gains = fade[self.at + first - begins :]
            mixed[:, first:] *= gains[: mixed.shape[1] - first]
