"""Augmentation of clips: shift, speed, frequency warping, tempo, colour, gain, rooms, noise.

Conventions. Clips float32 [B, N] at ``rate`` Hz, full scale +-1; what is drawn for a row depends
on the generator alone. Frames float32 [B, T, F] in dB. Sources: speed (Ko et al. 2015), room
responses and noise (Ko et al. 2017), frequency warping (vocal tract length, Jaitly and Hinton
2013).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Random, Samples
from musicrnn.augmentation.noise import random_noise, unit_power
from musicrnn.augmentation.room import random_response, reverberate
from musicrnn.bounds import check, number
from musicrnn.errors import MusicRNNError

MIN_LEVEL = 1e-5  # of full scale: below it a clip counts as silent


@dataclass(frozen=True)
class AugmentationSettings:
    """How strongly clips are augmented; 0 or an empty range switches a kind off."""

    shift: float = number(0.1, 0, 10)  # seconds to either side
    speed: float = number(0.2, 0, 0.5)  # share by which a clip is faster or slower, with its pitch
    warp: float = number(0.15, 0, 0.5)  # share by which the bands are stretched or pressed
    tempo: float = number(0.12, 0, 0.5)  # share by which it is faster or slower, its pitch kept
    colour: float = number(6.0, 0, 30)  # dB to either side that a band is louder or softer
    least_gain: float = number(-36.0, -80, 40)  # dB
    most_gain: float = number(9.0, -80, 40)
    room: float = number(0.25, 0, 1)  # share of clips that sound in a room
    noise: float = number(0.7, 0, 1)  # share of clips with noise under them
    least_snr: float = 0.0  # dB
    most_snr: float = 30.0

    def __post_init__(self) -> None:
        check(self, "drawing.variation.")
        if not -40 <= self.least_snr <= self.most_snr <= 80:
            raise MusicRNNError(
                f"least_snr and most_snr must rise within -40..80 dB, got {self.least_snr} "
                f"and {self.most_snr}"
            )
        if not self.least_gain <= self.most_gain:
            raise MusicRNNError(
                f"least_gain and most_gain must rise, got {self.least_gain} and {self.most_gain}"
            )


def shift_and_stretch(
    random: Random,
    clips: Samples,
    marks: NDArray[np.float32],
    *,
    variation: AugmentationSettings,
    rate: int,
) -> tuple[Samples, NDArray[np.float32]]:
    """Clips [B, N] shifted in time and played faster or slower; where the places ``marks`` [B, M],
    in samples, are now.

    Zeros come in from outside. The samples between two are linearly interpolated: cheap, and
    another small variation.
    """
    rows, length = clips.shape
    speed = np.exp(random.uniform(-1, 1, rows) * np.log1p(variation.speed)).astype(np.float32)
    shift = (random.uniform(-1, 1, rows) * variation.shift * rate).astype(np.float32)
    middle = np.float32((length - 1) / 2)
    out = np.empty_like(clips)
    time = np.arange(length, dtype=np.float32) - middle
    for row in range(rows):
        place = time * speed[row] + (middle - shift[row])
        left = np.floor(place)
        part = place - left
        at = left.astype(np.int64)
        inside = (at >= 0) & (at < length - 1)
        at = at.clip(0, length - 2)
        sound = clips[row]
        out[row] = ((1 - part) * sound[at] + part * sound[at + 1]) * inside
    moved = (marks - middle + shift[:, None]) / speed[:, None] + middle
    return out, moved.clip(0, length).astype(np.float32)


def mix_noise(
    random: Random,
    clips: Samples,
    variation: AugmentationSettings,
    *,
    backgrounds: Sequence[Sequence[Samples]],
    rate: int,
) -> Samples:
    """Clips with reverberation, random gain and noise: of ``backgrounds``, kind by kind, or made by
    code."""
    rows, length = clips.shape
    out = clips.copy()
    echoing = np.flatnonzero(random.uniform(size=rows) < variation.room)
    for group in np.array_split(echoing, max(1, len(echoing) // 8)):  # a room for some clips
        if len(group):
            out[group] = reverberate(clips[group], random_response(random, rate))
    level = np.sqrt(np.square(clips).mean(1, dtype=np.float64) * 2)  # half of a clip is word
    for row in range(rows):
        if random.uniform() < variation.noise:
            snr = float(random.uniform(variation.least_snr, variation.most_snr))
            voice = level[row] if level[row] > MIN_LEVEL else float(random.uniform(0.001, 0.1))
            noise = background(random, length, backgrounds=backgrounds, rate=rate)
            out[row] += np.float32(voice * 10 ** (-snr / 20)) * noise
    gain = 10 ** (random.uniform(variation.least_gain, variation.most_gain, (rows, 1)) / 20)
    return (out * gain.astype(np.float32)).clip(-1, 1)


def background(
    random: Random, length: int, *, backgrounds: Sequence[Sequence[Samples]], rate: int
) -> Samples:
    """Some of a recording of a kind, or a noise made by code, each as often as the others; mean
    square 1 [length]."""
    kinds = [kind for kind in backgrounds if kind]
    which = int(random.integers(len(kinds) + 1))
    if which == len(kinds):
        return random_noise(random, length, rate)
    recording = kinds[which][int(random.integers(len(kinds[which])))]
    start = int(random.integers(max(1, len(recording) - length)))
    return unit_power(np.resize(recording[start : start + length], length))


def frequency_warp(random: Random, frames: Samples, variation: AugmentationSettings) -> Samples:
    """Frames [B, T, F] with the frequency axis stretched or compressed, each row by its own
    factor."""
    rows, _, bands = frames.shape
    factor = np.exp(random.uniform(-1, 1, rows) * np.log1p(variation.warp))
    place = (np.arange(bands)[None] * factor[:, None]).clip(0, bands - 1)  # [B, F]
    left = np.floor(place).astype(np.int64).clip(0, bands - 2)
    part = (place - left).astype(np.float32)
    weights = np.zeros((rows, bands, bands), np.float32)  # from band, to band
    row, to = np.arange(rows)[:, None], np.arange(bands)[None]
    weights[row, left, to] = 1 - part
    weights[row, left + 1, to] += part
    return frames @ weights


def coloured_frames(random: Random, frames: Samples, variation: AugmentationSettings) -> Samples:
    """Frames [B, T, F] as through other microphones: a curve over the bands for each row, a slope
    and a wave of ``colour`` dB at most together."""
    rows, _, bands = frames.shape
    place = np.linspace(-1, 1, bands, dtype=np.float32)
    slope, depth = random.uniform(-0.5, 0.5, (2, rows, 1)).astype(np.float32) * variation.colour
    waves, phase = random.uniform(0.5, 2, (rows, 1)), random.uniform(0, 2 * np.pi, (rows, 1))
    curve = slope * place + depth * np.sin(np.pi * waves * place + phase).astype(np.float32)
    return frames + curve[:, None].astype(np.float32)


def tempo_warp(
    random: Random, frames: Samples, marks: NDArray[np.float32], variation: AugmentationSettings
) -> tuple[Samples, NDArray[np.float32]]:
    """Frames [B, T, F] played faster or slower around their middle without another pitch, the ends
    held where nothing comes in; where the places ``marks`` [B, M], in frames, are now."""
    rows, length, _ = frames.shape
    factor = np.exp(random.uniform(-1, 1, (rows, 1)) * np.log1p(variation.tempo))
    middle = (length - 1) / 2
    place = ((np.arange(length)[None] - middle) * factor + middle).clip(0, length - 1)
    left = np.floor(place).astype(np.int64).clip(0, max(0, length - 2))
    part = (place - left).astype(np.float32)[..., None]
    row, right = np.arange(rows)[:, None], np.minimum(left + 1, length - 1)
    out = (1 - part) * frames[row, left] + part * frames[row, right]
    return out, ((marks - middle) / factor + middle).clip(0, length).astype(np.float32)
