"""Running figures of durations: near the true ones, in a memory that does not grow."""

import tracemalloc

import numpy as np
import pytest

from musicrnn_cli.pace import Pace


def test_quantiles_are_those_of_all_durations() -> None:
    """No less than the true quantile, and a hundredth more at most."""
    durations = np.random.default_rng(0).lognormal(-5, 1, 5000)
    pace = Pace()
    for duration in durations.tolist():
        pace.add(duration)
    assert pace.count == 5000
    assert pace.total == pytest.approx(durations.sum())
    for share in (0.01, 0.5, 0.95, 1.0):
        true = float(np.quantile(durations, share, method="inverted_cdf"))
        assert true <= pace.quantile(share) * (1 + 1e-9)
        assert pace.quantile(share) <= 1.011 * true


def test_no_duration_and_strange_ones() -> None:
    pace = Pace()
    assert pace.quantile(0.5) == 0
    pace.add(0.0)
    assert pace.quantile(0.5) == 1e-6
    pace.add(1e9)
    assert pace.quantile(1.0) == pytest.approx(1e3, rel=0.02)


def test_it_does_not_grow() -> None:
    pace = Pace()
    pace.add(0.001)
    tracemalloc.start()
    try:
        for number in range(20_000):
            pace.add(1e-4 + 1e-7 * number)
        assert tracemalloc.get_traced_memory()[0] < 2000
    finally:
        tracemalloc.stop()
