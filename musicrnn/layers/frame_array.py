"""Convolutions over frames and attention to the recent past in NumPy and compiled loops.

Conventions. As musicrnn.layers.frame_convolution and recent_attention, whose parameters these take,
but with the channels last: x [B, T, F, C]. Batch normalisation is folded into the weights. The
state is inside. Needs no torch.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from musicrnn.cells.private_numba import kept
from musicrnn.cells.protocol import Array, Arrays

EPSILON = 1e-5  # of torch's batch normalisation
MAX_LOG_WEIGHT = np.float32(6.0)  # of recent_attention


class ArrayConvolution:
    """A causal FrameConvolution, from its arrays by name."""

    def __init__(self, arrays: Arrays, *, stride: tuple[int, int], bands: int) -> None:
        weight = arrays["convolution.weight"]  # [O, C, kt, kf]
        factor = arrays["norm.weight"] / np.sqrt(arrays["norm.running_var"] + np.float32(EPSILON))
        self.bias = (arrays["norm.bias"] - arrays["norm.running_mean"] * factor).astype(np.float32)
        folded = weight * factor[:, None, None, None]
        self.weight = np.ascontiguousarray(folded.transpose(2, 3, 1, 0), np.float32)
        self.stride, self.bands = stride, bands
        self.shortcut = weight.shape[0] == weight.shape[1] and stride == (1, 1)
        self.bands_after = (bands + stride[1] - 1) // stride[1]
        self.begin(1)

    def begin(self, rows: int) -> None:
        """Start ``rows`` sounds from zeros."""
        kept = self.weight.shape[0] - self.stride[0]
        self.past = np.zeros((rows, kept, self.bands, self.weight.shape[2]), np.float32)

    def __call__(self, x: Array) -> Array:
        """[B, T, F, C] -> [B, T / stride, F', O]."""
        seen = np.concatenate([self.past, x], axis=1)
        self.past = seen[:, seen.shape[1] - self.past.shape[1] :].copy()
        steps = x.shape[1] // self.stride[0]
        out = np.empty((len(x), steps, self.bands_after, len(self.bias)), np.float32)
        _convolve(seen, self.weight, self.bias, self.stride, out)
        if self.shortcut:
            out += x
        return np.maximum(out, 0, out=out)


class ArrayRecentAttention:
    """A RecentAttention, from its arrays by name."""

    def __init__(self, arrays: Arrays, *, decay: float) -> None:
        self.weight, self.bias = arrays["score.weight"][0], arrays["score.bias"][0]
        self.decay = np.float32(decay)
        self.begin(1)

    def begin(self, rows: int) -> None:
        """Start ``rows`` sounds from silence."""
        self.total = np.zeros((rows, len(self.weight)), np.float32)
        self.mass = np.zeros((rows, 1), np.float32)

    def step(self, h: Array) -> Array:
        """[B, H] -> contexts [B, H]."""
        score = (h @ self.weight + self.bias)[:, None]
        weight = np.exp(MAX_LOG_WEIGHT * np.tanh(score / MAX_LOG_WEIGHT))
        self.total = self.decay * self.total + weight * h
        self.mass = self.decay * self.mass + weight
        return self.total / (self.mass + 1)


@kept
@njit(fastmath=True)
def _convolve(x: Any, weight: Any, bias: Any, stride: Any, out: Any) -> None:
    height, width, channels, outputs = weight.shape
    bands, side = x.shape[2], weight.shape[1] // 2
    total = np.empty(outputs, np.float32)
    for row in range(out.shape[0]):
        for step in range(out.shape[1]):
            for band in range(out.shape[2]):
                total[:] = bias
                for i in range(height):
                    for j in range(width):
                        place = band * stride[1] + j - side
                        if 0 <= place < bands:
                            frame = step * stride[0] + i
                            for channel in range(channels):
                                value = x[row, frame, place, channel]
                                for output in range(outputs):
                                    total[output] += value * weight[i, j, channel, output]
                out[row, step, band] = total
