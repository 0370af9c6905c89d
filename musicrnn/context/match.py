"""The longest match: where the recent past of a piece happened before, and how it went on.

Conventions. Before step t of a sequence of symbols, a match is an s < t so that the symbols before
s equal those before t, as far back as its length; the longest, of several the latest, predicts that
the symbol at s comes again. Length 0: the symbol before t is none of the FARTHEST
before it; so a long piece takes time by its length alone. (The longest-match context of Ziv and
Lempel 1977.) Every renaming of symbols has the same matches.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from musicrnn.cells.private_numba import kept

FARTHEST = 2**14  # symbols: some two hundred bars of songs

Matches = tuple[NDArray[np.int32], NDArray[np.int32]]


@kept
@njit
def matches(ids: NDArray[np.int64]) -> Matches:
    """[T] of each step: where its longest match goes on, -1 for nowhere, and its length."""
    steps = len(ids)
    source, matched = np.full(steps, -1, np.int32), np.zeros(steps, np.int32)
    run = np.zeros(steps + 1, np.int32)
    for t in range(1, steps):
        source[t], matched[t] = longest_match(ids, t, run)
    return source, matched


@kept
@njit
def longest_match(ids: Any, t: int, run: Any) -> tuple[int, int]:
    """That of step ``t``; ``run[s]``: how many symbols before s equal those before t (before t - 1
    when called)."""
    best, longest = -1, 0
    last = ids[t - 1]
    for s in range(t - 1, max(0, t - FARTHEST), -1):
        run[s] = run[s - 1] + 1 if ids[s - 1] == last else 0
        if run[s] > longest:
            best, longest = s, run[s]
    return best, longest
