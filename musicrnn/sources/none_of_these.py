"""Recordings that have none of the labels: speech that is at hand, and sounds made by code.

Conventions. Windows are made as a model of songs reads them, uint8 log-mel frames [T, F]. What is
drawn depends on the split alone; languages of speech are apart as in musicrnn.sources.other_sounds.
They are made once and kept in the user's cache folder, by the recipe and the speech that is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Random
from musicrnn.augmentation.no_music import KINDS, Kind
from musicrnn.augmentation.noise import coloured, random_noise, unit_power
from musicrnn.augmentation.room import random_response, reverberate
from musicrnn.features.logmel import LogMel, quantize
from musicrnn.listening.gate import no_music
from musicrnn.sources.corpus import SOUND_RATE, OtherSound, Windows
from musicrnn.sources.kept import Kept, kept, key_of
from musicrnn.sources.other_sounds import SoundsAtHand
from musicrnn.training.data import SPLITS, Split
from musicrnn.waveform import Waveform

SPEECH = "speech"
VERSION = 6  # of what is drawn
COUNTS: dict[Split, tuple[int, int]] = {  # of speech, and of each kind made by code
    "train": (240, 30), "valid": (60, 8), "test": (60, 8),
}  # fmt: skip
MORE = {"practice": 4, "voices": 6}  # times as many: they are nearest to music, and to speech
SHORTEST = 3.0  # seconds; half of them last a whole window
NOISY, IN_A_ROOM, EXPANDED = 0.25, 0.2, 0.5  # shares of the speech
FASTER, SPEEDS = 0.5, (0.85, 1.6)  # share of the speech, and how much, pitch and all
TRIES = 20
WIDE = 0.88  # of half a rate: where a codec or a resampler begins to cut


@dataclass(frozen=True)
class NoneOfThese:
    """Makes them for a recipe; without speech ``at_hand`` there are sounds made by code alone."""

    recipe: LogMel
    at_hand: SoundsAtHand

    def read(self, split: Split) -> list[tuple[str, Windows]]:
        """A name such as "speech 12", and the windows.

        Raises:
            MusicRNNError: the speech cannot be read, or the cache folder cannot be written to.
        """
        made = kept("none", self._key(split), lambda: self._kept(split))
        found, start = list[tuple[str, Windows]](), 0
        for name, length in made.listed:
            frames = made.samples[start : start + length].astype(np.uint8)
            found.append((name, (frames,)))
            start += length
        return found

    def _kept(self, split: Split) -> Kept:
        made = list(self._made(split))
        frames = np.concatenate([frames for _, frames in made]).astype(np.int16)
        return Kept(frames, [(name, len(frames)) for name, frames in made])

    def _made(self, split: Split) -> Iterator[tuple[str, Any]]:
        random = np.random.default_rng([20_261_201, SPLITS.index(split)])
        spoken, each = COUNTS[split]
        voices = [sound for sound in self.at_hand.read(split) if sound.kind != "music"]
        for number in range(spoken if voices else 0):
            voice = voices[number % len(voices)]
            yield f"{SPEECH} {number}", self._frames(random, voice)
        for name, kind in KINDS.items():
            for number in range(each * MORE.get(name, 1)):
                yield f"{name} {number}", self._frames(random, kind)

    def _frames(self, random: Random, of: Any) -> Any:
        """Log-mel frames of a sound that the gate lets through."""
        for _ in range(TRIES):
            sound = self._sound(random, of)
            if no_music(self.recipe.frames(sound), sound.seconds) is None:
                break
        else:
            sound = self._sound(random, of)
        return quantize(self.recipe.frames(sound))

    def _sound(self, random: Random, of: Any) -> Waveform:
        seconds, rate = self.recipe.window_seconds, self.recipe.rate
        if random.uniform() < 0.5:
            seconds = float(random.uniform(min(SHORTEST, seconds), seconds))
        if isinstance(of, OtherSound):
            return widened(random, spoken_part(random, of.samples, seconds), rate)
        return made(random, of, seconds, rate)

    def _key(self, split: Split) -> str:
        told = (VERSION, self.recipe.configuration(), COUNTS[split], list(KINDS), split)
        return key_of(*told, self.at_hand.key(split))


def made(random: Random, kind: Kind, seconds: float, rate: int) -> Waveform:
    """A sound made by code, in half of the cases as recorded: in a little noise."""
    sound = kind(random, seconds, rate)
    if random.uniform() < 0.5:
        level = np.float32(10 ** random.uniform(-4, -1))
        sound = sound + level * coloured(random, len(sound), float(random.uniform(0, 2)))
    return Waveform((0.05 * sound).astype(np.float32)[None], rate)


def widened(random: Random, voice: Waveform, rate: int) -> Waveform:
    """Speech at another rate, in most cases with what its codec cut off above half of its own rate:
    the spectrum below goes on there, softer. Else a model learns that speech has nothing there."""
    moved = voice.resampled(rate)
    top = WIDE * voice.rate / 2
    if rate <= voice.rate or random.uniform() < 0.25:
        return moved
    spectrum = np.fft.rfft(moved.samples[0])
    first = round(top * moved.seconds)
    width = len(spectrum) - first
    copied = spectrum[first - width : first] if width <= first else spectrum[:width]
    fall = np.linspace(0, random.uniform(0, 30), width) + random.uniform(0, 12)
    spectrum[first:] = copied * 10 ** (-fall / 20)
    sound = np.fft.irfft(spectrum, moved.samples.shape[1]).astype(np.float32)
    return Waveform(sound[None], rate)


def expanded(voice: NDArray[np.float32], power: float) -> NDArray[np.float32]:
    """Speech whose soft parts are softer still, as of voices made by code and of gated ones."""
    size = SOUND_RATE // 50
    level = np.sqrt(np.convolve(np.square(voice), np.full(size, 1 / size), "same")) + 1e-3
    return (voice * (level / level.max()) ** power).astype(np.float32)


def spoken_part(random: Random, samples: Any, seconds: float) -> Any:
    """Some of a stretch of speech, perhaps in a room or with noise under it."""
    speed = float(np.exp(random.uniform(*np.log(SPEEDS)))) if random.uniform() < FASTER else 1.0
    length = round(seconds * speed * SOUND_RATE)
    start = int(random.integers(max(1, len(samples) - length)))
    voice = samples[start : start + length].astype(np.float32)
    if random.uniform() < EXPANDED:
        voice = expanded(voice, float(random.uniform(0.2, 1.5)))
    voice = unit_power(voice)
    if random.uniform() < IN_A_ROOM:
        voice = reverberate(voice[None], random_response(random, SOUND_RATE))[0]
    if random.uniform() < NOISY:
        noise = random_noise(random, len(voice), SOUND_RATE)
        voice = voice + np.float32(10 ** (-random.uniform(5, 30) / 20)) * noise
    spoken = Waveform((0.05 * voice).astype(np.float32)[None], round(SOUND_RATE * speed))
    return spoken.resampled(SOUND_RATE)
