"""Hidden sizes are matched to the budget, and every real cell comes within 2 % of 20,000."""

import numpy as np
import pytest

from musicrnn.cells import CELLS
from musicrnn.comparison.budget import PARAMETER_TOLERANCE
from musicrnn.comparison.matching import Match, matched
from musicrnn.comparison.subject import Subject
from musicrnn.errors import MusicRNNError
from musicrnn.training.frames.settings import FrameSettings
from musicrnn.training.task import TASKS
from tests.musicrnn.training.small import data_of


@pytest.mark.parametrize("wanted", [50, 117, 118, 20_000, 3_000_000])
def test_the_nearest_size_is_found(wanted: int) -> None:
    def parameters(hidden: int) -> int:
        return 4 * hidden * hidden + 13 * hidden + 2

    found = matched(parameters, wanted)
    nearest = min(range(1, 2000), key=lambda hidden: abs(parameters(hidden) - wanted))
    assert found == Match(nearest, parameters(nearest))


def test_sizes_that_a_cell_cannot_have_are_passed_over() -> None:
    def parameters(hidden: int) -> int:
        if hidden % 8:
            raise MusicRNNError(f"hidden must be a multiple of 8, got {hidden}")
        return 10 * hidden

    assert matched(parameters, 1000) == Match(96, 960)  # as near as 104: the smaller
    assert matched(parameters, 1030) == Match(104, 1040)
    assert matched(parameters, 1010) == Match(104, 1040)


def test_a_budget_below_the_smallest_model_is_refused() -> None:
    with pytest.raises(MusicRNNError, match=r"100 parameters are too few: the smallest .* 507"):
        matched(lambda hidden: 500 + 7 * hidden, 100)

    def never(hidden: int) -> int:
        raise MusicRNNError(f"no size {hidden} is good enough")

    with pytest.raises(MusicRNNError, match="no hidden size suits 100 parameters: no size"):
        matched(never, 100)


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_comes_within_the_tolerance(cell: str) -> None:
    """Or as near as whole units allow: a unit of the cell with most gates is over 4 % of 20,000."""
    piece = [np.zeros((4, 88), np.uint8)]
    for layers, wanted in ((1, 20_000), (2, 60_000)):
        task = Subject(
            "silence",
            TASKS["frames"],
            data_of(piece, piece, piece),
            FrameSettings(layers=layers),
        )
        found = matched(lambda hidden, task=task: task.parameters(cell, hidden), wanted)
        unit = task.parameters(cell, found.hidden + 1) - found.parameters
        nearest = max(PARAMETER_TOLERANCE * wanted, unit / 2)
        assert abs(found.parameters - wanted) <= nearest, found
        assert abs(found.parameters / wanted - 1) < 0.03, found
