"""Plans, devices and outputs that cannot be are refused in one sentence; the warm-up is short."""

from pathlib import Path

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.training.compose.settings import ComposeSettings
from musicrnn.training.config import TrainingConfig
from musicrnn.training.machine import check_output
from musicrnn.training.schedule import learning_rate_factor
from musicrnn.training.settings import override
from tests.musicrnn.training.test_loop import train


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"weight_decay": -5}, "weight_decay must be 0 or more, got -5"),
        ({"warm_up": -5}, "warm_up must be a whole number from 0, got -5"),
        ({"learning_rate": float("inf")}, "learning_rate must be more than 0 and finite"),
        ({"minutes": float("nan")}, "minutes must be more than 0 and finite, got nan"),
        ({"updates": 2.5}, "updates must be a whole number from 1, got 2.5"),
        ({"seed": -1}, "seed must be in"),
        ({"device": "foo"}, "device must be auto, cpu or cuda, .* got 'foo'"),
        ({"precision": "foo"}, "with precision 'foo': Precision 'foo' is invalid"),
    ],
)
def test_what_cannot_be_planned(tmp_path: Path, plan, message) -> None:
    with pytest.raises(MusicRNNError, match=message) as error:
        train(tmp_path / "m.safetensors", **plan)
    assert "\n" not in str(error.value)


def test_what_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "folder.safetensors").mkdir()
    for output, message in (
        (tmp_path / "m.pt", r"ends in \.safetensors, got"),
        (tmp_path / "folder.safetensors", "it is a folder"),
        (tmp_path / "nowhere" / "m.safetensors", "there is no folder"),
    ):
        with pytest.raises(MusicRNNError, match=message):
            check_output(output)


def test_a_setting_without_a_value_so_far_is_a_number() -> None:
    with pytest.raises(MusicRNNError, match="minutes must be a number, got 'abc'"):
        override(["minutes=abc"], ComposeSettings(), TrainingConfig(updates=1))


def test_the_warm_up_is_a_tenth_of_the_run_at_most() -> None:
    def factors(total: int) -> list[float]:
        return [learning_rate_factor(u, total=total, warm_up=100) for u in range(total)]

    short, long = factors(20), factors(5000)
    assert short.index(max(short)) in (1, 2)
    assert max(short) == 1
    assert long.index(max(long)) in (99, 100)
    assert factors(1) == [1.0]


def test_minutes_end_a_run_that_never_comes_to_a_round_update(tmp_path: Path) -> None:
    import time

    class Slow:
        def __init__(self) -> None:
            self.rates: list[float] = []

        def updated(self, state, figures) -> None:
            self.rates.append(figures["learning_rate"])
            time.sleep(0.15)

        def validated(self, state, figures) -> None:
            pass

    callback = Slow()
    outcome = train(
        tmp_path / "m.safetensors", updates=None, minutes=0.03, warm_up=100, callback=callback
    )
    assert outcome.state.seconds < 3
    assert outcome.state.update < 20
    assert max(callback.rates) > 0.5 * 2e-3
