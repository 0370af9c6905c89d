"""Where a word is, and speech that is none."""

import numpy as np
import pytest

from musicrnn.augmentation.speech import babble, beginning, extent, no_word, spliced

RATE = 16_000


def word(start: int, end: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    sound = 0.001 * random.standard_normal(RATE)
    sound[start:end] += 0.2 * random.standard_normal(end - start)
    return sound.astype(np.float32)


@pytest.mark.parametrize(("start", "end"), [(3200, 8000), (0, 4000), (8000, 16_000)])
def test_where_a_word_is(start, end):
    found = extent(word(start, end), RATE)
    assert abs(found[0] - start) <= 160
    assert abs(found[1] - end) <= 160
    steps = (word(start, end) * 32767).astype(np.int16)
    assert extent(steps, RATE) == found


def test_real_words_have_ends(corpora):
    from musicrnn.listening.one_word import one_word

    folder = corpora / "arabic-speech-commands" / "dataset"
    for path in sorted(folder.glob("*/*_NO_01.opus"))[::100]:
        clip = one_word(path, rate=RATE, samples=RATE).clip
        start, end = extent(clip, RATE)
        assert 0.15 * RATE < end - start <= RATE
        inside = np.square(clip[start:end].astype(float)).sum()
        assert inside > 0.97 * np.square(clip.astype(float)).sum()


def test_a_broken_word_ends_in_silence():
    sound = word(4000, 12_000)
    broken = beginning(sound, RATE, 0.5)
    np.testing.assert_array_equal(broken[:7900], sound[:7900])
    assert not broken[8300:].any()


def test_spliced_words_have_a_half_of_each():
    first, second = word(2000, 6000, 1), word(8000, 14_000, 2)
    joined = spliced(first, second, RATE)
    np.testing.assert_array_equal(joined[:3900], first[:3900])
    half = sum(extent(second, RATE)) // 2
    middle = sum(extent(first, RATE)) // 2
    count = min(RATE - middle, RATE - half)
    np.testing.assert_array_equal(joined[middle : middle + count], second[half : half + count])


def test_no_word_is_not_the_word():
    one, other = word(2000, 9000, 3), word(4000, 12_000, 4)
    drawn = [no_word(np.random.default_rng(seed), one, other, RATE) for seed in range(12)]
    assert len({sound.tobytes() for sound in drawn}) >= 4
    assert all(sound.shape == one.shape and not np.array_equal(sound, one) for sound in drawn)
    again = no_word(np.random.default_rng(3), one, other, RATE)
    np.testing.assert_array_equal(again, drawn[3])


def test_babble_has_no_gaps():
    clips = np.stack([(word(2000, 12_000, n) * 32767).astype(np.int16) for n in range(9)])
    sound = babble(np.random.default_rng(0), clips, 3 * RATE)
    assert sound.shape == (3 * RATE,)
    levels = np.square(sound[: 3 * RATE].reshape(30, -1)).mean(1)
    assert levels[5:].min() > 0.2
