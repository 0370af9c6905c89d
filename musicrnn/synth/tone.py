"""One recording sounded at one key: pitch, low-pass filter and loudness as the key is held.

Conventions. Frames count at the output's rate from the start of the note; a tone is float32, full
scale 1, before velocity and pan. The pitch moves in steps of 64 frames. The filter, of second
order, is applied in the short-time spectrum (Hann windows of 1024 frames, half overlapped), so that
it can move without a loop over samples. Interpolation is cubic (Hermite, four points).

A tone is made block after block and kept, so that a key struck often is interpolated once.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float32Array
from musicrnn.synth.region import Envelope, Region

HOP = 512
TONE_BLOCK_FRAMES = 32 * HOP
PITCH_STEP_FRAMES = 64  # frames in which the pitch stays
SILENCE_DB = 90.0  # dB below the peak at which a tone has ended
MIN_RELEASE_SECONDS = 0.01
OPEN_FILTER_HZ = 18_000.0  # Hz: an inaudible cutoff
_WINDOW = np.sin(np.pi * (np.arange(2 * HOP) + 0.5) / (2 * HOP)).astype(np.float32)


class Tone:
    """The sound of ``region`` at ``key``, for as long as it is asked for."""

    def __init__(self, region: Region, recorded: NDArray[np.int16], key: int, *, rate: int) -> None:
        """``recorded`` is the region's own frames, [region.frames]."""
        self.region = region
        self.rate = rate
        self.key = key if region.fixed_key is None else region.fixed_key
        self.loudness = _scaled(region, self.key)
        self._recorded = _padded(region, recorded)
        self._phase = 0.0  # frames of the recording at which the next block begins
        self._before = np.zeros(0, np.float32)  # unfiltered frames that the next block needs
        self._blocks: list[tuple[Float32Array, Float32Array]] = []

    @cached_property
    def frames(self) -> int:
        """Frames until the held tone has ended: its recording is over or its loudness gone."""
        longest = 2**40
        loudness = self.loudness
        if loudness.sustain >= SILENCE_DB:
            before = loudness.delay + loudness.attack + loudness.hold
            longest = int((before + loudness.decay * SILENCE_DB / 100) * self.rate) + 1
        if self.region.loop is None:
            slowest = self._ratio * 2 ** (-self._pitch_span / 1200)
            longest = min(longest, int(self.region.frames / slowest) + 1)
        return longest

    def block(self, index: int) -> tuple[Float32Array, Float32Array]:
        """Block ``index`` of TONE_BLOCK_FRAMES: with the loudness envelope, and without."""
        while len(self._blocks) <= index:
            self._blocks.append(self._next_block())
        return self._blocks[index]

    @property
    def blocks(self) -> int:
        """How many blocks are kept."""
        return len(self._blocks)

    @cached_property
    def release(self) -> Float32Array:
        """The gain of each frame after the key is let go, down to SILENCE_DB."""
        seconds = max(self.region.release, MIN_RELEASE_SECONDS)  # in which it falls by 100 dB
        down = np.arange(int(seconds * SILENCE_DB / 100 * self.rate) + 1)
        down = down * (-100 / 20 * np.log(10) / (seconds * self.rate))
        return np.exp(down).astype(np.float32)

    def attenuation(self, frames: NDArray[np.int64]) -> Float32Array:
        """dB below the peak at these frames of the held tone."""
        loudness = self.loudness
        seconds = frames / self.rate - loudness.delay
        peak = loudness.attack + loudness.hold
        down = (seconds - peak) * (100 / max(loudness.decay, 1e-4))
        level = np.clip(down, 0, loudness.sustain)
        if loudness.attack:
            rising = np.clip(seconds / loudness.attack, 1e-6, 1)
            level = np.where(seconds < loudness.attack, -20 * np.log10(rising), level)
        if loudness.delay:
            level = np.where(seconds < 0, 120.0, level)
        return level.astype(np.float32)

    def _next_block(self) -> tuple[Float32Array, Float32Array]:
        index = len(self._blocks)
        if index == 0:
            ahead = self._unfiltered(0, TONE_BLOCK_FRAMES + HOP)
            self._before = np.concatenate([np.zeros(HOP, np.float32), ahead[:HOP]])
            new = ahead[HOP:]
        else:
            new = self._unfiltered(index * TONE_BLOCK_FRAMES + HOP, TONE_BLOCK_FRAMES)
        sound = np.concatenate([self._before, new])  # from HOP before the block to HOP after it
        self._before = sound[-2 * HOP :]
        region = self.region
        closes = region.cutoff < OPEN_FILTER_HZ or region.modulation_to_cutoff < 0
        filtered = self._filtered(sound, index) if closes else sound[HOP:-HOP]
        frames = np.arange(index * TONE_BLOCK_FRAMES, (index + 1) * TONE_BLOCK_FRAMES)
        depth, hertz, delay = region.tremolo
        if depth:
            swing = depth * _triangle(hertz, frames / self.rate - delay)
            filtered = np.multiply(filtered, 10 ** (swing / 20), dtype=np.float32)
        level = self.attenuation(frames)
        gain = np.exp(level * np.float32(-np.log(10) / 20))
        return np.multiply(filtered, gain, dtype=np.float32), filtered

    def _filtered(self, sound: Float32Array, index: int) -> Float32Array:
        windows = np.lib.stride_tricks.sliding_window_view(sound, 2 * HOP)[::HOP]  # [W, 2 HOP]
        spectra = np.fft.rfft(windows * _WINDOW)
        seconds = (index * TONE_BLOCK_FRAMES + HOP * np.arange(len(windows))) / self.rate
        region = self.region
        moved = region.modulation_to_cutoff * _stage(region.modulation, seconds)
        cutoff = np.clip(region.cutoff * np.exp2(moved / 1200), 20, OPEN_FILTER_HZ)
        hertz = np.fft.rfftfreq(2 * HOP, 1 / self.rate)
        quality = 10 ** ((region.resonance - 3.01) / 20)
        over = (hertz / cutoff[:, None]).astype(np.float32)  # [W, HOP + 1]
        spectra /= 1 - over**2 + 1j * over / np.float32(quality)
        back = np.fft.irfft(spectra, 2 * HOP) * _WINDOW
        return np.add(back[:-1, HOP:], back[1:, :HOP], dtype=np.float32).reshape(-1)

    @property
    def _ratio(self) -> float:
        """Frames of the recording that pass in one frame of output."""
        cents = self.region.cents + (self.key - self.region.root) * self.region.cents_per_key
        return float(self.region.rate / self.rate * 2 ** (np.clip(cents, -9600, 9600) / 1200))

    @property
    def _pitch_span(self) -> float:
        return abs(self.region.modulation_to_pitch) + abs(self.region.vibrato[0])

    def _unfiltered(self, start: int, count: int) -> Float32Array:
        """The next ``count`` frames (a multiple of PITCH_STEP_FRAMES), which begin at ``start``."""
        if self._pitch_span == 0:
            passed = self._ratio * np.arange(1, count + 1)
        else:
            seconds = (start + np.arange(0, count, PITCH_STEP_FRAMES)) / self.rate
            region = self.region
            depth, hertz, delay = region.vibrato
            wave = _triangle(hertz, seconds - delay)
            moved = depth * wave + region.modulation_to_pitch * _stage(region.modulation, seconds)
            passed = np.cumsum(np.repeat(self._ratio * np.exp2(moved / 1200), PITCH_STEP_FRAMES))
        position = np.concatenate([[0.0], passed[:-1]]) + self._phase
        self._phase += float(passed[-1])
        if self.region.loop is None:
            position = np.minimum(position, self.region.frames)
        else:
            first, last = self.region.loop
            looped = position >= last
            position[looped] = first + (position[looped] - first) % (last - first)
        whole = position.astype(np.int64)
        return _hermite(self._recorded, whole, (position - whole).astype(np.float32))


def _hermite(
    recorded: NDArray[np.int16], whole: NDArray[np.int64], between: Float32Array
) -> Float32Array:
    """``recorded`` has one frame before frame 0; ``between`` is in 0..1."""
    scale = np.float32(1 / 32768)
    a, b, c, d = (recorded[whole + offset] * scale for offset in range(4))
    slope = (c - a) * np.float32(0.5)
    bend = a - np.float32(2.5) * b + 2 * c - np.float32(0.5) * d
    turn = np.float32(0.5) * (d - a) + np.float32(1.5) * (b - c)
    return np.add(((turn * between + bend) * between + slope) * between, b, dtype=np.float32)


def _padded(region: Region, recorded: NDArray[np.int16]) -> NDArray[np.int16]:
    """The recording with one frame before it and what follows its end, looped or not."""
    before = np.zeros(1, np.int16)
    if region.loop is None:
        return np.concatenate([before, recorded, np.zeros(3, np.int16)])
    first, last = region.loop
    return np.concatenate([before, recorded[:last], np.resize(recorded[first:last], 3)])


def _scaled(region: Region, key: int) -> Envelope:
    """The loudness envelope at a key: low notes may ring longer."""
    loudness, below = region.loudness, 60 - key
    hold = min(100.0, loudness.hold * 2 ** (region.key_to_hold * below / 1200))
    decay = min(100.0, loudness.decay * 2 ** (region.key_to_decay * below / 1200))
    return replace(loudness, hold=hold, decay=decay)


def _triangle(hertz: float, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """An oscillator from -1 to 1 that starts at 0 upwards, and stays at 0 before time 0."""
    phase = np.maximum(0, seconds) * hertz + 0.25
    return 1 - 4 * np.abs(phase % 1 - 0.5)


def _stage(envelope: Envelope, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """The modulation envelope, 0 to 1, of a key that is held."""
    since = seconds - envelope.delay
    rise = np.clip(since / max(envelope.attack, 1e-4), 0, 1)
    fallen = np.maximum(0, since - envelope.attack - envelope.hold) / max(envelope.decay, 1e-4)
    return np.minimum(rise, np.maximum(envelope.sustain, 1 - fallen))
