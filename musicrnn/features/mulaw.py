"""Samples by mu-law: 256 levels, finer where it is soft.

Conventions. Samples are float32 of any shape, levels 0..255 int32. x in -1..1 is companded,
y = sign(x) ln(1 + 255 |x|) / ln 256 (the continuous law of ITU-T G.711, mu = 255, as van den Oord
2016 takes it), and y is rounded to the nearest of 256 steps from -1 to 1. Samples outside +-1 are
those at +-1.
"""

from __future__ import annotations

import numpy as np

from musicrnn.arrays import Float64Array, Ids, Samples

LEVELS = 256
MU = LEVELS - 1


def levels(samples: Samples) -> Ids:
    """Samples of any shape -> 0..255; silence is 128."""
    return np.floor((companded(samples) + 1) / 2 * MU + 0.5).astype(np.int32)


def companded(samples: Samples | Float64Array) -> Float64Array:
    """y in -1..1 of samples of any shape."""
    within = np.clip(samples.astype(np.float64), -1.0, 1.0)
    return np.sign(within) * np.log1p(MU * np.abs(within)) / np.log(LEVELS)


def of_levels(levels: Ids) -> Samples:
    """0..255 of any shape -> samples in -1..1; none is 0: silence, 128, is 8.6e-5, -81 dB."""
    y = 2.0 * levels / MU - 1.0
    return (np.sign(y) * (LEVELS ** np.abs(y) - 1) / MU).astype(np.float32)


def borders() -> Float64Array:
    """[LEVELS + 1], where a sample of one level becomes one of the next; without end outside."""
    y = 2.0 * (np.arange(1, LEVELS) - 0.5) / MU - 1.0
    inner = np.sign(y) * (LEVELS ** np.abs(y) - 1) / MU
    return np.concatenate([[-np.inf], inner, [np.inf]])
