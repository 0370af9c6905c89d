"""Sounds that are no music."""

import numpy as np
import pytest

from musicrnn.augmentation.no_music import KINDS


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("seconds", "rate"), [(30.0, 22_050), (3.0, 22_050), (5.0, 8000)])
def test_any_kind_of_any_length(kind, seconds, rate):
    for seed in range(3):
        sound = KINDS[kind](np.random.default_rng(seed), seconds, rate)
        assert sound.shape == (round(seconds * rate),)
        assert sound.dtype == np.float32
        assert np.isfinite(sound).all()
        assert np.square(sound, dtype=np.float64).mean() == pytest.approx(1.0, rel=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_drawn_from_the_generator_alone(kind):
    one, same, other = (KINDS[kind](np.random.default_rng(seed), 3.0, 16_000) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
