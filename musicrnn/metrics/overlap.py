"""How similar two sets of pieces are in one feature: the overlapping area of Yang and Lerch.

Conventions. A set is [P, D]: P pieces, D numbers a piece (1 for a scalar feature, 12 for a
histogram); rows that are not finite are left out. Distances are Euclidean. An area is in 0..1.

Source: Yang and Lerch, "On the evaluation of generative models in music", Neural Computing and
Applications 32, 2020. Two things go by the name of overlapping area (OA) in the literature, and
they are different numbers:

* :func:`overlapping_area`, theirs: the overlap of two densities of *distances*, within the set
  under test (intra-set) and from it to the reference (inter-set). It asks whether the reference
  looks to a generated piece like one more generated piece; a set that collapsed on one piece
  scores low however typical that piece is.
* :func:`distribution_overlap`: the overlap of the densities of the feature's *values* themselves,
  as many later papers do; for scalar features only.

Two choices where the paper leaves room: the areas are taken over the whole line, not only between
the extreme distances, so that equal densities give 1; and every unordered pair counts once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from musicrnn.arrays import Float64Array
from musicrnn.errors import MusicRNNError

GRID_POINTS = 8192
# bandwidths beyond the extreme values: what lies outside is 6e-5 of a Gaussian
TAIL_BANDWIDTHS = 4.0
CEILING_DRAWS = 8
RELATIVE_TOLERANCE = 1e-9  # values nearer than this, of their size, are equal


def overlapping_area(tested: ArrayLike, reference: ArrayLike) -> float:
    """The overlap of the intra-set distances of ``tested`` with the distances between every piece
    of ``tested`` and every piece of ``reference``. Not symmetric. NaN if fewer than two tested
    pieces or no reference piece has the feature.

    A bandwidth needs variance: where one of the two sets of distances is constant (a collapsed
    model, a feature that never changes) values are compared exactly instead, see density_overlap.
    """
    one, other = _finite_rows(tested), _finite_rows(reference)
    if one.shape[1] != other.shape[1]:
        raise MusicRNNError(
            f"both sets must have the same numbers a piece, got {one.shape[1]}, {other.shape[1]}"
        )
    if len(one) < 2 or len(other) < 1:
        return float("nan")
    upper = np.triu_indices(len(one), k=1)
    return density_overlap(_distances(one, one)[upper], _distances(one, other).ravel())


def distribution_overlap(tested: ArrayLike, reference: ArrayLike) -> float:
    """The overlap of the densities of a scalar feature in two sets, [P] or [P, 1] each. Symmetric;
    NaN where a set has no piece with the feature.
    """
    one, other = _finite_rows(tested), _finite_rows(reference)
    if one.shape[1] != 1 or other.shape[1] != 1:
        raise MusicRNNError(f"a feature of one number a piece is needed, got {one.shape[1]}")
    if not len(one) or not len(other):
        return float("nan")
    return density_overlap(one[:, 0], other[:, 0])


def ceiling_area(reference: ArrayLike, size: int) -> float:
    """The ceiling: overlapping_area of ``size`` random reference pieces (at most half of them) with
    the others, the mean over several draws. What that many pieces of a perfect
    model can expect.
    """
    rows = _finite_rows(reference)
    if len(rows) < 4:
        return float("nan")
    middle = max(2, min(size, len(rows) // 2))
    generator = np.random.default_rng(0)
    orders = [generator.permutation(len(rows)) for _ in range(CEILING_DRAWS)]
    areas = [overlapping_area(rows[order[:middle]], rows[order[middle:]]) for order in orders]
    return float(np.mean(areas))


def density_overlap(one: Float64Array, other: Float64Array) -> float:
    """The area under the lesser of two Gaussian kernel densities (bandwidth: Scott's rule, the
    standard deviation times n^(-1/5)).

    With no variance on one side, the share of the other side's values that equal that constant:
    1 for equal constants, 0 for different ones.
    """
    scale = RELATIVE_TOLERANCE * max(1.0, float(np.abs(one).max()), float(np.abs(other).max()))
    spreads = [float(v.max() - v.min()) for v in (one, other)]
    if min(spreads) <= scale:
        constant, values = (one, other) if spreads[0] <= spreads[1] else (other, one)
        return int(np.count_nonzero(np.abs(values - constant[0]) <= scale)) / len(values)
    widths = [float(v.std(ddof=1)) * len(v) ** -0.2 for v in (one, other)]
    both = list(zip((one, other), widths, strict=True))
    low = min(float(v.min()) - TAIL_BANDWIDTHS * w for v, w in both)
    high = max(float(v.max()) + TAIL_BANDWIDTHS * w for v, w in both)
    first, second = (_density(v, w, low, high) for v, w in both)
    return min(1.0, float(np.minimum(first, second).sum()))


def _density(values: Float64Array, width: float, low: float, high: float) -> Float64Array:
    """[GRID_POINTS], the kernel density between low and high as shares of 1: the values are dealt
    to the two nearest grid points and smoothed by one product in the frequency domain."""
    position = (values - low) * ((GRID_POINTS - 1) / (high - low))
    left = np.minimum(position.astype(np.int64), GRID_POINTS - 2)
    right_share = position - left
    counts = np.bincount(left, weights=1 - right_share, minlength=GRID_POINTS)
    counts += np.bincount(left + 1, weights=right_share, minlength=GRID_POINTS)
    frequencies = np.fft.rfftfreq(2 * GRID_POINTS)  # zeros behind, so that nothing wraps around
    steps = width * (GRID_POINTS - 1) / (high - low)
    kernel = np.exp(-2.0 * (np.pi * frequencies * steps) ** 2)
    smooth = np.fft.irfft(np.fft.rfft(counts, 2 * GRID_POINTS) * kernel, 2 * GRID_POINTS)[
        :GRID_POINTS
    ]
    return np.maximum(smooth, 0.0) / len(values)


def _finite_rows(values: ArrayLike) -> Float64Array:
    rows = np.asarray(values, dtype=np.float64)
    rows = rows.reshape(len(rows), -1)
    return rows[np.isfinite(rows).all(axis=1)]


def _distances(one: Float64Array, other: Float64Array) -> Float64Array:
    """[len(one), len(other)]."""
    squares = sum(
        (one[:, None, d] - other[None, :, d]) ** 2 for d in range(one.shape[1])
    )  # one dimension at a time: no [P, Q, D] in memory
    return np.sqrt(np.asarray(squares, dtype=np.float64))
