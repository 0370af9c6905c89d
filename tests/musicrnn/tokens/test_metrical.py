"""Where in the bar a step is."""

from dataclasses import replace

import numpy as np
import pytest

from musicrnn.score import Score, TimeSignature
from musicrnn.tokens.metrical import BAR_COLUMNS, metre_of, regular_metre

FOUR = TimeSignature(0, 4, 4)


def score(*metres: TimeSignature, quarter: int = 480) -> Score:
    return Score(quarter, (), time_signatures=metres)


@pytest.mark.parametrize("quarter", [4, 480, 30])
def test_plain_bars(quarter: int) -> None:
    assert (metre_of(score(FOUR, quarter=quarter), 0, 70) == regular_metre(70)).all()
    metre = regular_metre(70)
    assert metre[:, 0].tolist() == [float(step % 4 == 0) for step in range(70)]
    assert metre[:, 4].tolist() == [float(step % 16 < 4) for step in range(70)]
    assert metre[:, 8].tolist() == [float(step % 32 < 16) for step in range(70)]
    assert np.flatnonzero(metre[:, 10]).tolist() == [0]
    assert np.flatnonzero(metre[:, 11]).tolist() == [69]


def test_an_upbeat_is_the_end_of_a_bar_however_it_is_written() -> None:
    wanted = regular_metre(36, upbeat=4)
    assert wanted[0, 7] == wanted[4, 4] == wanted[4, 8] == 1
    short_bar = score(TimeSignature(0, 1, 4), TimeSignature(480, 4, 4))
    assert (metre_of(short_bar, 0, 36) == wanted).all()
    assert (metre_of(score(FOUR), 12, 48) == wanted).all()  # rests before it


def test_other_metres_know_the_quarter_alone() -> None:
    waltz = metre_of(score(TimeSignature(0, 3, 4)), 0, 24)
    assert (waltz[:, BAR_COLUMNS] == 0).all()
    assert (waltz[:, :4] == regular_metre(24)[:, :4]).all()
    changed = score(FOUR, TimeSignature(1920, 3, 4))
    assert (metre_of(changed, 0, 16)[:, :10] == regular_metre(16)[:, :10]).all()
    assert (metre_of(changed, 0, 28)[16:, BAR_COLUMNS] == 0).all()
    assert (metre_of(replace(changed, time_signatures=(TimeSignature(0, 2, 2),)), 0, 20)
            == regular_metre(20)).all()  # fmt: skip
