"""Drum fills: where they are found, and how they are drawn."""

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.form.fills import (
    draw_fills,
    fill_bars,
    fill_shares_from_json,
    fills_every,
    learn_fill_shares,
)
from musicrnn.score import Note, Score, Track, make_score

GROOVE = [(0, 36), (0, 42), (240, 42), (480, 38), (480, 42), (720, 42), (960, 36), (960, 42),
          (1200, 42), (1440, 38), (1440, 42), (1680, 42)]  # fmt: skip
FILL = [*GROOVE[:6], *((960 + 120 * n, drum) for n, drum in enumerate([38, 38, 48, 48, 45, 43]))]


def groove(*fills: int, bars: int = 8) -> Score:
    notes = [
        Note(1920 * bar + tick, drum, 60, 90)
        for bar in range(bars)
        for tick, drum in (FILL if bar in fills else GROOVE)
    ]
    return make_score(480, [Track(tuple(sorted(notes)), is_drum=True)])


def test_bars_in_which_the_hands_leave_the_cymbals_are_fills() -> None:
    assert np.flatnonzero(fill_bars(groove(3, 7))).tolist() == [3, 7]
    assert not fill_bars(groove()).any()


def test_what_a_drummer_does_all_the_time_is_no_fill() -> None:
    assert not fill_bars(groove(*range(8))).any()


def test_fills_are_as_frequent_as_they_were() -> None:
    found = [np.arange(8) == 7, np.arange(16) % 8 >= 6, np.ones(4, np.bool_)]
    shares = learn_fill_shares(found)
    assert shares == [0, 0, 0, 0, 0, 0, 0.6667, 1]  # the piece of 4 bars does not count
    assert fill_shares_from_json(shares) == shares
    drawn = np.array([draw_fills(shares, 12, np.random.default_rng(n)) for n in range(300)])
    assert drawn[:, 7].all()
    assert abs(drawn[:, 6].mean() - 0.667) < 0.1
    assert not drawn[:, [0, 5, 8, 11]].any()
    assert np.flatnonzero(fills_every(4, 10)).tolist() == [3, 7]


@pytest.mark.parametrize("said", [None, {}, [0.1] * 7, [2.0] * 8, ["a"] * 8])
def test_damaged_shares_are_one_sentence(said: object) -> None:
    with pytest.raises(MusicRNNError, match="fills are damaged: 8 shares were expected"):
        fill_shares_from_json(said)
