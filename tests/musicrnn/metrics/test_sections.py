"""Agreement about sections: by hand, and at its bounds."""

import pytest

from musicrnn.metrics.sections import bar_labels, boundary_f1, label_f1


def test_by_hand() -> None:
    assert boundary_f1([0, 8, 16], [0, 8, 15]) == 0.5
    assert boundary_f1([0, 8, 16], [0, 8, 15], within=1) == 1
    assert boundary_f1([0, 8], [0, 7, 9], within=1) == pytest.approx(2 / 3)
    assert label_f1("AABB", "AAAB") == pytest.approx(2 / 5)
    assert label_f1("AAB", "CCX") == 1


def test_where_there_is_nothing() -> None:
    assert boundary_f1([0], [0]) == label_f1("A", "B") == label_f1("AB", "CD") == 1
    assert boundary_f1([0, 4], [0]) == 0


def test_sections_without_a_partner_are_not_alike() -> None:
    assert bar_labels([1, 2, 3], ["X", "A", "X"], 5) == ["i", "X0", "A", "X2", "X2"]
