import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.metrics.classification import calibrate, label_figures
from musicrnn.metrics.intervals import wilson_interval


def test_wilson_interval_of_known_counts():
    low, high = wilson_interval(153, 290)  # by hand: 0.5276 in 0.4701..0.5843
    assert (round(low, 3), round(high, 3)) == (0.470, 0.584)
    assert wilson_interval(0, 5)[0] == pytest.approx(0.0)
    assert wilson_interval(5, 5)[1] == pytest.approx(1.0)
    with pytest.raises(MusicRNNError, match="got 6 of 5"):
        wilson_interval(6, 5)


def test_scores_of_a_small_table():
    told = np.eye(3)[[0, 0, 1, 1, 1, 0]]
    scores = label_figures(told, [0, 0, 0, 1, 1, 2], ["a", "b", "c"])
    assert scores.accuracy == pytest.approx(4 / 6)
    assert scores.majority == 0.5
    assert scores.confusion == ((2, 1, 0), (0, 2, 0), (1, 0, 0))
    assert scores.scores["a"].precision == pytest.approx(2 / 3)
    assert scores.scores["a"].recall == pytest.approx(2 / 3)
    assert scores.scores["b"].recall == 1.0
    assert scores.scores["c"] == type(scores.scores["c"])(1, 0.0, 0.0, 0.0)
    with pytest.raises(MusicRNNError, match="got 1 calls for 2"):
        label_figures(told[:1], [0, 1], ["a", "b", "c"])


def test_calibrate_finds_the_least():
    assert calibrate(lambda t: (t - 1.7) ** 2) == pytest.approx(1.7, rel=0.01)
