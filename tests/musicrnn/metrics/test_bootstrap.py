"""Intervals that cover, p-values of known differences, and both the same in one draw or in many."""

import math

import numpy as np
import pytest

from musicrnn.metrics import bootstrap
from musicrnn.metrics.bootstrap import drawn_groups, percentiles, ratio_interval, sign_flip_p


def test_an_interval_is_of_a_ratio_of_sums() -> None:
    assert ratio_interval([9, 99], [1, 99]) == pytest.approx((1.0, 9.0))  # one of two drawn twice
    assert ratio_interval([9], [1]) is None


def test_many_draws_at_a_time_or_few_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    sums, counts = random.normal(5, 2, 30), random.integers(1, 9, 30)
    before = ratio_interval(sums, counts), sign_flip_p(sums - 4)
    monkeypatch.setattr(bootstrap, "TOGETHER", 100)
    assert ratio_interval(sums, counts) == pytest.approx(before[0])
    assert sign_flip_p(sums - 4) == pytest.approx(before[1], abs=0.02)


def test_all_signs_of_few_pieces_are_tried() -> None:
    assert sign_flip_p([1, 2, 3]) == 2 / 8  # all of one sign: only all flipped is as extreme
    assert sign_flip_p([1, 2, -3]) == 1  # the sum is 0
    assert sign_flip_p([0.1, 0.2, 0.4]) == 2 / 8  # whatever the rounding
    assert sign_flip_p([5.0]) == 1


def test_p_of_many_pieces_is_that_of_the_normal_law() -> None:
    differences = np.random.default_rng(1).normal(0.2, 1, 100)
    z = differences.sum() / np.sqrt((differences**2).sum())
    assert sign_flip_p(differences) == pytest.approx(math.erfc(abs(z) / 2**0.5), abs=0.01)
    assert sign_flip_p(differences - 9) == pytest.approx(1 / 10_001)  # never 0


def test_p_is_even_where_models_are_alike() -> None:
    random = np.random.default_rng(2)
    found = [sign_flip_p(random.normal(0, 1, 12)) for _ in range(300)]
    assert 0.02 < np.mean(np.array(found) < 0.05) < 0.09
    assert 0.42 < np.mean(found) < 0.58


def test_groups_are_drawn_whole_and_nan_is_left_out() -> None:
    drawn = drawn_groups(["b", "a", "b"], 50)
    assert (drawn[:, 0] == drawn[:, 2]).all()
    assert (drawn[:, :2].sum(axis=1) == 2).all()
    assert percentiles(np.array([0.5, np.nan, 0.5])) == (0.5, 0.5)
