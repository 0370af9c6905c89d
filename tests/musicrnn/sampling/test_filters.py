"""Filters against hand-computed distributions, and the draw against its CDF."""

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.sampling.filters import Settings, choose, draw, filtered, recent_ids

LOGITS = np.log(np.array([[0.5, 0.25, 0.15, 0.1], [0.1, 0.2, 0.3, 0.4]]))


def kept(logits: np.ndarray) -> list[list[int]]:
    return [np.flatnonzero(np.isfinite(row)).tolist() for row in logits]


def test_top_k_keeps_the_likeliest() -> None:
    assert kept(filtered(LOGITS, Settings(top_k=2))) == [[0, 1], [2, 3]]


@pytest.mark.parametrize(
    ("p", "expected"), [(0.5, [[0], [2, 3]]), (0.76, [[0, 1, 2], [1, 2, 3]]), (0.05, [[0], [3]])]
)
def test_top_p_keeps_the_smallest_set_with_the_mass(p: float, expected: list) -> None:
    assert kept(filtered(LOGITS, Settings(top_p=p))) == expected


def test_min_p_is_relative_to_the_likeliest() -> None:
    assert kept(filtered(LOGITS, Settings(min_p=0.45))) == [[0, 1], [1, 2, 3]]


def test_penalty_lowers_recent_ids_only() -> None:
    chances = np.exp(filtered(LOGITS, Settings(repetition_penalty=2.0), [[0], []]))
    np.testing.assert_allclose(chances, [[0.25, 0.25, 0.15, 0.1], [0.1, 0.2, 0.3, 0.4]])


def test_recent_ids_that_are_none_of_the_model_are_passed_over() -> None:
    settings = Settings(repetition_penalty=2.0)
    found = filtered(LOGITS[:1], settings, [[4, 2, -7, 10**9]])
    np.testing.assert_array_equal(found, filtered(LOGITS[:1], settings, [[2]]))


def test_neutral_settings_change_nothing() -> None:
    np.testing.assert_array_equal(filtered(LOGITS, Settings(), [[0], [1]]), LOGITS)


def test_forbidden_ids_survive_no_filter() -> None:
    logits = LOGITS.copy()
    logits[:, 0] = -np.inf
    settings = Settings(temperature=0.7, top_k=3, top_p=0.9, min_p=0.1, repetition_penalty=1.2)
    shaped = filtered(logits, settings, [[0, 1], [2]])
    assert not np.isfinite(shaped[:, 0]).any()
    assert (draw(shaped, np.array([0.0, 0.0])) != 0).all()


def test_draw_is_the_inverse_cdf() -> None:
    uniforms = np.linspace(0, 1, 1001)[:-1]
    drawn = draw(np.repeat(LOGITS[:1], 1000, axis=0), uniforms)
    np.testing.assert_array_equal(np.bincount(drawn), [500, 250, 150, 100])


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(temperature=0.7, top_k=5),
        Settings(top_p=0.8, min_p=0.02),
        Settings(0.9, 7, 0.9, 0.01, 1.3),
    ],
)
def test_choosing_is_masking_filtering_and_drawing(settings: Settings) -> None:
    random = np.random.default_rng(5)
    logits = random.normal(0, 3, (200, 12)).astype(np.float32)
    allowed = random.random((200, 12)) < 0.6
    allowed[:, 3] = True
    history = random.integers(0, 12, (200, 70)).tolist()
    uniforms = random.random(200)
    ids, likelihoods = choose(logits, allowed, settings, recent_ids(history, 200), uniforms)
    shaped = np.where(allowed, logits.astype(np.float64), -np.inf)
    np.testing.assert_array_equal(ids, draw(filtered(shaped, settings, history), uniforms))
    chances = np.exp(shaped) / np.exp(shaped).sum(1, keepdims=True)
    np.testing.assert_allclose(np.exp(likelihoods), chances[np.arange(200), ids], rtol=1e-10)


def test_logits_that_are_not_finite_are_refused_even_where_forbidden() -> None:
    logits = np.zeros((1, 3), np.float32)
    logits[0, 2] = np.nan
    allowed = np.array([[True, True, False]])
    with pytest.raises(MusicRNNError, match="not finite"):
        choose(logits, allowed, Settings(), recent_ids([], 1), np.zeros(1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": 0},
        {"temperature": float("nan")},
        {"top_k": -1},
        {"top_p": 1.4},
        {"top_p": 0},
        {"min_p": 1},
        {"repetition_penalty": 0.5},
    ],
)
def test_settings_out_of_range_are_named_with_their_bound(wrong: dict) -> None:
    with pytest.raises(MusicRNNError, match=f"{next(iter(wrong))} must be"):
        Settings(**wrong)


def test_the_coldest_draws_the_likeliest_of_any_logits() -> None:
    logits = np.array([[-3e38, -2e38, 1, 0], [-3e38, -2e38, 3e38, 0]], np.float32)
    allowed = np.array([[True, True, False, False], [True] * 4])
    recent = recent_ids([], 2)
    for settings in (Settings(1e-6), Settings(1e-6, repetition_penalty=100.0)):
        ids, _ = choose(logits, allowed, settings, recent, np.array([0.99, 0.01]))
        np.testing.assert_array_equal(ids, [1, 2])
    with pytest.raises(MusicRNNError, match=r"temperature must be in \[1e-6, 100\], got 1e-310"):
        Settings(1e-310)


def test_a_top_k_of_any_size_may_be_more_than_there_are() -> None:
    np.testing.assert_array_equal(filtered(LOGITS, Settings(top_k=10**20)), LOGITS)
