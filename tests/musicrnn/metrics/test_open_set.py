"""What has no label, and must not be called likely."""

import numpy as np
import pytest

from musicrnn.fillers import NONE
from musicrnn.metrics.open_set import best_of, open_set_figures, open_threshold

LABELS = ("blues", "jazz", NONE)


def told(rows):
    return np.array(rows, np.float64)


def test_figures_by_kind():
    rows = [[0.9, 0.1, 0], [0.5, 0.2, 0.3], [0.3, 0.6, 0.1], [0.7, 0, 0.3], [0, 0.1, 0.9]]
    names = ["a", "b", "c", "speech 1", "tones 1"]
    found = open_set_figures(told(rows), [0, 0, 0, 2, 2], LABELS, names=names, threshold=0.55)
    assert (found.kept, found.right) == (1, 2)  # the third is wrong, however likely
    assert found.others == {"speech": (1, 1), "other sounds": (0, 1)}
    text = found.as_text()
    assert "of 2 right labels 1 stay likely (50.0%" in text
    assert "speech: 1 of 1 are called likely (100.0%" in text


def test_the_threshold_spends_a_twentieth_of_the_right_labels():
    random = np.random.default_rng(0)
    good = random.uniform(0.36, 0.48, 100)
    bad = random.uniform(0.0, 0.3, 100)
    rows = [[p, 0.3, 0.7 - p] for p in good] + [[p, 0, 1 - p] for p in bad]
    names = [f"song {i}" for i in range(100)] + [f"speech {i}" for i in range(100)]
    at = open_threshold(told(rows), [0] * 100 + [2] * 100, LABELS, names)
    assert at == pytest.approx(np.quantile(good, 0.05))  # there may be others than those
    found = open_set_figures(told(rows), [0] * 100 + [2] * 100, LABELS, names=names, threshold=at)
    assert found.kept == 95
    assert found.others["speech"][0] == 0


def test_few_that_are_all_sure_make_no_threshold_of_one():
    rows = [[0.9999, 0.0001, 0], [0.99999, 0.00001, 0], [0.9998, 0.0002, 0], [0.01, 0, 0.99]]
    names = ["a", "b", "c", "speech 1"]
    assert open_threshold(told(rows), [0, 0, 0, 2], LABELS, names) == 0.5
    assert open_threshold(told(rows[:3])[:, :2], [0] * 3, LABELS[:2], names[:3]) == 0.5


def test_nothing_is_likely_where_none_of_these_is_likelier():
    rows = told([[0.44, 0.04, 0.52], [0.44, 0.2, 0.36]])
    assert best_of(rows, LABELS).tolist() == [0.0, 0.44]
    found = open_set_figures(rows, [0, 0], LABELS, names=["a", "b"], threshold=0.3)
    assert (found.kept, found.right) == (1, 2)
    assert "without a label" not in found.as_text()


def test_the_threshold_never_costs_more_than_it_may():
    rows = [[p, 1 - p, 0] for p in np.linspace(0.5, 1, 100)] + [[0.99, 0, 0.01]] * 50
    names = ["song"] * 100 + ["speech 1"] * 50
    at = open_threshold(told(rows), [0] * 100 + [2] * 50, LABELS, names)
    found = open_set_figures(told(rows), [0] * 100 + [2] * 50, LABELS, names=names, threshold=at)
    assert found.kept >= 91
    assert found.others["speech"] == (50, 50)


def test_without_others_a_twentieth_is_doubtful():
    rows = told([[p, (1 - p) / 2, (1 - p) / 2] for p in np.linspace(0.4, 1, 101)])
    at = open_threshold(rows, [0] * 101, ("blues", "jazz", "rock"), [""] * 101)
    assert at == pytest.approx(np.quantile(rows.max(axis=1), 0.05))
