"""Student's interval of a mean of a few values, such as the figures of several seeds."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def half_width(values: Sequence[float]) -> float | None:
    """Half the width of Student's 95 % interval of the mean; None for fewer than two values."""
    if len(values) < 2:
        return None
    from scipy.special import stdtrit

    quantile = float(stdtrit(len(values) - 1, 0.975))
    return quantile * statistics.stdev(values) / len(values) ** 0.5
