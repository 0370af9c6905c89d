"""The curve of a detector: what is kept of a sweep, what is chosen from it, what is damaged."""

import copy

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.listening.curve import MAX_POINTS, Curve, chosen_threshold
from musicrnn.metrics.detection import Point
from musicrnn.training.words.choice import THRESHOLDS

SWEEP = [
    Point(0.2, 0.10, 30.0),
    Point(0.3, 0.05, 30.0),  # better than the one before
    Point(0.5, 0.05, 12.0),
    Point(0.6, 0.05, 12.0),  # the same
    Point(0.8, 0.20, 0.5),
    Point(0.9, 0.20, 1.0),  # more false accepts than the one before
    Point(0.99, 0.60, 0.0),
    Point(0.999, 0.90, 0.0),
]
CURVE = Curve.of_sweep(SWEEP, 2.0)
HEADER = {"curve": CURVE.as_json()}


def test_a_curve_is_where_something_changes() -> None:
    assert CURVE.points == tuple(SWEEP[index] for index in (1, 3, 5, 6, 7))
    assert Curve.from_json(CURVE.as_json()) == CURVE
    assert Curve.of_sweep(SWEEP[:1], 1.0).points == (SWEEP[0],)
    assert len(THRESHOLDS) <= MAX_POINTS


@pytest.mark.parametrize(
    ("wanted", "threshold"), [(1000, 0.3), (30, 0.3), (29.9, 0.6), (12, 0.6), (1, 0.9), (0.9, 0.99)]
)
def test_the_lowest_threshold_with_so_many_false_accepts(wanted: float, threshold: float) -> None:
    chosen = chosen_threshold(HEADER, 0.7, None, wanted)
    assert chosen.threshold == threshold
    assert not chosen.limit
    assert chosen.measured is not None
    assert chosen.measured.false_accepts_an_hour <= wanted


def test_a_stream_too_short_to_tell() -> None:
    """In two hours less than half a false accept an hour is none at all."""
    chosen = chosen_threshold(HEADER, 0.7, None, 0.4)
    assert chosen.threshold == 0.99
    assert chosen.as_text() == (
        "threshold 0.99: about 0 false accepts an hour and 60 % of the words missed, as "
        "measured in training on 120 min; 0.4 an hour cannot be told from none on so short a "
        "stream: this is the lowest threshold without any"
    )


def test_more_than_is_wanted_at_any_threshold() -> None:
    loud = {"curve": Curve.of_sweep(SWEEP[:4], 2.0).as_json()}
    chosen = chosen_threshold(loud, 0.7, None, 0.4)
    assert chosen.threshold == 0.6
    assert "about 12 false accepts an hour and 5 % of the words missed" in chosen.as_text()
    assert "0.4 an hour was not reached: this is the highest" in chosen.as_text()


def test_what_is_chosen_when_nothing_is_asked_for() -> None:
    assert chosen_threshold(HEADER, 0.7, None, None).threshold == 0.9
    old = {"valid_stream_hours": 1, "valid_stream_detection": 0.75}
    old = {"metrics": {**old, "valid_stream_false_accepts_an_hour": 4.0}}
    carried = chosen_threshold(old, 0.7, None, None)
    assert carried.as_text() == (
        "threshold 0.7: about 4 false accepts an hour and 25 % of the words missed, as "
        "measured in training on 60 min of a stream of words"
    )
    for unknown in ({}, {"metrics": None}, {"metrics": {"valid_n": 3}}):
        assert "does not say" in chosen_threshold(unknown, 0.7, None, None).as_text()


def test_a_threshold_that_is_given() -> None:
    """Between two points it costs what lies between them; below the first nothing is known."""
    given = chosen_threshold(HEADER, 0.7, 0.75, None)
    assert given.measured == Point(0.75, pytest.approx(0.125), pytest.approx(6.5))
    assert "about 6.50 false accepts" in given.as_text()
    assert chosen_threshold(HEADER, 0.7, 1.0, None).measured == Point(1.0, 0.9, 0.0)
    assert chosen_threshold(HEADER, 0.7, 0.1, None).measured is None
    assert "does not say" in chosen_threshold({}, 0.7, 0.9, None).as_text()


@pytest.mark.parametrize("wanted", [0, -1, 1001, float("nan"), "1"])
def test_false_accepts_out_of_bounds(wanted: float) -> None:
    with pytest.raises(MusicRNNError, match=r"must be 0.01 to 1000 an hour, got"):
        chosen_threshold(HEADER, 0.7, None, wanted)


def test_what_cannot_be_chosen() -> None:
    with pytest.raises(MusicRNNError, match=r"give one, got 0.5 and 1"):
        chosen_threshold(HEADER, 0.7, 0.5, 1)
    with pytest.raises(MusicRNNError, match=r"has no curve.*give a threshold"):
        chosen_threshold({}, 0.7, None, 1)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ((), None),
        ((), [1, 2]),
        (("hours",), 0),
        (("hours",), "1"),
        (("points",), []),
        (("points",), CURVE.as_json()["points"] * 20),
        (("points",), {"threshold": 0.5}),
        (("points", 1), {"threshold": 0.5}),
        (("points", 1, "threshold"), 0.2),
        (("points", 1, "threshold"), 2.0),
        (("points", 1, "miss"), 0.7),
        (("points", 1, "miss"), -0.1),
        (("points", 1, "false_accepts_an_hour"), 40.0),
        (("points", 1, "false_accepts_an_hour"), None),
    ],
)
def test_a_damaged_curve(place: tuple, value: object) -> None:
    header = copy.deepcopy(HEADER)
    owner, names = header, ("curve", *place)
    for name in names[:-1]:
        owner = owner[name]
    owner[names[-1]] = value
    with pytest.raises(MusicRNNError, match="in the model's header") as caught:
        chosen_threshold(header, 0.7, 0.5, None)
    assert len(str(caught.value)) < 250
