"""How loud sound is: integrated loudness in LUFS, measured while the sound passes.

Conventions. Samples float32 [channels, frames], full scale +-1.0. Sound is weighted by the K
filter, its power taken over blocks of 0.4 s, of which a new one begins every 0.1 s (a step); what
is left at the end and fills no block does not count. Blocks below -70 LUFS are left out, then those
10 LU below the mean of the rest. Channels count alike, as left and right do. Sound of which no
block is left has a loudness of -inf.

The filter is applied in the spectrum of 6 steps and the one before them: it has a memory of less
than a tenth of a second, after which it is below -170 dB.

Source: ITU-R BS.1770-4 (2015), annex 1; EBU R 128 (2020). Annex 1 gives the filter's coefficients
at 48 kHz alone: at other rates they are those of the same analogue prototypes, by the bilinear
transform.
"""

from __future__ import annotations

from math import inf, tan

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float32Array, Float64Array

STEP_SECONDS = 0.1
BLOCK_STEPS = 4
HOP_STEPS = 6  # filtered at once
ABSOLUTE_GATE = -70.0  # LUFS
RELATIVE_GATE = -10.0  # LU
OFFSET = -0.691  # dB: a sine of 997 Hz and full scale in one channel has -3.01 LUFS

# The analogue prototypes of the two stages: Hz, Q, and gains at 0 Hz, in the middle and above.
SHELF = (1681.974450955533, 0.7071752369554196, (1.0, 1.2587209302325581, 1.584864701130855))
HIGH_PASS = (38.13547087602444, 0.5003270373238773, (0.0, 0.0, 1.0))


class LoudnessMeter:
    """Measures sound at ``rate`` Hz, 8000 or more, that is pushed stretch after stretch."""

    def __init__(self, rate: int, channels: int = 2) -> None:
        self.step = round(STEP_SECONDS * rate)  # frames
        self._size = 1 << ((HOP_STEPS + 1) * self.step - 1).bit_length()
        self._response = _response(rate, self._size)
        self._waiting = np.zeros((channels, self.step), np.float32)  # a step that was filtered last
        self._powers: list[Float64Array] = []

    def push(self, samples: Float32Array) -> None:
        """Take in the next stretch [channels, frames]."""
        sound = np.concatenate([self._waiting, samples], axis=1)
        at = 0
        while sound.shape[1] - at >= (HOP_STEPS + 1) * self.step:
            self._filter(sound[:, at : at + (HOP_STEPS + 1) * self.step])
            at += HOP_STEPS * self.step
        self._waiting = sound[:, at:].copy()

    def powers(self) -> Float64Array:
        """The K-weighted mean square of each whole step so far, channels summed, [steps]."""
        whole = self._waiting.shape[1] // self.step
        if whole > 1:
            self._filter(self._waiting[:, : whole * self.step])
            self._waiting = self._waiting[:, (whole - 1) * self.step :]
        return np.concatenate([np.zeros(0), *self._powers])

    def _filter(self, sound: Float32Array) -> None:
        """Powers of the steps of ``sound`` but its first, which was filtered before."""
        spectrum = np.fft.rfft(sound, self._size) * self._response
        weighted = np.fft.irfft(spectrum, self._size)[:, self.step : sound.shape[1]]
        steps = weighted.reshape(len(sound), -1, self.step)
        self._powers.append(np.square(steps).mean(axis=2, dtype=np.float64).sum(axis=0))


def loudness_of(powers: NDArray[np.float64]) -> float:
    """Integrated loudness in LUFS of the powers of consecutive steps; -inf of silence."""
    if len(powers) < BLOCK_STEPS:
        return -inf
    blocks = np.convolve(powers, np.full(BLOCK_STEPS, 1 / BLOCK_STEPS), "valid")
    gate = ABSOLUTE_GATE
    for _ in range(2):
        blocks = blocks[_lufs(blocks) > gate]
        if not len(blocks):
            return -inf
        gate = max(gate, float(_lufs(blocks.mean())) + RELATIVE_GATE)
    return float(_lufs(blocks.mean()))


def _lufs(power: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    return np.asarray(OFFSET + 10 * np.log10(np.maximum(power, 1e-30)))


def _response(rate: int, size: int) -> NDArray[np.complex64]:
    """The filter at the frequencies of a spectrum of ``size`` frames, [size / 2 + 1]."""
    delay = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)  # by one frame
    response = np.ones(size // 2 + 1, np.complex128)
    for hertz, quality, (low, middle, high) in (SHELF, HIGH_PASS):
        k = tan(np.pi * hertz / rate)
        above = (high + middle * k / quality + low * k * k, 2 * (low * k * k - high))
        over = above[0] + above[1] * delay + (high - middle * k / quality + low * k * k) * delay**2
        below = (1 + k / quality + k * k, 2 * (k * k - 1))
        under = below[0] + below[1] * delay + (1 - k / quality + k * k) * delay**2
        response *= over / under
    k = tan(np.pi * HIGH_PASS[0] / rate)
    response *= 1 + k / HIGH_PASS[1] + k * k  # the table's numerator of this stage is 1, -2, 1
    return response.astype(np.complex64)
