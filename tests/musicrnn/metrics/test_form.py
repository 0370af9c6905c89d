"""Form: pieces of known sections have known returns."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicrnn.metrics import form as module
from musicrnn.metrics.form import (
    bar_similarity,
    best_return,
    form,
    returns_of,
    section_similarity,
    similarity_at,
)
from tests.musicrnn.metrics.made_pieces import Row, bars_of, notes_of, section

A, B, C = section(30), section(31), section(32)


def test_a_a_b_a_returns_wholly() -> None:
    found = form(notes_of(bars_of(A + A + B + A)))
    assert found.best_return_4 == pytest.approx(1.0)
    assert found.has_return == 1
    assert found.best_return_8 == pytest.approx(0.5)  # A A beside B A
    assert math.isnan(form(notes_of(bars_of(A + A + B))).best_return_8)
    assert math.isnan(found.best_return_16)
    assert found.exact_returns == 8 / 16
    assert found.returning_section_share == 14 / 16  # three bars of A and one more are alike by .75
    assert found.repeated_bars == 0
    assert found.similarity_1 == 0
    assert found.similarity_4 == pytest.approx(4 / 12)
    assert found.similarity_8 == pytest.approx(4 / 8)
    assert math.isnan(found.similarity_16)
    assert found.nearest_earlier_bar == pytest.approx(8 / 12)


def test_a_piece_without_returns() -> None:
    found = form(notes_of(bars_of(A + B + C)))
    assert found.best_return_4 == found.has_return == found.exact_returns == 0
    assert found.rhythm_returns == 8 / 12
    assert found.transposed_returns == 8 / 12  # a bar on one pitch is any other transposed
    short = form(notes_of(bars_of(A)))
    assert math.isnan(short.best_return_4)
    assert math.isnan(short.has_return)
    assert math.isnan(short.exact_returns)
    assert math.isnan(short.returning_section_share)


def test_a_section_that_comes_back_higher_returns_transposed() -> None:
    tune = [[60, 62, 64, 65], [67, 65, 64, 60], [62, 64, 65, 67], [60, 64, 60, 67]]
    higher = [[pitch + 5 for pitch in bar] for bar in tune]
    found = form(notes_of(bars_of(tune + higher)))
    assert found.exact_returns == 0
    assert found.transposed_returns == 4 / 8


def test_similarity_is_the_jaccard_index_and_small_timing_does_not_matter() -> None:
    one, other = [60, 62, 64, 65], [60, 62, 67, 69]
    alike = bar_similarity(notes_of(bars_of([one, other])))
    np.testing.assert_allclose(alike, [[1, 2 / 6], [2 / 6, 1]])
    played = [(start + 1 / 24 * (start >= 4), p, d) for start, p, d in bars_of([one, one])]
    rounded = bar_similarity(notes_of(played))  # a 24th is between two twelfths
    assert rounded[0, 1] in (0.0, 1.0)
    rows: list[Row] = [(0, 60, 1), (4, 60, 0.25)]
    assert bar_similarity(notes_of(rows))[0, 1] == 1  # durations do not matter


def test_empty_bars_say_nothing() -> None:
    with_rest = [*A[:3], []]
    found = form(notes_of(bars_of(with_rest + with_rest + [[99]])))
    assert found.best_return_4 == 1
    assert found.exact_returns == 3 / 7
    alike = bar_similarity(notes_of(bars_of([[60], [], [], [], [], [60]])))
    assert np.isnan(alike[1, 2])
    assert alike[0, 1] == 0
    mostly_empty = [[60], [], [], [], [60], [], [], [], [61]]
    assert best_return(bar_similarity(notes_of(bars_of(mostly_empty))), 4) < 1
    silent = form(notes_of([]))
    assert all(math.isnan(value) for value in vars(silent).values())


def test_drums_are_no_pitches() -> None:
    found = form(notes_of(bars_of([[36, 38], [36, 42]] * 4), drums=True))
    assert found.exact_returns == 4 / 8
    assert found.similarity_1 == pytest.approx(1 / 3)


def test_sections_of_one_letter_beside_others() -> None:
    alike = bar_similarity(notes_of(bars_of(A + A + B + A)))
    same, different = section_similarity(alike, [(0, "A"), (4, "A"), (8, "B"), (12, "A")])
    assert (same, different) == (1, 0)
    assert all(map(math.isnan, section_similarity(alike, [(0, "A")])))


def test_a_very_long_piece_is_judged_by_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FORM_BARS", 8)
    assert form(notes_of(bars_of(A + B + A))).best_return_4 == 0
    monkeypatch.setattr(module, "CODES_AT_ONCE", 3)
    assert form(notes_of(bars_of(A + A + B))).best_return_4 == 1


BARS = st.lists(st.lists(st.integers(60, 62), max_size=3), min_size=1, max_size=12)


@given(BARS, st.integers(1, 4))
def test_returns_are_means_along_diagonals(bars: list[list[int]], length: int) -> None:
    alike = bar_similarity(notes_of([*bars_of(bars), (4.0 * len(bars), 70, 1)]))
    assert np.array_equal(alike, alike.T, equal_nan=True)
    found = returns_of(alike, length)
    for (later, first), value in np.ndenumerate(found):
        pairs = [
            alike[bar, bar + later + length]
            for bar in range(first, first + length)
            if bar + later + length < len(alike)
        ]
        known = [pair for pair in pairs if not math.isnan(pair)]
        if len(pairs) < length or 2 * len(known) < length or not known:
            assert math.isnan(value)
        else:
            assert value == pytest.approx(np.mean(known))
    if len(alike) > 1 and np.isfinite(np.diagonal(alike, 1)).any():
        assert 0 <= similarity_at(alike, 1) <= 1
