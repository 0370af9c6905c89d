"""Several channels as one: the mean, and where it is silence, what is louder."""

import numpy as np
import pytest

from musicrnn.waveform import Waveform, in_mono

RATE = 8000


def noise(seed, seconds=1.0):
    random = np.random.default_rng(seed)
    return np.float32(random.normal(0, 0.1, round(seconds * RATE)))


def stereo(left, right):
    return Waveform(np.stack([left, right]), RATE)


def test_channels_in_antiphase_are_heard_and_said():
    sound = noise(0)
    heard = stereo(sound, -sound).mono()
    assert np.array_equal(heard.samples[0], sound)
    assert heard.said == ("its channels cancel each other: their difference is heard",)
    heard = stereo(np.float32(-0.9) * sound, sound).mono()
    assert np.array_equal(heard.samples[0], sound)
    assert heard.said == ("its channels cancel each other: channel 2 alone is heard",)
    alone = Waveform(np.stack([sound, -sound / 2, -sound / 2]), RATE).mono()
    assert np.array_equal(alone.samples[0], sound)
    assert alone.said == ("its channels cancel each other: channel 1 alone is heard",)


@pytest.mark.parametrize("right", [0.0, 1.0, -0.5])
def test_any_other_sound_is_the_mean(right):
    left, other = noise(0), np.float32(right) * noise(0)
    heard = stereo(left, other).mono()
    assert np.array_equal(heard.samples[0], np.stack([left, other]).mean(0, dtype=np.float32))
    assert heard.said == ()
    assert stereo(left, noise(1)).mono().said == ()
    one = Waveform(left[None], RATE)
    assert np.array_equal(one.mono().samples, one.samples)
    silence = np.zeros(100, np.float32)
    assert stereo(silence, silence).mono().said == ()


def test_a_stream_changes_only_when_it_must_and_says_it_once():
    pieces = [noise(seed, 0.064) for seed in range(8)]
    silence = np.zeros(512, np.float32)
    stream = [stereo(p, p) for p in pieces[:3]]
    stream += [stereo(p, -p) for p in pieces[3:6]] + [stereo(silence, silence)]
    stream += [stereo(p, p) for p in pieces[6:]]
    heard = list(in_mono(stream))
    assert [bool(piece.said) for piece in heard] == [i == 3 for i in range(9)]
    for piece, sound in zip(heard[:6] + heard[7:], pieces, strict=True):
        assert np.allclose(piece.samples[0], sound, atol=1e-6)


def test_what_is_said_stays_with_the_sound():
    told = Waveform(np.stack([noise(0), noise(1)]), RATE, ("it was cut off",))
    assert told.mono().resampled(4000).said == ("it was cut off",)
    assert repr(told) == "<Waveform: 2 channels, 8000 Hz, 1.00 s; it was cut off>"
