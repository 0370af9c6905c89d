import numpy as np
import pytest

from musicrnn.features.logmel import LogMel, dequantize
from musicrnn.listening.gate import no_music, too_short
from musicrnn.waveform import Waveform

RECIPE = LogMel()


def white(seconds, rate, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * rate))


def eight_bit(seconds, rate):
    steps = np.random.default_rng(0).integers(0, 256, round(seconds * rate))
    return (steps - 128) / 128


def last_bit(seconds, rate):
    return np.random.default_rng(0).integers(-1, 2, round(seconds * rate)) / 128


def pink(seconds, rate):
    spectrum = np.fft.rfft(white(seconds, rate))
    return np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 1))


def heard(samples, rate):
    wave = Waveform(np.float32(samples)[None], rate)
    return RECIPE.frames(wave.resampled(RECIPE.rate)), wave.seconds


@pytest.mark.parametrize("make", [white, eight_bit, last_bit])
@pytest.mark.parametrize("seconds", [1.0, 3.0, 30.0])
@pytest.mark.parametrize("rate", [8000, 16_000, 22_050, 44_100])
def test_noise_is_refused(make, seconds, rate):
    assert "noise" in (no_music(*heard(make(seconds, rate), rate)) or "")


def test_pink_noise_is_refused():
    assert "never changes" in (no_music(*heard(pink(15, 22_050), 22_050)) or "")


def test_brevity():
    assert "0.99 s" in (too_short(0.99) or "")
    assert too_short(1.0) is None


@pytest.mark.parametrize(("frames", "seconds"), [(387, 30.0), (193, 15.0), (129, 10.0), (64, 5.0)])
def test_no_real_clip_is_refused(corpora, frames, seconds):
    for path in sorted((corpora / "gtzan" / "logmel").glob("*.npy")):
        names = path.with_suffix(".txt").read_text().split()
        for name, clip in zip(names, np.load(path), strict=True):
            decibels = dequantize(clip[:frames])
            assert no_music(decibels - decibels.max(), seconds) is None, name
