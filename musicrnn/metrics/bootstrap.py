"""Intervals and p-values by drawing: the bootstrap over pieces, and signs flipped at random.

Conventions. A figure is a ratio of sums over pieces (nats by tokens), so that every token weighs
the same. Its interval is the percentile bootstrap (Efron 1979) at 95 %: as many pieces are drawn
with replacement as there are, and their sums are divided again. The p-value of a paired difference
is that of the sign-flip permutation test (Fisher 1935), two-sided: were both models alike, each
piece's difference would as likely have the other sign. The seed is fixed: the same pieces give the
same figures.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from musicrnn.arrays import Float64Array

BOOTSTRAP_DRAWS = 10_000
SIGN_DRAWS = 10_000
CONFIDENCE_LEVEL = 0.95
TOGETHER = 2_000_000  # numbers that are drawn at a time
Interval = tuple[float, float]


def ratio_interval(sums: ArrayLike, counts: ArrayLike, *, seed: int = 0) -> Interval | None:
    """The interval of sum(sums) / sum(counts) over pieces [N]; None of a single one."""
    both = np.stack([np.asarray(sums, np.float64), np.asarray(counts, np.float64)], axis=1)
    if len(both) < 2:
        return None
    random, ratios = np.random.default_rng(seed), list[Float64Array]()
    for draws in _batches(BOOTSTRAP_DRAWS, len(both)):
        total = drawn(len(both), draws, random) @ both  # [draws, 2]
        ratios.append(total[:, 0] / np.maximum(1, total[:, 1]))
    return percentiles(np.concatenate(ratios))


def drawn(n: int, draws: int, random: np.random.Generator) -> Float64Array:
    """[draws, n], how often each of n is drawn when n are, with replacement."""
    return random.multinomial(n, np.full(n, 1 / n), draws).astype(np.float64)


def drawn_groups(groups: Sequence[str], draws: int) -> Float64Array:
    """[draws, N], how often each piece counts when whole groups are drawn with replacement."""
    names, place = np.unique(groups, return_inverse=True)
    return drawn(len(names), draws, np.random.default_rng(0))[:, place]


def percentiles(draws: Float64Array) -> Interval:
    """What 95 % of the draws lie in; those that are NaN are left out."""
    levels = [(1 - CONFIDENCE_LEVEL) / 2, (1 + CONFIDENCE_LEVEL) / 2]
    low, high = np.quantile(draws[~np.isnan(draws)], levels)
    return float(low), float(high)


def sign_flip_p(differences: ArrayLike, *, seed: int = 0) -> float:
    """The p-value that the sum of the differences [N] is 0 but for chance.

    All 2^N signs are tried where they are no more than SIGN_DRAWS, else so many are drawn; the
    signs that there are count as one draw, so that p is never 0.
    """
    given = np.asarray(differences, np.float64)
    least = abs(given.sum()) * (1 - 1e-9)  # what is equal but for rounding is as extreme
    if 2 ** len(given) <= SIGN_DRAWS:
        signs = np.array(list(itertools.product((-1.0, 1.0), repeat=len(given))))
        return float((np.abs(signs @ given) >= least).mean())
    random, extreme = np.random.default_rng(seed), 0
    for draws in _batches(SIGN_DRAWS, len(given)):
        signs = 2.0 * random.integers(0, 2, (draws, len(given))) - 1
        extreme += int((np.abs(signs @ given) >= least).sum())
    return (extreme + 1) / (SIGN_DRAWS + 1)


def _batches(draws: int, n: int) -> Iterator[int]:
    """So many draws of n numbers each, some at a time."""
    at_once = max(1, TOGETHER // n)
    for first in range(0, draws, at_once):
        yield min(at_once, draws - first)
