"""What is lost of a sound."""

import math

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.metrics.sound import SoundLoss


def noise(seed, length=16_000):
    return np.random.default_rng(seed).normal(0, 0.1, length).astype(np.float32)


def lost(sound, other, parts=1):
    loss = SoundLoss(16_000)
    for one, two in zip(np.array_split(sound, parts), np.array_split(other, parts), strict=True):
        loss.push(one, two)
    return loss.signal_to_noise, loss.logmel_distance


def test_the_ratio_and_the_distance():
    sound = noise(0)
    assert lost(sound, sound) == (math.inf, 0.0)
    ratio, distance = lost(sound, np.float32(0.5) * sound)
    assert ratio == pytest.approx(6.02, abs=0.01)  # half of it is missing
    assert distance == pytest.approx(6.02, abs=0.01)  # every band 6 dB softer
    ratio, _ = lost(sound, sound + np.float32(0.1) * noise(1))
    assert ratio == pytest.approx(20, abs=0.3)


def test_in_pieces_it_is_the_whole():
    sound, other = noise(0), noise(1)
    assert lost(sound, other, parts=7) == pytest.approx(lost(sound, other))


def test_of_silence_and_of_nothing():
    silent = np.zeros(16_000, np.float32)
    assert math.isnan(lost(silent, silent)[0])
    assert math.isnan(SoundLoss(16_000).logmel_distance)
    with pytest.raises(MusicRNNError, match=r"sample by sample, got \[3\] and \[2\]"):
        SoundLoss(16_000).push(np.zeros(3, np.float32), np.zeros(2, np.float32))
