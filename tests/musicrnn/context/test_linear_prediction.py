"""What is foreseen of samples: the same at once and one by one, and nothing of the future."""

import numpy as np

from musicrnn.context.linear_prediction import HEARD, SAID, LinearPredictor, foreseen
from musicrnn.features.mulaw import levels

SIZE = 40


def sound(count: int = 200) -> np.ndarray:
    random = np.random.default_rng(count)
    tone = 0.2 * np.sin(0.2 * np.arange(count)) * np.linspace(0, 1, count)
    return levels((tone + random.normal(0, 0.01, count)).astype(np.float32))


def test_sample_after_sample_it_is_the_whole():
    sounds = np.stack([sound(), sound()[::-1], sound(201)[:200]])
    predictor = LinearPredictor(3, SIZE)
    wanted = [foreseen(each, slice(0, 200), SIZE) for each in sounds]
    rows = np.arange(3)
    for at in range(200):
        if at == 90:
            rows = np.array([2, 0])
            predictor.keep(rows)
        told = predictor.foreseen()
        for row, number in enumerate(rows):
            np.testing.assert_allclose(told.heard[row], wanted[number].heard[at], atol=1e-4)
            np.testing.assert_allclose(told.logits[row], wanted[number].logits[at], atol=1e-4)
        predictor.push(sounds[rows, at])


def test_a_span_is_that_of_the_whole():
    whole = foreseen(sound(), slice(0, 200), SIZE)
    assert whole.heard.shape == (200, HEARD)
    assert whole.logits.shape == (200, SAID)
    for start, stop in ((0, 1), (17, 131), (40, 80), (199, 200)):
        part = foreseen(sound(), slice(start, stop), SIZE)
        np.testing.assert_allclose(part.heard, whole.heard[start:stop], atol=1e-6)
        np.testing.assert_allclose(part.logits, whole.logits[start:stop], atol=1e-6)


def test_nothing_is_known_of_the_future():
    other = sound()
    other[120:] = 7
    before, after = (foreseen(each, slice(0, 200), SIZE) for each in (sound(), other))
    assert np.array_equal(before.heard[:121], after.heard[:121])
    assert np.array_equal(before.logits[:121], after.logits[:121])
    assert not np.allclose(before.logits[121], after.logits[121])


def test_what_is_heard_is_around_one_at_most():
    loud = np.where(np.arange(400) % 3 == 0, 255, 0).astype(np.int32)
    for each in (loud, np.full(400, 128, np.int32)):
        assert np.abs(foreseen(each, slice(0, 400), SIZE).heard).max() <= 4
