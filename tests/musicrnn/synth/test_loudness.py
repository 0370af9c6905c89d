"""Loudness against the values that the standards publish, and the level that follows from it."""

from math import inf

import numpy as np
import pytest

from musicrnn.synth.level import CEILING, LIVE_GAIN_DB, MAX_LIMITED_DB, Level, levelled_live
from musicrnn.synth.loudness import LoudnessMeter, _response, loudness_of

# ITU-R BS.1770-4, annex 1, tables 1 and 2: the filter at 48 kHz, over and under the line.
SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285),
         (1.0, -1.69065929318241, 0.73248077421585))  # fmt: skip
HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))


def sine(dbfs, seconds, *, rate=48_000, hertz=1000.0):
    """Left and right alike, [2, frames]."""
    time = np.arange(round(seconds * rate)) / rate
    wave = 10 ** (dbfs / 20) * np.sin(2 * np.pi * hertz * time)
    return np.stack([wave, wave]).astype(np.float32)


def measured(sound, rate=48_000, block=5000):
    meter = LoudnessMeter(rate)
    for at in range(0, sound.shape[1], block):
        meter.push(sound[:, at : at + block])
    return loudness_of(meter.powers())


def test_the_filter_is_that_of_the_standard():
    delay = np.exp(-2j * np.pi * np.arange(2**14 + 1) / 2**15)
    wanted = np.ones(2**14 + 1, complex)
    for over, under in (SHELF, HIGH_PASS):
        wanted *= np.polyval(over[::-1], delay) / np.polyval(under[::-1], delay)
    assert np.abs(_response(48_000, 2**15) - wanted)[1:].max() < 1e-5


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_a_sine_of_full_scale(rate):
    """BS.1770-4, annex 1: 997 Hz at 0 dBFS in one channel is -3.01 LKFS."""
    sound = sine(0, 3, rate=rate, hertz=997)
    sound[1] = 0
    assert measured(sound, rate) == pytest.approx(-3.01, abs=0.03)


@pytest.mark.parametrize(
    ("parts", "wanted"),
    [
        ([(-23, 20)], -23.0),
        ([(-33, 20)], -33.0),
        ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
    ],
)
def test_signals_of_the_ebu(parts, wanted):
    """EBU Tech 3341 (2016), table 1, cases 1 to 5, stereo: within 0.1 LU."""
    sound = np.concatenate([sine(*part) for part in parts], axis=1)
    assert measured(sound) == pytest.approx(wanted, abs=0.1)


def test_any_blocks_give_the_same_and_silence_has_none():
    sound = np.random.default_rng(0).normal(0, 0.1, (2, 100_000)).astype(np.float32)
    assert measured(sound, block=977) == pytest.approx(measured(sound, block=100_000), abs=1e-6)
    assert measured(np.zeros((2, 100_000), np.float32)) == -inf
    assert measured(sound[:, :19_000]) == -inf  # no block of 0.4 s


def levelled(sound, loudness=-16.0, rate=48_000, block=2**16):
    level = Level(rate)
    starts = range(0, sound.shape[1], block)
    for at in starts:
        level.push(sound[:, at : at + block])
    gains = level.gains(loudness)
    return np.concatenate([gains.apply(sound[:, at : at + block], at) for at in starts], axis=1)


def test_without_high_peaks_only_the_gain_changes():
    sound = sine(-40, 5)
    louder = levelled(sound)
    assert measured(louder) == pytest.approx(-16, abs=0.01)
    assert np.allclose(louder, sound * (louder.max() / sound.max()), atol=1e-6)


@pytest.mark.parametrize("block", [2**12, 2**16])
def test_peaks_are_turned_down_around_themselves(block):
    """Clicks 7 dB too high: the tone elsewhere is as loud as it would be without them."""
    sound = sine(-30, 10)
    sound[0, 24_000::48_000] = 0.4
    louder = levelled(sound, block=block)
    assert np.abs(louder).max() <= np.float32(CEILING)
    assert measured(louder) == pytest.approx(-16, abs=0.1)
    assert np.abs(louder[0, 24_000::48_000]).min() > 0.8 * CEILING
    gain = np.abs(louder[1, 40_000:46_000]).max() / np.abs(sound[1, 40_000:46_000]).max()
    steady = np.abs(louder[1, 88_000:94_000]).max() / np.abs(sound[1, 88_000:94_000]).max()
    assert gain == pytest.approx(steady, rel=1e-3)


def test_what_would_be_limited_too_much_stays_softer():
    sound = sine(-60, 5)
    sound[:, 120_000] = 1.0
    louder = levelled(sound)
    assert measured(louder) < -30
    assert np.abs(louder).max() <= np.float32(CEILING)
    assert louder[0, 1000:3000].max() / sound[0, 1000:3000].max() == pytest.approx(
        CEILING * 10 ** (MAX_LIMITED_DB / 20), rel=1e-3
    )


def test_silence_stays_silent():
    assert not levelled(np.zeros((2, 48_000), np.float32)).any()
    assert not levelled(np.zeros((2, 100), np.float32)).any()


def test_what_is_played_at_once_is_turned_down_before_it_would_clip():
    sound = sine(-30, 4)
    sound[0, 96_000] = 0.9
    blocks = [sound[:, at : at + 1024] for at in range(0, sound.shape[1], 1024)]
    played = np.concatenate(list(levelled_live(blocks)), axis=1)
    gains = played[1, 12::48] / sound[1, 12::48]  # at the crests of the sine
    assert played.shape == sound.shape
    assert np.abs(played).max() <= CEILING + 1e-6
    assert gains[:1900] == pytest.approx(10 ** (LIVE_GAIN_DB / 20), rel=1e-4)
    assert gains[2000] < gains[2050] < gains[-1] == pytest.approx(gains[0], rel=1e-4)
    assert np.abs(np.diff(gains)).max() < 0.05  # 1 ms
    assert list(levelled_live([])) == []
