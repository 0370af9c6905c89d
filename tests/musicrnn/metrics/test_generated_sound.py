"""The Frechet distance, and generated sounds beside those of people."""

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.metrics.frechet import frechet_distance
from musicrnn.metrics.generated_sound import Judged, generated_sound, nearest


def test_the_distance_of_gaussians() -> None:
    random = np.random.default_rng(0)
    rows = random.standard_normal((20_000, 3))
    assert frechet_distance(rows, rows) < 1e-9
    moved = frechet_distance(rows, rows + np.array([3.0, 0, 4.0]))
    assert abs(moved - 25) < 1e-6
    wider = frechet_distance(rows, rows * [2.0, 1, 1])  # (2 - 1)^2 of the first deviation
    assert abs(wider - 1) < 0.05
    turned = np.linalg.qr(random.standard_normal((3, 3)))[0]
    first, second = rows * [3.0, 1, 0.1], rows[::-1] * [1.0, 2, 1] + 1
    same = frechet_distance(first @ turned, second @ turned)
    assert abs(frechet_distance(first, second) - same) < 1e-6
    with pytest.raises(MusicRNNError, match="two rows of each set"):
        frechet_distance(rows, rows[:1])


def judged(n: int, seed: int, *, told: str | None = None) -> Judged:
    random = np.random.default_rng(seed)
    asked = ["low", "high"] * (n // 2)
    vectors = random.standard_normal((n, 4)).astype(np.float32)
    vectors[::2, 0] += 5
    frames = random.standard_normal((n, 20, 6)).astype(np.float32) * 5
    return Judged(asked, [told or label for label in asked], vectors, frames)


def test_people_are_recognised_varied_and_new() -> None:
    people, others, train = judged(60, 1), judged(60, 2), judged(80, 3)
    found = generated_sound(judged(60, 4), people, others, coded=people, train=train)
    assert (found.recognised, found.ceiling, found.human) == (1, 1, 1)
    assert 0.8 < found.spread < 1.25
    assert found.frechet < 3 * found.frechet_human + 1
    assert found.nearer < 0.1
    text = found.as_text()
    assert "recognised as asked" in text
    assert "least recognised: high 100%" in text


def test_copies_and_one_sound_for_all_are_found() -> None:
    people, others, train = judged(60, 1), judged(60, 2), judged(80, 3)
    found = generated_sound(train, people, others, coded=people, train=train)
    assert found.nearest == 0
    assert found.nearer == 1
    shifted = Judged(train.asked, train.told, train.vectors, np.roll(train.frames, 3, axis=1) + 2)
    assert generated_sound(shifted, people, others, coded=people, train=train).nearer == 1
    one = judged(60, 4, told="low")
    one.vectors[:] = one.vectors[0]
    same = generated_sound(one, people, others, coded=people, train=train)
    assert same.recognised == 0.5
    assert same.labels == {"high": 0.0, "low": 1.0}
    assert same.spread < 1e-5
    assert same.frechet > found.frechet_human


def test_nearest_is_of_the_same_label() -> None:
    train = judged(20, 3)
    swapped = Judged(
        ["high" if label == "low" else "low" for label in train.asked],
        train.told, train.vectors, train.frames,
    )  # fmt: skip
    assert nearest(train, train).max() == 0
    assert nearest(swapped, train).min() > 1
