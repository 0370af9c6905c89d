"""Student's interval against the tables of his distribution."""

import pytest

from musicrnn.metrics.student import half_width


def test_student_s_interval() -> None:
    assert half_width([1.0]) is None
    assert half_width([1.0, 1.0, 1.0]) == 0
    assert half_width([1.0, 3.0]) == pytest.approx(12.7062047)  # t = 12.706, deviation/sqrt(2) = 1
