"""How sure a share is that was counted: Wilson's interval (1927) at 95 %."""

from __future__ import annotations

import math

from musicrnn.errors import MusicRNNError

Z = 1.959964  # two-sided 95 %


def wilson_interval(right: int, n: int) -> tuple[float, float]:
    """The interval in which the true share lies, 95 of 100 times."""
    if not 0 <= right <= n or n < 1:
        raise MusicRNNError(f"an interval needs 0 <= right <= n and n >= 1, got {right} of {n}")
    share = right / n
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)
