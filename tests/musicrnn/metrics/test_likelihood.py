"""The counting baselines against counts by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicrnn.errors import MusicRNNError
from musicrnn.metrics.likelihood import fit_baselines, likelihood
from musicrnn.metrics.piece_losses import PieceLosses


def ids(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int32)


def test_counts_by_hand() -> None:
    # predicted: 2 2 3 1 (the first id, 0, is given); pairs 02 22 23 31
    found = fit_baselines([ids(0, 2, 2, 3, 1)], vocabulary_size=4)
    np.testing.assert_allclose(found.unigram, [1 / 8, 2 / 8, 3 / 8, 2 / 8])
    # after 2: once 2 and once 3, and one unigram's worth more
    np.testing.assert_allclose(found.bigram[2], [1 / 24, 2 / 24, (1 + 3 / 8) / 3, (1 + 1 / 4) / 3])
    np.testing.assert_allclose(found.bigram[1], found.unigram)  # never seen before anything
    nats = found.nats([ids(0, 2, 3), ids(0)])
    assert nats["unigram"] == pytest.approx(-(math.log(3 / 8) + math.log(2 / 8)) / 2)
    expected = -(math.log((1 + 3 / 8) / 2) + math.log((1 + 1 / 4) / 3)) / 2
    assert nats["bigram"] == pytest.approx(expected)
    each = found.piece_nats([ids(0, 2, 3), ids(0), ids(1, 3)])
    np.testing.assert_allclose(each["unigram"], [2 * nats["unigram"], 0, -math.log(2 / 8)])


def test_validation_chooses_the_smoothing() -> None:
    cycle = np.tile([2, 3, 4, 5], 50)
    train = [cycle.astype(np.int32)]
    sure = fit_baselines(train, train, vocabulary_size=6)
    unlike = fit_baselines(train, [np.tile([5, 3], 9).astype(np.int32)], vocabulary_size=6)
    assert sure.bigram[2, 3] > 0.99 > unlike.bigram[2, 3]  # smoothed less, and more
    assert sure.nats(train)["bigram"] < 0.01


@given(
    st.lists(st.lists(st.integers(0, 7), min_size=2, max_size=30), min_size=1, max_size=5),
    st.lists(st.lists(st.integers(0, 7), min_size=0, max_size=30), max_size=3),
)
def test_rows_are_probabilities(train: list[list[int]], valid: list[list[int]]) -> None:
    found = fit_baselines([ids(*t) for t in train], [ids(*v) for v in valid], vocabulary_size=8)
    assert found.unigram.sum() == pytest.approx(1)
    np.testing.assert_allclose(found.bigram.sum(axis=1), 1)
    assert (found.bigram > 0).all()


def test_figures_of_a_model() -> None:
    found = likelihood(
        PieceLosses(
            ["a", "b"],
            {"model": np.array([4.0, 8.0]), "bigram": np.array([6.0, 12.0])},
            {"token": np.array([4, 2]), "note": np.array([1, 2]), "bar": np.array([0, 0])},
        )
    )
    assert (found.tokens, found.notes, found.bars) == (6, 3, 0)
    assert (found.nats_per_token, found.nats_per_note, found.nats_per_bar) == (2, 4, None)
    assert found.baselines == {"bigram": 3}
    assert found.interval == (1, 4)  # one of the two drawn twice
    assert (found.interval_per_note, found.interval_per_bar) == ((4, 4), None)
    assert "95 % interval  1.000 to 4.000  4.000 to 4.000    -" in found.as_text()


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(MusicRNNError, match="another tokenizer"):
        fit_baselines([ids(0, 4)], vocabulary_size=4)
    with pytest.raises(MusicRNNError, match="no token"):
        fit_baselines([ids(0)], vocabulary_size=4)
    with pytest.raises(MusicRNNError, match="vocabulary"):
        fit_baselines([ids(0, 1)], vocabulary_size=20_000)
