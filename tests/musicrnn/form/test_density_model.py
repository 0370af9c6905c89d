"""Densities of sections: as often as they were counted, the same where a section returns."""

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.form.density_model import DensityModel
from musicrnn.form.plan import parse_plan

PLAN = parse_plan("i4 A8 B8 A8 X4 B8 o4")


def test_what_returns_is_as_dense_as_it_was() -> None:
    model = DensityModel.learn([[1, 3, 5, 2], [2, 2, 4]])
    for seed in range(30):
        found = model.draw(PLAN, np.random.default_rng(seed))
        assert len(found) == len(PLAN)
        assert found[1] == found[3]
        assert found[2] == found[5]
        assert set(found) <= {1, 2, 3, 4, 5}


def test_densities_come_as_often_as_they_were_counted() -> None:
    model = DensityModel.learn([[4, 4, 5]] * 1000)
    found = [model.draw(parse_plan("A8 B8"), np.random.default_rng(seed)) for seed in range(300)]
    first, second = zip(*found, strict=True)
    assert np.mean(np.array(first) == 4) > 0.97
    assert abs(np.mean(np.array(second) == 5) - 0.5) < 0.1
    assert DensityModel.from_json(model.counts) == model


@pytest.mark.parametrize("said", [3, {"1": 4}, {"1": {"2": "x"}}, {"^": {"1": -9}}])
def test_a_damaged_model_is_one_sentence(said: object) -> None:
    with pytest.raises(MusicRNNError, match="no model of densities"):
        DensityModel.from_json(said)
