"""Voices become consecutive stretches of sound, in memory that does not grow with the piece.

Conventions. Stereo, float32 [2, frames]; frames count from the beginning of the piece. The same
samples come whatever the stretches. The work for a stretch depends on what sounds in it alone, the
memory on that and on the blocks of tones that are kept, BLOCKS_KEPT.
"""

from __future__ import annotations

import heapq
from bisect import insort
from collections.abc import Iterable
from itertools import count
from operator import attrgetter

import numpy as np

from musicrnn.arrays import Float32Array
from musicrnn.synth.soundfont import SoundFont
from musicrnn.synth.tone import Tone
from musicrnn.synth.voice import ToneName, Voice, add

BLOCKS_KEPT = 1536  # of all tones: 200 MB

_order = attrgetter("order")


class Mix:
    """The sum of the voices of a piece, forwards in time."""

    def __init__(self, font: SoundFont, rate: int) -> None:
        self.font, self.rate = font, rate
        self.at = 0  # the frame that comes next
        self._coming: list[tuple[int, int, Voice]] = []  # by the frame at which they begin
        self._number = count()
        self._sounding: list[Voice] = []  # in order
        self._tones: dict[ToneName, Tone] = {}
        self._kept: dict[ToneName, int] = {}  # blocks; the tone struck last last
        self._blocks = 0  # kept of all tones

    def add(self, voices: Iterable[Voice]) -> None:
        """Voices that begin at :attr:`at` or later."""
        for voice in voices:
            heapq.heappush(self._coming, (voice.start, next(self._number), voice))

    def next(self, frames: int) -> Float32Array:
        """The next stretch, [2, frames]."""
        mixed = np.zeros((2, frames), np.float32)
        end = self.at + frames
        while self._coming and self._coming[0][0] < end:
            insort(self._sounding, heapq.heappop(self._coming)[2], key=_order)
        going_on: list[Voice] = []
        for voice in self._sounding:
            tone = self._tone(voice)
            add(mixed, tone, voice, self.at)
            self._keep(voice, tone)
            if voice.start + voice.frames(tone) > end:
                going_on.append(voice)
        self._sounding = going_on
        self.at = end
        return mixed

    def _tone(self, voice: Voice) -> Tone:
        tone = self._tones.get(voice.tone)
        if tone is None:
            region = voice.region
            tone = Tone(region, self.font.frames_of(region), voice.key, rate=self.rate)
            self._tones[voice.tone] = tone
        return tone

    def _keep(self, voice: Voice, tone: Tone) -> None:
        """Counts the blocks of a tone that was heard, and forgets those not heard for longest."""
        self._blocks += tone.blocks - self._kept.pop(voice.tone, 0)
        self._kept[voice.tone] = tone.blocks
        while self._blocks > BLOCKS_KEPT:
            oldest = next(iter(self._kept))
            self._blocks -= self._kept.pop(oldest)
            self._tones[oldest].forget()
