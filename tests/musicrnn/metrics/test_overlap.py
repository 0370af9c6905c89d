"""The overlapping area: against a sum of Gaussians, at its two ends, and without variance."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from musicrnn.errors import MusicRNNError
from musicrnn.metrics.overlap import (
    ceiling_area,
    density_overlap,
    distribution_overlap,
    overlapping_area,
)

GENERATOR = np.random.default_rng(5)


def direct(one: np.ndarray, other: np.ndarray) -> float:
    """The definition, a Gaussian at every value, on a fine grid."""
    grid = np.linspace(-30, 30, 6001)

    def density(values: np.ndarray) -> np.ndarray:
        width = values.std(ddof=1) * len(values) ** -0.2
        z = (grid[:, None] - values) / width
        return np.exp(-0.5 * z**2).mean(axis=1) / (width * math.sqrt(2 * math.pi))

    return float(np.minimum(density(one), density(other)).sum() * (grid[1] - grid[0]))


def test_equals_the_definition() -> None:
    one, other = GENERATOR.normal(size=40), GENERATOR.normal(1, 2, size=60)
    assert distribution_overlap(one, other) == pytest.approx(direct(one, other), abs=1e-4)
    intra = np.abs(one[:, None] - one)[np.triu_indices(40, 1)]
    inter = np.abs(one[:, None] - other).ravel()
    assert overlapping_area(one, other) == pytest.approx(direct(intra, inter), abs=1e-4)


def test_the_same_set_and_a_set_elsewhere() -> None:
    one = GENERATOR.normal(size=(100, 3))
    assert overlapping_area(one, one) > 0.98
    assert overlapping_area(one, one + 100) < 1e-6
    assert density_overlap(one[:, 0], one[:, 0]) == pytest.approx(1)


def test_a_collapsed_model_scores_low_however_typical_its_piece() -> None:
    human = GENERATOR.normal(size=200)
    collapsed = np.full(100, human.mean()) + GENERATOR.normal(size=100) * 1e-3
    assert overlapping_area(collapsed, human) < 0.05
    assert overlapping_area(GENERATOR.normal(size=100), human) > 0.9


def test_constant_features_are_compared_exactly() -> None:
    assert overlapping_area(np.ones(5), np.ones(7)) == 1
    assert overlapping_area(np.ones(5), np.full(7, 2.0)) == 0
    assert overlapping_area(np.zeros(4), np.array([0, 0, 0, 5.0])) == 0.75
    assert distribution_overlap(np.ones(5), np.ones(1)) == 1


def test_pieces_without_the_feature_are_left_out() -> None:
    one, other = GENERATOR.normal(size=20), GENERATOR.normal(size=20)
    with_gap = np.append(one, np.nan)
    assert overlapping_area(with_gap, other) == overlapping_area(one, other)
    assert math.isnan(overlapping_area([1.0, math.nan], other))
    assert math.isnan(overlapping_area(one, [math.nan]))
    assert math.isnan(ceiling_area([1.0, 2.0, 3.0], 2))


def test_parts_of_one_population_are_near_one() -> None:
    area = ceiling_area(GENERATOR.normal(size=(200, 1)), 100)
    assert 0.9 < area <= 1
    values = GENERATOR.normal(size=30)
    assert ceiling_area(values, 100) == ceiling_area(values, 15)
    assert ceiling_area(values, 5) != ceiling_area(values, 15)
    assert ceiling_area(values, 15) == ceiling_area(values, 15)


def test_sets_of_different_width_are_refused() -> None:
    with pytest.raises(MusicRNNError, match="same numbers"):
        overlapping_area(np.zeros((3, 2)), np.zeros((3, 1)))
    with pytest.raises(MusicRNNError, match="one number"):
        distribution_overlap(np.zeros((3, 2)), np.zeros((3, 2)))


values = arrays(np.float64, st.integers(2, 30), elements=st.floats(-1e6, 1e6))


@given(values, values)
def test_an_area_is_a_share(one: np.ndarray, other: np.ndarray) -> None:
    assert 0 <= overlapping_area(one, other) <= 1
    area = distribution_overlap(one, other)
    assert 0 <= area <= 1
    assert area == pytest.approx(distribution_overlap(other, one), abs=1e-9)
