"""How long something took that is done over and over: running figures in a fixed memory.

Conventions. Seconds. Durations are counted in classes, each RATIO times as long as the one before,
so that a quantile is the upper end of a class: no less than the true one, and at most RATIO times
as much.
"""

from __future__ import annotations

from math import ceil, log

import numpy as np

SHORTEST, LONGEST = 1e-6, 1e3  # seconds; what is shorter or longer counts as these
RATIO = 1.01
CLASSES = ceil(log(LONGEST / SHORTEST) / log(RATIO)) + 1


class Pace:
    """The durations that were added."""

    def __init__(self) -> None:
        self.count, self.total = 0, 0.0
        self.classes = np.zeros(CLASSES, np.int64)

    def add(self, seconds: float) -> None:
        """One more."""
        self.count += 1
        self.total += seconds
        place = ceil(log(max(seconds, SHORTEST) / SHORTEST) / log(RATIO))
        self.classes[min(place, CLASSES - 1)] += 1

    def quantile(self, share: float) -> float:
        """What such a share of them took at most; 0 before the first."""
        if not self.count:
            return 0.0
        needed = max(1, ceil(share * self.count))
        place = int(np.searchsorted(np.cumsum(self.classes), needed))
        return SHORTEST * RATIO**place
