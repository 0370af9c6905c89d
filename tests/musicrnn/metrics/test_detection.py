"""Figures of a recording that was worked out by hand, and of listeners that are known."""

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.events import DetectedWord, Script, Spoken, Stretch
from musicrnn.metrics.detection import (
    AGAIN,
    ON_BACKGROUND,
    ON_UNKNOWN,
    Point,
    best_point,
    detection,
    match,
    sweep,
)
from musicrnn.metrics.intervals import wilson_interval

SCRIPT = Script(
    (
        Spoken(1.0, 1.5, "go"),
        Spoken(3.0, 3.6, "stop"),
        Spoken(5.0, 5.5, None),
        Spoken(8.0, 8.5, "go"),
        Spoken(65.0, 65.5, "stop"),
        Spoken(66.1, 66.5, "go"),
    ),
    (Stretch(0, 60, "noise", 10.0), Stretch(60, 120, "music", 10.0)),
)


def events(*heard: tuple[float, str]) -> list[DetectedWord]:
    return [DetectedWord(time, label, 0.9) for time, label in heard]


HEARD = events(
    (0.9, "go"),  # before the word has begun: background
    (1.6, "go"),  # found, 0.1 s after its end
    (2.2, "go"),  # the same word again
    (3.7, "go"),  # "stop" taken for "go"
    (5.2, "stop"),  # unknown speech
    (9.24, "go"),  # found, 0.74 s after its end
    (20.0, "stop"),  # background
    (66.15, "stop"),  # the first of two words, though the second has begun: 0.65 s after its end
    (67.3, "go"),  # 0.8 s after its end: too late
)


def test_an_example_by_hand() -> None:
    figures = detection(SCRIPT, HEARD)
    assert (figures.n, figures.detection) == (5, 3 / 5)
    assert figures.interval == wilson_interval(3, 5)
    assert figures.confused == 1
    assert figures.confusions == {"stop": {"go": 1}}
    assert figures.false_accepts == {ON_UNKNOWN: 1, ON_BACKGROUND: 3, AGAIN: 1}
    assert figures.false_accepts_an_hour == 5 / (120 / 3600)
    assert figures.latency == pytest.approx((0.65, np.quantile([0.1, 0.65, 0.74], 0.95)))
    assert figures.backgrounds == {
        "noise": {"n": 3, "detection": 2 / 3, "false_accepts": 4},
        "music": {"n": 2, "detection": 1 / 2, "false_accepts": 1},
    }


def test_every_event_is_given_to_one_thing() -> None:
    found = match(SCRIPT, HEARD)
    assert len(found.found) + len(found.confused) + len(found.false) == len(HEARD)
    assert [word.start for word in found.missed] == [3.0, 66.1]


def test_nothing_heard() -> None:
    figures = detection(SCRIPT, [])
    assert (figures.detection, figures.false_accepts_an_hour, figures.latency) == (0.0, 0.0, None)


def test_two_words_alike_within_reach_take_one_event_each() -> None:
    twice = Script((Spoken(1, 1.4, "go"), Spoken(1.9, 2.3, "go")), (Stretch(0, 10, "noise", 10.0),))
    assert detection(twice, events((1.5, "go"), (2.1, "go"))).detection == 1
    assert detection(twice, events((2.0, "go"), (2.1, "go"))).detection == 1
    assert detection(twice, events((1.5, "go"), (1.6, "go"))).detection == 0.5


def test_chance_finds_what_its_rate_says() -> None:
    """Events at random: a word is found if one of the right label falls into its window."""
    random = np.random.default_rng(0)
    labels = np.array(["a", "b", "c", "d"])
    starts = np.arange(2000) * 4.0
    spoken = tuple(Spoken(s, s + 0.5, str(random.choice(labels))) for s in starts.tolist())
    hour = Script(spoken, (Stretch(0, 8000, "noise", 10.0),))
    times = np.sort(random.uniform(0, 8000, 4000)).tolist()  # 0.5 a second
    figures = detection(hour, events(*((time, str(random.choice(labels))) for time in times)))
    # Poisson, 0.5 / 4 a second and label over windows of 1.25 s: 1 - exp(-0.156) = 0.1447
    assert figures.detection == pytest.approx(0.1447, abs=0.025)
    # outside the windows: 2.75 s of every 4 s at 0.5 a second
    on_background = figures.false_accepts[ON_BACKGROUND]
    assert on_background == pytest.approx(2000 * 2.75 * 0.5, rel=0.06)


def test_a_sweep_and_its_best_point() -> None:
    heard = {0.2: HEARD, 0.5: HEARD[1:2], 0.9: []}
    points = sweep(SCRIPT, lambda threshold: heard[threshold], (0.2, 0.5, 0.9))
    assert [round(point.miss, 6) for point in points] == [0.4, 0.8, 1.0]
    assert [point.false_accepts_an_hour for point in points] == [150.0, 0.0, 0.0]
    assert best_point(points) == (points[1], True)
    assert best_point(points, most=200) == (points[0], True)
    loud = [Point(0.2, 0.1, 9.0), Point(0.5, 0.3, 4.0)]
    assert best_point(loud) == (loud[1], False)
    with pytest.raises(MusicRNNError, match="got none"):
        best_point([])


def test_without_a_word_there_is_no_figure() -> None:
    with pytest.raises(MusicRNNError, match="without a word"):
        detection(Script((), (Stretch(0, 60, "noise", 10.0),)), [])
