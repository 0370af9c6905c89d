"""The Frechet distance between two sets of vectors, as if each were Gaussian.

Source: Dowson and Landau, "The Fréchet distance between multivariate normal distributions", Journal
of Multivariate Analysis 12, 1982; of a classifier's last layer, Heusel et al. 2017.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError


def frechet_distance(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^1/2) of rows [n, D] and [m, D]; 0 of equal sets.

    Raises:
        MusicRNNError: fewer than two rows, or rows of another length.
    """
    if min(len(first), len(second)) < 2 or first.shape[1:] != second.shape[1:]:
        raise MusicRNNError(
            "a Frechet distance needs two rows of each set, as long as each other, got "
            f"{list(first.shape)} and {list(second.shape)}"
        )
    means = [np.asarray(rows, np.float64).mean(0) for rows in (first, second)]
    one, other = (np.cov(np.asarray(rows, np.float64).T).reshape(first.shape[1], -1)
                  for rows in (first, second))  # fmt: skip
    values, vectors = np.linalg.eigh(one)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    between = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ other @ root), 0)).sum()
    apart = float(np.square(means[0] - means[1]).sum())
    return max(0.0, apart + float(np.trace(one) + np.trace(other) - 2 * between))
