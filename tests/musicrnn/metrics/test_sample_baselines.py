"""Samples predicted without a network."""

import numpy as np
import pytest

from musicrnn.features.mulaw import LEVELS, levels
from musicrnn.metrics.sample_baselines import FRAMES, predicted


def test_what_is_predicted_costs_little_and_noise_what_it_must():
    at = np.arange(8000) / 8000
    tones = levels((0.5 * np.sin(2 * np.pi * 440 * at)).astype(np.float32))
    noise = np.random.default_rng(0).integers(0, LEVELS, 8000).astype(np.int32)
    tone, of_itself = (predicted(tones, 160, itself=itself).mean() for itself in (False, True))
    assert tone < 4
    assert of_itself <= tone + 0.1
    assert predicted(noise, 160, itself=False).mean() > 7.5


def test_the_chances_of_all_levels_add_up():
    """The same past with every level next: what they cost are chances that sum to one."""
    past = levels(np.random.default_rng(1).normal(0, 0.05, 400).astype(np.float32))
    total = sum(
        2.0 ** -predicted(np.append(past, np.int32(level)), 160, itself=False)[-1]
        for level in range(LEVELS)
    )
    assert total == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("itself", [False, True])
def test_a_long_sound_is_read_in_parts(itself):
    sound = levels(np.random.default_rng(2).normal(0, 0.05, 20 * 2 * FRAMES).astype(np.float32))
    part = predicted(sound[: 20 * FRAMES], 20, itself=itself)
    assert np.array_equal(predicted(sound, 20, itself=itself)[: len(part)], part)


def test_silence_and_nothing():
    assert predicted(np.full(1000, 128, np.int32), 160, itself=False).mean() < 0.5
    assert len(predicted(np.zeros(0, np.int32), 160, itself=True)) == 0
