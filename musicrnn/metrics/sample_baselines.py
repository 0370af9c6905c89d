"""How well samples are predicted without a network: bits a sample of mu-law levels.

Conventions. A sound is levels 0..255 [N] (musicrnn.features.mulaw); a choice among all levels is 8
bits. Linear prediction (musicrnn.features.linear_prediction) is fitted on frames of S samples: on
the one before, or on the very frame that is predicted. Of that it is told what no decoder knows
unless 17 numbers a frame are sent, which are not counted: that flatters it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Ids
from musicrnn.features.linear_prediction import ORDER, fitted, guesses, level_logs
from musicrnn.features.mulaw import of_levels

FRAMES = 256  # at once


def predicted(sound: Ids, size: int, *, itself: bool) -> NDArray[np.float64]:
    """Bits of each sample [N] by linear prediction in frames of ``size`` samples."""
    count = -(-len(sound) // size)
    padded = np.zeros(ORDER + size * (count + 1))
    padded[ORDER + size : ORDER + size + len(sound)] = of_levels(sound)
    cut = np.lib.stride_tricks.sliding_window_view(padded, ORDER + size)[::size]
    bits = np.empty(len(sound))
    for first in range(0, count, FRAMES):
        present = cut[1 + first : 1 + first + FRAMES]
        found, spreads = fitted(present if itself else cut[first : first + len(present)])
        levels = sound[first * size : (first + FRAMES) * size]
        guess = guesses(present, found).reshape(-1)[: len(levels)]
        logs = level_logs(guess, np.repeat(spreads, size)[: len(levels)])
        bits[first * size :][: len(levels)] = -logs[np.arange(len(levels)), levels] / np.log(2)
    return bits
