"""One recording sounded at one key: pitch, low-pass filter and loudness as the key is held.

Conventions. Frames count at the output's rate from the start of the note; a tone is float32, full
scale 1, before velocity and pan. The pitch moves in steps of 64 frames. The filter, of second
order, is applied in the short-time spectrum (Hann windows of 1024 frames, half overlapped), so that
it can move without a loop over samples. Interpolation is cubic (Hermite, four points).

A tone is made block after block and kept, so that a key struck often is interpolated once. Blocks
that are forgotten are made again, the same to the bit: of each only its phase stays.
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
        self._recorded = recorded
        self._phases = [0.0]  # frames of the recording at which each block's new frames begin
        self._before = np.zeros(0, np.float32)  # unfiltered frames that block _following needs
        self._following = 0
        self._blocks: dict[int, tuple[Float32Array, Float32Array]] = {}

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
        while index not in self._blocks:
            made = min(index, len(self._phases) - 1)  # what came before it, its phases say
            self._blocks[made] = self._made(made)
        return self._blocks[index]

    def forget(self) -> None:
        """Frees the memory of all blocks."""
        self._blocks.clear()

    @property
    def blocks(self) -> int:
        """How many blocks are kept."""
        return len(self._blocks)

    @property
    def release_frames(self) -> int:
        """Frames from the key's release down to SILENCE_DB."""
        return int(self._release_seconds * SILENCE_DB / 100 * self.rate) + 1

    def release(self, since: int, count: int) -> Float32Array:
        """The gains of ``count`` frames, TONE_BLOCK_FRAMES at most, ``since`` frames after the key
        was let go."""
        index, first = divmod(since, TONE_BLOCK_FRAMES)  # of blocks like those of the held tone
        slopes = np.exp(np.array([index, index + 1]) * TONE_BLOCK_FRAMES * self._release_slope)
        before, after = slopes.astype(np.float32)
        gains = self._falling[first : first + count] * before
        if len(gains) == count:
            return gains
        return np.concatenate([gains, self._falling[: count - len(gains)] * after])

    @cached_property
    def _falling(self) -> Float32Array:
        return np.exp(np.arange(TONE_BLOCK_FRAMES) * self._release_slope).astype(np.float32)

    @property
    def _release_seconds(self) -> float:
        """In which it falls by 100 dB."""
        return max(self.region.release, MIN_RELEASE_SECONDS)

    @property
    def _release_slope(self) -> float:
        return -100 / 20 * np.log(10) / (self._release_seconds * self.rate)

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

    def _made(self, index: int) -> tuple[Float32Array, Float32Array]:
        """Block ``index``, which is in reach: the phases of it and of all before it are known."""
        if index == 0:
            ahead = self._new(0)
            before, new = np.concatenate([np.zeros(HOP, np.float32), ahead[:HOP]]), ahead[HOP:]
        else:
            before = self._before if self._following == index else self._new(index - 1)[-2 * HOP :]
            new = self._new(index)
        sound = np.concatenate([before, new])  # from HOP before the block to HOP after it
        self._before, self._following = sound[-2 * HOP :], index + 1
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

    def _new(self, index: int) -> Float32Array:
        """The unfiltered frames that block ``index`` has and the one before has not."""
        start = index * TONE_BLOCK_FRAMES + HOP if index else 0
        return self._unfiltered(index, start, (index + 1) * TONE_BLOCK_FRAMES + HOP - start)

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

    def _unfiltered(self, index: int, start: int, count: int) -> Float32Array:
        """``count`` frames (a multiple of PITCH_STEP_FRAMES) from ``start`` on, of block
        ``index``."""
        if self._pitch_span == 0:
            passed = self._ratio * np.arange(1, count + 1)
        else:
            seconds = (start + np.arange(0, count, PITCH_STEP_FRAMES)) / self.rate
            region = self.region
            depth, hertz, delay = region.vibrato
            wave = _triangle(hertz, seconds - delay)
            moved = depth * wave + region.modulation_to_pitch * _stage(region.modulation, seconds)
            passed = np.cumsum(np.repeat(self._ratio * np.exp2(moved / 1200), PITCH_STEP_FRAMES))
        position = np.concatenate([[0.0], passed[:-1]]) + self._phases[index]
        if index == len(self._phases) - 1:
            self._phases.append(self._phases[index] + float(passed[-1]))
        if self.region.loop is None:
            position = np.minimum(position, self.region.frames)
        else:
            first, last = self.region.loop
            looped = position >= last
            position[looped] = first + (position[looped] - first) % (last - first)
        whole = position.astype(np.int64)
        first = int(whole.min())
        heard = _stretch(self.region, self._recorded, first - 1, int(whole.max()) + 3)
        return _hermite(heard, whole - first, (position - whole).astype(np.float32))


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


def _stretch(
    region: Region, recorded: NDArray[np.int16], first: int, last: int
) -> NDArray[np.int16]:
    """Frames ``first`` to ``last`` of a recording: silence before it, behind its end silence or
    its loop again."""
    end = region.frames if region.loop is None else region.loop[1]
    if first >= 0 and last <= end:
        return recorded[first:last]
    before = np.zeros(max(0, -first), np.int16)
    after = np.zeros(max(0, last - max(end, first)), np.int16)
    if region.loop is not None:
        after = np.resize(recorded[region.loop[0] : end], len(after))
    return np.concatenate([before, recorded[max(0, first) : min(end, last)], after])


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
