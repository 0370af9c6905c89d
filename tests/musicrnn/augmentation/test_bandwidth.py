"""Sound through narrower channels, in log-mel frames."""

import numpy as np
import pytest

from musicrnn.augmentation.bandwidth import (
    as_mp3,
    band_middles,
    changed,
    equalised,
    low_pass,
    mp3_forms,
    narrowed,
    with_noise,
)
from musicrnn.features.logmel import LogMel
from musicrnn.waveform import Waveform

RECIPE = LogMel(keep=None)


def noise(seconds=4, rate=44_100):
    random = np.random.default_rng(0)
    swell = np.repeat(random.uniform(0.05, 1, seconds * 20), rate // 20)
    return Waveform(np.float32(0.2 * swell * random.standard_normal(len(swell)))[None], rate)


def test_a_low_pass_in_frames_is_one_in_sound():
    """The same frames, but for the bands where the filter falls, as of sound that was resampled to
    8 kHz and back."""
    wide = noise()
    frames = RECIPE.all_frames(wide.resampled(22_050))
    heard = RECIPE.all_frames(wide.resampled(8000).resampled(22_050))[: len(frames)]
    made = changed(frames, low_pass(RECIPE, 4000.0), RECIPE.top_db)
    middles = band_middles(RECIPE)
    below, above = middles < 3600, middles > 5500
    inside = slice(3, len(heard) - 3)
    assert np.abs(made[: len(heard)] - heard)[inside][:, below].mean() < 0.5
    assert heard[inside][:, above].mean() < -70
    assert made[inside][:, above].mean() < -70
    assert made[:, middles > 9000].max() == -80.0


def test_the_loudest_band_and_the_floor_stay():
    frames = RECIPE.all_frames(noise().resampled(22_050))
    random = np.random.default_rng(1)
    for _ in range(20):
        found = narrowed(random, RECIPE, frames, coded=0.5)
        assert found.shape == frames.shape
        assert found.dtype == np.float32
        assert found.max() == pytest.approx(frames.max(), abs=0.1)
        assert found.min() >= -80.0


def test_small_mp3_files_lose_the_highest_bands_and_few_others():
    middles, random = band_middles(RECIPE), np.random.default_rng(0)
    for form in mp3_forms():
        gains = np.mean([as_mp3(random, RECIPE, form) for _ in range(50)], axis=0)
        low = np.abs(gains[(middles > 200) & (middles < 3000)]).mean()
        assert low < 5
        if form.startswith("32 kbit/s, stereo"):
            assert gains[middles > 10_000].mean() < -10 < -low


def test_coding_noise_fills_holes_alone():
    frames = np.full((50, 128), -75.0, np.float32)
    frames[:, 40] = 0.0
    found = with_noise(np.random.default_rng(0), frames, "32 kbit/s, stereo")
    assert np.abs(found[:, 40]).max() < 0.5
    assert found[:, 38].mean() > -50  # beside the loud band
    assert np.abs(found[:, 60] + 75).max() < 1  # far from it nothing is loud enough


def test_another_recipe_has_the_same_change_at_the_same_frequency():
    other = LogMel(rate=16_000, n_mels=64, keep=None)
    gains = low_pass(other, 4000.0)
    assert (gains[band_middles(other) < 4000] == 0).all()
    assert as_mp3(np.random.default_rng(0), other, mp3_forms()[0]).shape == (64,)


def test_an_equaliser_is_smooth_and_keeps_the_loudest():
    frames = RECIPE.frames(noise().resampled(RECIPE.rate))
    found = equalised(np.random.default_rng(1), frames, 3.0, RECIPE.top_db)
    assert found.max() == pytest.approx(frames.max())
    assert found.min() >= -RECIPE.top_db
    inside = (found > -79).all(axis=0)
    gains = (found - frames)[:, inside]
    assert np.abs(gains - gains.mean(axis=0)).max() < 1e-3  # one gain a band
    assert np.abs(np.diff(gains.mean(axis=0))).max() < 1.0  # dB from band to band
    assert 0.5 < gains.mean(axis=0).std() < 8
