"""Densities and likenesses of sections: as often as they were counted, and where they may be."""

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.form.levels import (
    NEW_LEVELS,
    RETURNING_LEVELS,
    LevelChain,
    LikenessChains,
    densities_from_json,
    draw_densities,
)
from musicrnn.form.outlook import RETURNING, last_of_letter
from musicrnn.form.plan import parse_plan

PLAN = parse_plan("i4 A8 B8 A8 X4 B8 o4")


def test_what_returns_is_as_dense_as_it_was() -> None:
    chain = LevelChain.learn([[1, 3, 5, 2], [2, 2, 4]], 5)
    for seed in range(30):
        found = draw_densities(chain, PLAN, np.random.default_rng(seed))
        assert len(found) == len(PLAN)
        assert found[1] == found[3]
        assert found[2] == found[5]
        assert set(found) <= {1, 2, 3, 4, 5}


def test_densities_come_as_often_as_they_were_counted() -> None:
    chain, plan = LevelChain.learn([[4, 4, 5]] * 1000, 5), parse_plan("i8 B8")
    found = [draw_densities(chain, plan, np.random.default_rng(seed)) for seed in range(300)]
    first, second = zip(*found, strict=True)
    assert np.mean(np.array(first) == 4) > 0.97
    assert abs(np.mean(np.array(second) == 5) - 0.5) < 0.1
    assert densities_from_json(chain.counts) == chain


def test_a_piece_without_an_intro_is_as_dense_as_sections_behind_one() -> None:
    chain = LevelChain.learn([[1, 5, 5]] * 1000, 5)
    found = [draw_densities(chain, PLAN[1:3], np.random.default_rng(seed)) for seed in range(50)]
    assert np.mean(np.array(found) == 5) > 0.95


def test_likenesses_are_those_of_new_sections_or_of_returning_ones() -> None:
    chains = LikenessChains.learn([[1, 5, 6, 9], [2, 2, 7]])
    for seed in range(30):
        found = chains.draw(PLAN, np.random.default_rng(seed))
        for likeness, last in zip(found, last_of_letter(PLAN), strict=True):
            assert (1 <= likeness < RETURNING) is (last is None)
            assert likeness < RETURNING + RETURNING_LEVELS
    assert LikenessChains.from_json(chains.as_json()) == chains


def test_likenesses_come_as_often_as_they_were_counted() -> None:
    chains, plan = LikenessChains.learn([[1, 5, 9, 9]] * 1000), parse_plan("A8 B8 A8 B8")
    found = [chains.draw(plan, np.random.default_rng(seed)) for seed in range(200)]
    assert np.mean(np.array(found) == [1, 5, 9, 9]) > 0.97
    expected = [4 * np.log(1001 / (1000 + n)) for n in (NEW_LEVELS, RETURNING_LEVELS)]
    assert abs(chains.log_likelihood([1, 5, 9, 9]) - sum(expected) / 2) < 1e-9


@pytest.mark.parametrize("said", [3, {"1": 4}, {"1": {"2": "x"}}, {"^": {"1": -9}}])
def test_a_damaged_model_is_one_sentence(said: object) -> None:
    with pytest.raises(MusicRNNError, match="levels are damaged"):
        densities_from_json(said)
    with pytest.raises(MusicRNNError, match="damaged"):
        LikenessChains.from_json({"new": said})
