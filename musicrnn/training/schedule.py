"""The learning rate over a run: linear warm-up, then half a cosine down to a hundredth.

Source: Loshchilov and Hutter 2017, without restarts. The warm-up is a tenth of the run at most.
"""

import math


def learning_rate_factor(update: int, *, total: int, warm_up: int) -> float:
    """The factor in (0, 1] on the peak learning rate at ``update`` (from 0) of ``total``."""
    warm_up = min(warm_up, total // 10)
    if update < warm_up:
        return (update + 1) / warm_up
    progress = min(1.0, (update - warm_up) / max(1, total - warm_up))
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress))
