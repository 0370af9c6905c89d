"""Varied words: what is drawn is what the settings say, and the same seed gives the same."""

import numpy as np
import pytest

from musicrnn.augmentation.clips import (
    AugmentationSettings,
    background,
    coloured_frames,
    frequency_warp,
    mix_noise,
    shift_and_stretch,
    tempo_warp,
)
from musicrnn.augmentation.codec import through_codec
from musicrnn.augmentation.music import random_music
from musicrnn.augmentation.noise import coloured, random_noise, unit_power
from musicrnn.augmentation.room import random_response, reverberate
from musicrnn.errors import MusicRNNError

RATE = 16_000
EVEN = {"least_gain": 0.0, "most_gain": 0.0}
STILL = AugmentationSettings(shift=0, speed=0, warp=0, tempo=0, colour=0, room=0, noise=0, **EVEN)


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def tones(rows: int, hertz: float = 440.0) -> np.ndarray:
    time = np.arange(RATE) / RATE
    return np.tile(0.3 * np.sin(2 * np.pi * hertz * time), (rows, 1)).astype(np.float32)


def test_without_variation_nothing_changes():
    clips = tones(3)
    same, ends = shift_and_stretch(
        generator(), clips, np.full((3, 1), 9000, np.float32), variation=STILL, rate=RATE
    )
    np.testing.assert_allclose(same[:, :-1], clips[:, :-1], atol=1e-6)
    np.testing.assert_allclose(ends, 9000)
    np.testing.assert_array_equal(
        mix_noise(generator(), clips, STILL, backgrounds=[], rate=RATE), clips
    )
    frames = generator(1).standard_normal((2, 5, 40)).astype(np.float32)
    np.testing.assert_allclose(frequency_warp(generator(), frames, STILL), frames, atol=1e-6)
    np.testing.assert_array_equal(coloured_frames(generator(), frames, STILL), frames)
    marks = np.array([[1, 3], [0, 5]], np.float32)
    played, where = tempo_warp(generator(), frames, marks, STILL)
    np.testing.assert_allclose(played, frames, atol=1e-6)
    np.testing.assert_allclose(where, marks, atol=1e-6)


def test_the_end_of_a_word_moves_with_it():
    clips = np.zeros((64, RATE), np.float32)
    clips[:, 4000:9000] = 0.5  # a word from 0.25 to 0.5625 s
    ends = np.full((64, 1), 9000, np.float32)
    same, moved_ends = shift_and_stretch(
        generator(), clips, ends, variation=AugmentationSettings(), rate=RATE
    )
    for row, end in zip(same, moved_ends[:, 0], strict=True):
        assert abs(int(np.flatnonzero(row)[-1]) - end) < 3
    assert moved_ends.std() > 500


def test_faster_is_higher():
    clips = tones(40)
    faster, _ = shift_and_stretch(
        generator(),
        clips,
        np.zeros((40, 2), np.float32),
        variation=AugmentationSettings(speed=0.2),
        rate=RATE,
    )
    middle = faster[:, 6000:10_000] * np.hanning(4000)
    peaks = np.abs(np.fft.rfft(middle, 1 << 15)).argmax(1) * RATE / (1 << 15)
    assert 440 / 1.21 < peaks.min() < 440 / 1.1
    assert 440 * 1.1 < peaks.max() < 440 * 1.21


@pytest.mark.parametrize("snr", [0.0, 10.0])
def test_noise_lies_as_far_below_as_drawn(snr):
    """Half of a clip counts as word, so the noise is that far below the double mean square."""
    clips = tones(50)
    variation = AugmentationSettings(room=0, noise=1, least_snr=snr, most_snr=snr, **EVEN)
    noisy = mix_noise(generator(), clips, variation, backgrounds=[], rate=RATE)
    inside = np.abs(noisy).max(1) < 1  # what clips is cut
    noise = np.square(noisy - clips)[inside].mean(1)
    found = 10 * np.log10(2 * np.square(clips[0]).mean() / noise)
    np.testing.assert_allclose(found, snr, atol=0.01)


def test_the_same_seed_gives_the_same():
    clips = tones(6)
    kept = [
        mix_noise(
            generator(5), clips, AugmentationSettings(), backgrounds=[[tones(1)[0]], []], rate=RATE
        )
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*kept)
    assert not np.array_equal(
        kept[0], mix_noise(generator(6), clips, AugmentationSettings(), backgrounds=[], rate=RATE)
    )


def test_bands_are_stretched():
    frames = np.zeros((200, 1, 40), np.float32)
    frames[:, :, 20] = 1
    found = frequency_warp(generator(), frames, AugmentationSettings(warp=0.2))[:, 0]
    np.testing.assert_allclose(found.sum(1), 1, atol=0.35)
    peaks = found.argmax(1)
    assert peaks.min() in (17, 18)
    assert peaks.max() in (23, 24)


def test_another_microphone_is_a_curve_over_the_bands():
    frames = generator(3).standard_normal((100, 6, 40)).astype(np.float32)
    curves = coloured_frames(generator(), frames, AugmentationSettings(colour=8)) - frames
    np.testing.assert_allclose(curves, curves[:, :1].repeat(6, 1), atol=1e-4)  # at all times
    assert 5 < np.abs(curves).max() <= 8.001
    assert np.abs(np.diff(curves[:, 0])).max() < 1.5  # from band to band


def test_another_tempo_moves_what_is_marked():
    frames = np.zeros((60, 50, 1), np.float32)
    frames[:, 10:41] = 1
    marks = np.tile(np.array([[10, 40]], np.float32), (60, 1))
    played, moved = tempo_warp(generator(), frames, marks, AugmentationSettings(tempo=0.2))
    for row, (begin, end) in zip(played[:, :, 0], moved, strict=True):
        inside = np.flatnonzero(row > 0.5)
        assert abs(inside[0] - begin) < 1
        assert abs(inside[-1] - end) < 1
    lengths = moved[:, 1] - moved[:, 0]
    assert 30 / 1.21 < lengths.min() < 28
    assert 32 < lengths.max() < 30 * 1.21


def test_a_codec_keeps_the_word_and_its_place():
    random, time = generator(), np.arange(RATE) / RATE
    clips = np.array([3000 * np.sin(2 * np.pi * f * time) * (time > 0.4) for f in (300, 900)])
    clips = np.rint(clips + 30 * random.standard_normal(clips.shape)).astype(np.int16)
    heard = through_codec(clips, RATE)
    assert (heard.shape, heard.dtype) == (clips.shape, np.int16)
    assert not np.array_equal(heard, clips)
    for before, after in zip(clips.astype(float), heard.astype(float), strict=True):
        assert np.corrcoef(before, after)[0, 1] > 0.9
        assert np.square(after[: RATE // 3]).mean() < np.square(after[RATE // 2 :]).mean() / 100


def test_noises():
    for make in (
        lambda: coloured(generator(1), 8000, 1.0),
        lambda: random_noise(generator(2), 8000, RATE),
        lambda: random_music(generator(3), 0.5, RATE),
        lambda: background(generator(4), 8000, backgrounds=[[tones(1)[0][:3000]]], rate=RATE),
    ):
        first = make()
        assert first.shape == (8000,)
        assert first.dtype == np.float32
        assert np.square(first, dtype=np.float64).mean() == pytest.approx(1, abs=0.02)
        np.testing.assert_array_equal(first, make())
    assert not unit_power(np.zeros(5, np.float32)).any()


def test_the_colour_of_noise():
    """Power falls by 3 dB an octave for every 1 of slope."""
    for slope in (0.0, 1.0, 2.0):
        power = np.square(np.abs(np.fft.rfft(coloured(generator(7), 1 << 16, slope))))
        octaves = [power[1 << k : 2 << k].mean() for k in range(8, 14)]
        falls = np.diff(10 * np.log10(octaves))
        np.testing.assert_allclose(falls.mean(), -3.01 * slope, atol=0.3)


def test_a_room_keeps_the_direct_sound_where_it_was():
    click = np.zeros((1, RATE), np.float32)
    click[0, 3000] = 1
    for seed in range(5):
        response = random_response(generator(seed), RATE)
        heard = reverberate(click, response)[0]
        assert not np.abs(heard[:3000]).max() > 1e-5
        assert heard[3000] == pytest.approx(1, abs=1e-4)
        tail = np.square(heard[3001:]).sum()
        assert 10 ** (-12 / 10) - 0.01 < tail < 1.01


def test_bounds():
    with pytest.raises(MusicRNNError, match=r"speed must be in 0\.\.0\.5, got 2"):
        AugmentationSettings(speed=2)
    with pytest.raises(MusicRNNError, match="must rise"):
        AugmentationSettings(least_snr=20, most_snr=10)
    with pytest.raises(MusicRNNError, match="least_gain and most_gain must rise, got 3 and 2"):
        AugmentationSettings(least_gain=3, most_gain=2)
