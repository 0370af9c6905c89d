"""Figures of frames: every step the same weight, intervals that cover, ensembles by their mean."""

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.metrics.frame_likelihood import ensemble, frame_likelihood, known, nats_a_step


def test_a_figure_is_a_ratio_of_sums_not_a_mean_of_means() -> None:
    losses = [np.full(1, 9.0), np.full(99, 1.0)]
    found = frame_likelihood(losses)
    assert found.nats_per_step == pytest.approx((9 + 99) / 100)
    assert (found.n, found.frames) == (2, 100)
    assert found.interval == pytest.approx((1.0, 9.0))  # one of the two pieces drawn twice
    assert frame_likelihood(losses[1:]).interval is None
    with pytest.raises(MusicRNNError, match="no frame to measure in 1 piece"):
        nats_a_step([np.zeros(0)])


def test_intervals_cover_the_true_mean_and_come_again() -> None:
    random = np.random.default_rng(0)
    covered = 0
    for _ in range(100):
        level = random.normal(8, 1, 40)  # pieces differ, their frames hardly do
        losses = [np.full(random.integers(5, 60), value) for value in level]
        low, high = frame_likelihood(losses).interval
        covered += low <= 8 <= high
    assert 85 <= covered <= 99
    assert frame_likelihood(losses) == frame_likelihood(losses)
    assert frame_likelihood(losses) != frame_likelihood(losses, seed=1)


def test_an_ensemble_has_the_mean_of_the_probabilities() -> None:
    chances = np.random.default_rng(0).random((3, 7))
    pieces = [np.zeros((4, 2), np.uint8), np.zeros((3, 2), np.uint8)]
    members = [lambda pieces, p=p: [-np.log(p[:4]), -np.log(p[4:])] for p in chances]
    found = np.concatenate(ensemble(members)(pieces))
    np.testing.assert_allclose(found, -np.log(chances.mean(0)))
    np.testing.assert_allclose(np.concatenate(ensemble(members[:1])(pieces)), -np.log(chances[0]))
    unlikely = [lambda pieces, nats=nats: [np.array([nats])] for nats in (2000.0, 2000.0)]
    assert ensemble(unlikely)(pieces[:1])[0] == pytest.approx(2000.0)
    with pytest.raises(MusicRNNError, match="got none"):
        ensemble([])


def test_duplicates_are_the_same_frames_of_the_same_shape() -> None:
    piece = np.eye(3, 4, dtype=np.uint8)
    others = [piece[:2], piece.copy()]
    assert known([piece, piece[1:], piece.reshape(4, 3)], others) == [True, False, False]
