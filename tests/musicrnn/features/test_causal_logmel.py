"""Causal log-mel frames: their level, their bands, and that pieces give what the whole gives."""

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicrnn.errors import MusicRNNError
from musicrnn.features.causal_logmel import CausalLogMel, FrameStream, causal_logmel_from

RECIPE = CausalLogMel()


def noise(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32) * 0.1


@settings(deadline=None)  # the first example loads the mel filters
@given(st.lists(st.integers(0, 3000), max_size=12))
def test_pieces_give_the_frames_of_the_whole(lengths):
    samples = noise(1, sum(lengths) + 10)
    stream, start, found = FrameStream(RECIPE), 0, []
    for length in [*lengths, 10]:
        found.append(stream.push(samples[start : start + length]))
        start += length
    whole = RECIPE.frames(samples)
    assert len(whole) == len(samples) // RECIPE.hop
    np.testing.assert_allclose(np.concatenate(found), whole, atol=1e-4)


def test_a_frame_needs_nothing_from_the_future():
    samples = noise(2, 4096)
    before = RECIPE.frames(samples)
    samples[2048:] = 0
    np.testing.assert_array_equal(RECIPE.frames(samples)[:8], before[:8])
    assert not np.array_equal(RECIPE.frames(samples)[8], before[8])


def test_rows_are_heard_alone():
    samples = noise(3, 4, 3000)
    together = RECIPE.frames(samples)
    stream = FrameStream(RECIPE, (4,))
    in_pieces = np.concatenate([stream.push(samples[:, :1000]), stream.push(samples[:, 1000:])], 1)
    for row in range(4):
        np.testing.assert_allclose(together[row], RECIPE.frames(samples[row]), atol=1e-4)
    np.testing.assert_allclose(in_pieces, together, atol=1e-4)


def test_a_full_scale_sine_is_near_0_dB_and_in_its_band():
    time = np.arange(16_000) / 16_000
    for hertz in (200, 1000, 5000):
        frames = RECIPE.frames(np.sin(2 * np.pi * hertz * time).astype(np.float32))[4:]
        band = int(frames.mean(0).argmax())
        centres = librosa.mel_frequencies(RECIPE.n_mels + 2, fmin=RECIPE.low, fmax=RECIPE.high)
        assert abs(int(np.abs(centres[1:-1] - hertz).argmin()) - band) <= 1
        assert -4 < frames.max() < 2.5  # a band may hold more than one bin of the peak


def test_power_is_librosas():
    samples = noise(4, 8000)
    padded = np.concatenate([np.zeros(RECIPE.n_fft - RECIPE.hop, np.float32), samples])
    spectrum = librosa.stft(
        padded, n_fft=RECIPE.n_fft, hop_length=RECIPE.hop, window="hann", center=False
    )
    bands = librosa.filters.mel(
        sr=RECIPE.rate, n_fft=RECIPE.n_fft, n_mels=40, fmin=RECIPE.low, fmax=RECIPE.high, norm=None
    )
    power = bands @ np.abs(spectrum) ** 2 * (2 / (RECIPE.n_fft / 2)) ** 2
    found = RECIPE.frames(samples)
    np.testing.assert_allclose(found, 10 * np.log10(power.T + 1e-10), atol=1e-3)


def test_silence_is_the_floor():
    np.testing.assert_allclose(RECIPE.frames(np.zeros(1024, np.float32)), RECIPE.floor, atol=1e-4)


def test_a_recipe_travels_as_json():
    recipe = CausalLogMel(n_mels=24, seconds=1.5)
    assert causal_logmel_from(recipe.configuration()) == recipe
    broken = recipe.configuration() | {"hop": 0}
    with pytest.raises(MusicRNNError, match=r"hop must be in 1\.\.65536, got 0"):
        causal_logmel_from(broken)
    for other in (None, {}, {"name": "log-mel"}, recipe.configuration() | {"more": 1}):
        with pytest.raises(MusicRNNError, match="no causal log-mel"):
            causal_logmel_from(other)
