"""Linear prediction of samples from those before, and what it says of the next mu-law level.

Conventions. A frame is S samples. Each sample is predicted from the ORDER before it, by
coefficients of the autocorrelation method on a Hamming-windowed frame (Makhoul, "Linear
prediction: a tutorial review", 1975). What is left over has a Laplace distribution of the spread
that is its mean size, whose mass between the borders of a level is the level's chance, with EVEN of
the whole spread over all levels alike.
"""

from __future__ import annotations

import numpy as np

from musicrnn.arrays import Float32Array, Float64Array
from musicrnn.features.mulaw import LEVELS, borders

ORDER, SECONDS = 16, 0.02
EVEN = 1e-3
LEAST = 1e-5  # spread, of full scale
FAINT = 1e-9  # of a frame's power, added to itself: silence has a filter too


def coefficients(frames: Float64Array) -> Float64Array:
    """Frames [N, S] -> those of each [N, ORDER], of the last sample first."""
    windowed = frames * np.hamming(frames.shape[1])
    size = frames.shape[1]
    auto = np.stack(
        [
            np.einsum("ns,ns->n", windowed[:, : max(0, size - lag)], windowed[:, lag:])
            for lag in range(ORDER + 1)
        ],
        axis=1,
    )
    auto[:, 0] += FAINT * np.maximum(1.0, auto[:, 0]) + 1e-12
    lags = np.abs(np.arange(ORDER)[:, None] - np.arange(ORDER))
    return np.linalg.solve(auto[:, lags], auto[:, 1:, None])[..., 0]


def guesses(samples: Float64Array, found: Float64Array) -> Float64Array:
    """Samples [N, ORDER + S], coefficients [N, ORDER] -> what they say [N, S] of the last S."""
    past = np.lib.stride_tricks.sliding_window_view(samples[:, :-1], ORDER, axis=1)
    return np.einsum("nso,no->ns", past, found[:, ::-1])


def fitted(samples: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Of the last S of samples [N, ORDER + S]: coefficients [N, ORDER], spreads [N]."""
    frames = samples[:, ORDER:]
    found = coefficients(frames)
    left = np.abs(frames - guesses(samples, found)).mean(axis=1)
    return found, np.maximum(left, LEAST)


def level_logs(guesses: Float64Array, spreads: Float64Array) -> Float32Array:
    """Guesses and spreads [N] -> the logarithm [N, LEVELS] of each level's chance."""
    rows, around = np.arange(len(guesses)), np.searchsorted(_INNER, guesses)
    tails = np.zeros((len(guesses), LEVELS + 1), np.float32)  # the mass beyond a border, outwards
    inner = tails[:, 1:-1]
    np.subtract(_INNER.astype(np.float32), guesses.astype(np.float32)[:, None], out=inner)
    inner /= spreads.astype(np.float32)[:, None]
    np.exp(-np.abs(inner), out=inner)
    inner /= 2
    mass = tails[:, 1:] - tails[:, :-1]
    np.abs(mass, out=mass)  # without cancellation in a tail
    mass[rows, around] = 1 - tails[rows, around] - tails[rows, around + 1]
    mass *= np.float32(1 - EVEN)
    mass += np.float32(EVEN / LEVELS)
    return np.log(mass, out=mass)


_INNER = borders()[1:-1]
