"""Samples predicted without a network."""

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.features.mulaw import LEVELS, levels
from musicrnn.metrics.sample_baselines import predicted, sample_baselines


def test_what_is_predicted_costs_little_and_noise_what_it_must():
    at = np.arange(8000) / 8000
    tones = levels((0.5 * np.sin(2 * np.pi * 440 * at)).astype(np.float32))
    noise = np.random.default_rng(0).integers(0, LEVELS, 8000).astype(np.int32)
    tone_bits = sample_baselines([tones], rate=8000)
    noise_bits = sample_baselines([noise], rate=8000)
    assert tone_bits.linear_prediction < 4
    assert noise_bits.linear_prediction > 7.5
    assert tone_bits.linear_prediction_of_itself <= tone_bits.linear_prediction + 0.1
    assert tone_bits.n == 8000


def test_the_chances_of_all_levels_add_up():
    """The same past with every level next: what they cost are chances that sum to one."""
    past = levels(np.random.default_rng(1).normal(0, 0.05, 400).astype(np.float32))
    total = sum(
        2.0 ** -predicted(np.append(past, np.int32(level)), 160, itself=False)[-1]
        for level in range(LEVELS)
    )
    assert total == pytest.approx(1.0)


def test_silence_and_nothing():
    silent = np.full(1000, 128, np.int32)
    assert sample_baselines([silent], rate=8000).linear_prediction < 0.5
    with pytest.raises(MusicRNNError, match="need sounds to measure, got none"):
        sample_baselines([], rate=8000)
