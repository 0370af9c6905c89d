"""The clock: how many updates the minutes hold, and validations as they pass."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from musicrnn.training import clock
from musicrnn.training.clock import Clock
from musicrnn.training.config import TrainingConfig
from musicrnn.training.run_state import RunState

Validated = list[float]


@pytest.fixture
def walked(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Validated, int, float]]:
    def walk(plan: TrainingConfig, pace: float) -> tuple[Validated, int, float]:
        """Updates of so many seconds: when it is validated, their number, and when they end."""
        now = 0.0
        monkeypatch.setattr(clock.time, "monotonic", lambda: now)
        total, update = plan.updates or 10**9, 0
        watch = Clock(plan, RunState(total=total))
        validated: Validated = []
        while update < total:
            update, now = update + 1, now + pace
            _, total, due = watch.after(update, total)
            if due:
                validated.append(now)
        return validated, update, now

    return walk


@pytest.mark.parametrize("pace", [0.05, 0.5, 3.0])
@pytest.mark.parametrize("minutes", [1.0, 10.0, 120.0])
def test_by_time_the_first_validation_comes_soon_and_there_are_about_twenty(
    walked, pace: float, minutes: float
) -> None:
    validated, _, end = walked(TrainingConfig(minutes=minutes, validate_every=0), pace)
    assert validated[0] < 20
    assert validated[-1] == pytest.approx(end)
    assert 4 <= len(validated) <= 26
    assert end == pytest.approx(60 * minutes, abs=2 * pace)


def test_by_updates_they_come_as_they_are_counted(walked) -> None:
    validated, updates, _ = walked(TrainingConfig(updates=25, validate_every=10), 1.0)
    assert (validated, updates) == ([10, 20, 25], 25)


def test_of_updates_and_minutes_the_shorter_counts(walked) -> None:
    plan = TrainingConfig(updates=40, minutes=1.0, validate_every=0)
    assert walked(plan, 0.5)[1:] == (40, 20.0)
    assert walked(plan, 6.0)[1:] == (10, 60.0)


def test_without_minutes_a_run_still_validates_by_time(walked) -> None:
    validated, _, _ = walked(TrainingConfig(updates=2000, validate_every=0), 1.0)
    assert validated[:3] == [10, 30, 70]
    assert max(b - a for a, b in pairwise(validated)) == clock.LONGEST
