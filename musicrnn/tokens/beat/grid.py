"""The beat grid: what bar-and-beat tokens can say of time.

Conventions. One tick is one position: POSITIONS (12: sixteenths and triplets) to the quarter note.
Durations are positions, tempos quarters a minute, metres (numerator, denominator).
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from musicrnn.score import PITCH_CLASSES

POSITIONS = 12  # to the quarter note
MAX_BARS = 4000
KEYS = tuple(f"{tonic}:{mode}" for mode in ("maj", "min") for tonic in PITCH_CLASSES)
TEMPOS = tuple(round(30 * 2 ** (k / 16)) for k in range(53))  # 30 to 285 quarters a minute
SIGNATURES = tuple(
    [(n, 2) for n in range(1, 5)]
    + [(n, 4) for n in range(1, 9)]
    + [(n, 8) for n in range(1, 17)]
    + [(n, 16) for n in range(1, 17)]
)
DURATIONS = (*range(1, 13), *range(14, 25, 2), *range(27, 49, 3), *range(54, 97, 6), 120, 144, 192)
_TEMPO_BORDERS = [(a * b) ** 0.5 for a, b in pairwise(TEMPOS)]


def nearest_tempo(bpm: float) -> int:
    """The entry of TEMPOS nearest to ``bpm`` on a logarithmic scale."""
    return TEMPOS[bisect_right(_TEMPO_BORDERS, bpm)]
