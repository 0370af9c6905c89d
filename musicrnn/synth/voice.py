"""Note-on and note-off events become voices, and voices are added to a mix.

Conventions. Frames count from the beginning of the piece. A voice is one recording that a note
sounds. It is added to any stretch of the mix by itself, and the same samples come whatever the
stretches; where voices are added in the order of ``Voice.order``, so does their sum.

A note sounds until its note-off or until another of its exclusive class begins (an open hi-hat and
a closed one), then dies away as its instrument does. Loudness is (velocity / 127) squared, where
the SoundFont does not say otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import inf

import numpy as np

from musicrnn.arrays import Float32Array
from musicrnn.note_events import Instrument
from musicrnn.synth.region import Region, struck
from musicrnn.synth.soundfont import SoundFont
from musicrnn.synth.tone import TONE_BLOCK_FRAMES, Tone

# Program, whether drums, pitch, number of the region, and the velocity where it changes the sound.
ToneName = tuple[int, bool, int, int, int]

DAMP_SECONDS = 0.01
NOT_YET = 2**40  # frames


_Struck = tuple[int, int, Region, float]  # number of the region, velocity or 0, itself, gain


@dataclass(slots=True)
class Voice:
    """One recording in the mix; lengths are frames from its start."""

    order: tuple[int, bool, int, int, int, float, int, int]  # of the tone first, then by start
    region: Region
    key: int
    begins: float  # seconds
    start: int
    left: np.float32
    right: np.float32
    held: int = NOT_YET
    cut: int = NOT_YET  # after which another note of its exclusive class has ended it
    level: np.float32 | None = None  # when the key is let go

    @property
    def tone(self) -> ToneName:
        """Voices with the same one share a :class:`Tone`."""
        return self.order[:5]

    def frames(self, tone: Tone) -> int:
        """How long it sounds, as far as is known."""
        return max(0, min(self.held + tone.release_frames, tone.frames, self.cut))


class VoiceAllocator:
    """Which voices the notes of a piece sound, at ``rate`` Hz; events come in order of time."""

    def __init__(self, font: SoundFont, rate: int) -> None:
        self.font, self.rate = font, rate
        self._regions: dict[tuple[int, bool], tuple[Region, ...]] = {}
        self._struck: dict[tuple[int, bool, int, int], list[_Struck]] = {}
        self._of_class: defaultdict[tuple[int, int], list[Voice]] = defaultdict(list)
        self._down: defaultdict[tuple[int, int], list[list[Voice]]] = defaultdict(list)

    def note_on(
        self, part: Instrument, pitch: int, velocity: int, *, start: float, end: float = inf
    ) -> list[Voice]:
        """The voices of a note; without an ``end`` in seconds it lasts until :meth:`note_off`."""
        voices: list[Voice] = []
        program = 0 if part.is_drum else part.program
        for index, variant, region, loud in self._struck_by(part, pitch, velocity):
            angle = (region.pan + 0.5) * np.pi / 2
            voice = Voice(
                order=(program, part.is_drum, pitch, index, variant, start, part.number, velocity),
                region=region,
                key=pitch,
                begins=start,
                start=round(start * self.rate),
                left=np.float32(loud * np.cos(angle)),
                right=np.float32(loud * np.sin(angle)),
            )
            if region.exclusive:
                self._choke(self._of_class[part.number, region.exclusive], voice)
            if end < inf:
                voice.held = int((end - start) * self.rate)
            voices.append(voice)
        if end == inf:
            self._down[part.number, pitch].append(voices)
        return voices

    def note_off(self, part: Instrument, pitch: int, end: float) -> None:
        """The note that has sounded longest ends, if one sounds."""
        voices = self._down[part.number, pitch]
        for voice in voices.pop(0) if voices else ():
            voice.held = int((end - voice.begins) * self.rate)

    def _choke(self, sounding: list[Voice], by: Voice) -> None:
        for voice in sounding:
            if voice.begins < by.begins:
                voice.cut = int((by.begins - voice.begins + DAMP_SECONDS) * self.rate)
        sounding[:] = [voice for voice in sounding if voice.cut == NOT_YET]
        sounding.append(by)

    def _struck_by(self, part: Instrument, pitch: int, velocity: int) -> list[_Struck]:
        wanted = (0 if part.is_drum else part.program, part.is_drum, pitch, velocity)
        if wanted not in self._struck:
            if wanted[:2] not in self._regions:
                self._regions[wanted[:2]] = self.font.regions(part.program, drums=part.is_drum)
            found: list[_Struck] = []
            for index, region in enumerate(self._regions[wanted[:2]]):
                if (
                    region.keys[0] <= pitch <= region.keys[1]
                    and region.velocities[0] <= velocity <= region.velocities[1]
                ):
                    heard, gain = struck(region, pitch, velocity)
                    found.append((index, 0 if heard is region else velocity, heard, gain))
            self._struck[wanted] = found
        return self._struck[wanted]


def add(mix: Float32Array, tone: Tone, voice: Voice, at: int) -> None:
    """Adds to ``mix`` [2, frames], which begins at frame ``at`` of the piece, what sounds there of
    a voice."""
    first = max(0, at - voice.start)
    last = min(voice.frames(tone), at + mix.shape[1] - voice.start)
    for index in range(first // TONE_BLOCK_FRAMES, -(-last // TONE_BLOCK_FRAMES)):
        block = index * TONE_BLOCK_FRAMES  # frames of the voice
        a, b = max(first, block), min(last, block + TONE_BLOCK_FRAMES)
        sound = _sound(tone, voice, a, b)
        start = voice.start + a - at
        mix[0, start : start + b - a] += sound * voice.left
        mix[1, start : start + b - a] += sound * voice.right


def _sound(tone: Tone, voice: Voice, a: int, b: int) -> Float32Array:
    """Frames a to b of a voice, all in one block of its tone, before velocity and pan."""
    index = a // TONE_BLOCK_FRAMES
    held, ringing = (
        part[a - index * TONE_BLOCK_FRAMES : b - index * TONE_BLOCK_FRAMES]
        for part in tone.block(index)
    )
    sound = held
    if voice.held < b:  # from there on the release, not the envelope, turns it down
        if voice.level is None:
            level = tone.attenuation(np.array([voice.held]))[0]
            voice.level = np.float32(10 ** (-level / 20))
        let_go = max(a, voice.held)
        gains = tone.release(let_go - voice.held, b - let_go) * voice.level
        sound = held.copy()
        np.multiply(ringing[let_go - a :], gains, out=sound[let_go - a :])
    damp = int(DAMP_SECONDS * tone.rate)
    if voice.cut - damp < b:
        left = voice.cut - np.arange(a, b)
        sound = sound * np.minimum(1, left / damp).astype(np.float32)
    return sound
