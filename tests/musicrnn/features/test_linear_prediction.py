"""Samples from those before."""

import numpy as np
import pytest
import scipy.linalg
from scipy.stats import laplace

from musicrnn.features.linear_prediction import (
    EVEN,
    ORDER,
    coefficients,
    fitted,
    guesses,
    level_logs,
)
from musicrnn.features.mulaw import LEVELS, borders


def test_the_coefficients_are_those_of_the_normal_equations():
    frames = np.random.default_rng(0).normal(0, 0.1, (3, 160))
    for frame, found in zip(frames, coefficients(frames), strict=True):
        windowed = frame * np.hamming(160)
        auto = np.correlate(windowed, windowed, "full")[159 : 160 + ORDER]
        wanted = scipy.linalg.solve_toeplitz(auto[:-1], auto[1:])
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-7)


def test_a_tone_is_foreseen():
    samples = 0.5 * np.sin(0.3 * np.arange(ORDER + 160))[None]
    found, spreads = fitted(samples)
    assert np.abs(guesses(samples, found) - samples[:, ORDER:]).max() < 0.1
    assert spreads[0] < 0.02


@pytest.mark.parametrize("guess", [-0.7, -1e-4, 0.0, 0.02, 2.0])
@pytest.mark.parametrize("spread", [1e-5, 1e-3, 0.3])
def test_chances_of_levels_are_the_mass_between_their_borders(guess, spread):
    logs = level_logs(np.array([guess]), np.array([spread]))[0].astype(np.float64)
    mass = np.diff(laplace.cdf(borders(), loc=guess, scale=spread))
    np.testing.assert_allclose(np.exp(logs), (1 - EVEN) * mass + EVEN / LEVELS, atol=1e-6)
    assert np.exp(logs).sum() == pytest.approx(1, abs=1e-4)
