"""Signals and resuming: whole updates, this run's own model, and no other settings."""

import signal
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.training.compose.data import TokenData
from musicrnn.training.compose.objective import LanguageObjective
from musicrnn.training.interrupt import ENDING, Interrupt
from musicrnn.training.loop import run_path
from tests.musicrnn.training.small import data_of, trained
from tests.musicrnn.training.test_loop import SIZES, Stop, equal, material, train


def press(monkeypatch, at: int, *signals: int) -> None:
    """Signals in the middle of update ``at``, after its window has been taken."""
    calls = 0
    loss = LanguageObjective.loss

    def pressed(self, network):
        nonlocal calls
        calls += 1
        drawn = loss(self, network)
        for number in signals if calls == at else ():
            signal.raise_signal(number)
        return drawn

    monkeypatch.setattr(LanguageObjective, "loss", pressed)


def handlers() -> list:
    return [signal.getsignal(number) for number in ENDING]


@pytest.mark.parametrize("number", ENDING)
@pytest.mark.parametrize("at", [1, 10, 17])
def test_a_signal_inside_an_update_loses_nothing(
    tmp_path: Path, monkeypatch, at: int, number: int
) -> None:
    whole = train(tmp_path / "whole.safetensors", average=0.9)
    cut = tmp_path / "cut.safetensors"
    before = handlers()
    with monkeypatch.context() as patch:
        press(patch, at, number)
        interrupted = train(cut, average=0.9)
    assert handlers() == before
    assert (interrupted.reason, interrupted.state.update) == ("interrupted", at)
    assert (interrupted.signal, interrupted.exit_code) == (number, 128 + number)
    resumed = train(cut, resume=True, average=0.9)
    assert resumed.state.best == whole.state.best
    assert equal(tmp_path / "whole.safetensors", cut)


@pytest.mark.parametrize(
    ("first", "second", "ends"),
    [
        (signal.SIGINT, signal.SIGINT, KeyboardInterrupt),
        (signal.SIGTERM, signal.SIGINT, KeyboardInterrupt),
        (signal.SIGINT, signal.SIGTERM, SystemExit),
        (signal.SIGTERM, signal.SIGTERM, SystemExit),
    ],
)
def test_a_second_signal_stops_at_once_and_keeps_the_last_save(
    tmp_path: Path, monkeypatch, first: int, second: int, ends: type[BaseException]
) -> None:
    train(tmp_path / "whole.safetensors")
    cut = tmp_path / "cut.safetensors"
    before = handlers()
    with monkeypatch.context() as patch:
        press(patch, 17, first, second)
        with pytest.raises(ends) as ended:
            train(cut)
    assert ends is KeyboardInterrupt or ended.value.code == 143
    assert handlers() == before
    assert {path.name for path in tmp_path.iterdir()} == {
        f"{name}.safetensors{end}" for name in ("whole", "cut") for end in ("", ".run")
    }
    train(cut, resume=True)
    assert equal(tmp_path / "whole.safetensors", cut)


needs_hangups = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGHUP")


@needs_hangups
def test_a_terminal_that_closes_sends_two_hangups_and_means_one(monkeypatch) -> None:
    """The shell passes its own on, and the system sends one more when the shell has ended."""
    with Interrupt(*ENDING) as interrupt:
        signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGHUP)
        assert interrupt.signal == signal.SIGHUP
        monkeypatch.setattr("musicrnn.training.interrupt.ECHO", -1.0)  # later
        with pytest.raises(SystemExit) as ended:
            signal.raise_signal(signal.SIGHUP)
    assert ended.value.code == 129


@needs_hangups
def test_what_nohup_lets_a_program_ignore_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupt(*ENDING) as interrupt:
            signal.raise_signal(signal.SIGHUP)
            assert not interrupt.asked
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_an_interrupt_listens_to_ctrl_c_alone_when_nothing_else_is_said() -> None:
    before = handlers()
    with Interrupt() as interrupt:
        assert handlers()[1:] == before[1:]
        signal.raise_signal(signal.SIGINT)
        assert interrupt.asked
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_an_older_model_is_not_taken_for_this_run(tmp_path: Path) -> None:
    output = tmp_path / "m.safetensors"
    train(output)
    old = Checkpoint.load(output)
    outcome = train(output, callback=Stop(3), seed=1, overwrite=True)
    assert outcome.state.best == float("inf")
    new = Checkpoint.load(output)
    assert new.metadata["metrics"] == {}
    assert any(not np.array_equal(old.arrays[name], new.arrays[name]) for name in old.arrays)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"settings": replace(SIZES, batch_size=4)},
            "batch_size was 3, got 4",
        ),
        ({"settings": replace(SIZES, sequence_length=11)}, "sequence_length was 10, got"),
        ({"settings": replace(SIZES, layers=1)}, "layers was 2, got"),
        ({"average": 0.5}, "average was 0.0, got 0.5"),
        ({"seed": 1}, "seed was 0, got"),
        ({"learning_rate": 0.5}, "learning_rate was 0.002, got"),
    ],
)
def test_a_run_goes_on_with_its_own_settings_alone(tmp_path: Path, changed, message) -> None:
    output = tmp_path / "m.safetensors"
    train(output, callback=Stop(2))
    with pytest.raises(MusicRNNError, match=message):
        train(output, resume=True, **changed)


def test_a_run_goes_on_with_its_own_data_alone(tmp_path: Path) -> None:
    from musicrnn.training.config import TrainingConfig

    output = tmp_path / "m.safetensors"
    train(output, callback=Stop(2))
    whole = material()
    train_ids, valid = whole.examples["train"][:4], whole.examples["valid"]
    less = data_of(train_ids, valid, encoding=whole.encoding, kind=TokenData)
    plan = TrainingConfig(updates=30, validate_every=10, warm_up=3, device="cpu")
    with pytest.raises(MusicRNNError, match="begun on other pieces"):
        trained("compose", less, output, settings=SIZES, plan=plan, resume=True)


def test_updates_minutes_and_patience_may_differ(tmp_path: Path) -> None:
    output = tmp_path / "m.safetensors"
    first = train(output, callback=Stop(4))
    more = train(output, resume=True, updates=None, minutes=0.01, patience=10**6)
    assert more.reason == "finished"
    assert more.state.update > 4
    assert 0.5 < more.state.seconds - first.state.seconds < 5
    again = train(output, resume=True, updates=None, minutes=0.01, patience=10**6)
    assert again.state.update > more.state.update
    assert again.state.seconds - more.state.seconds > 0.5


def test_a_run_resumed_behind_its_end_is_validated(tmp_path: Path) -> None:
    output = tmp_path / "m.safetensors"
    train(output, callback=Stop(4))
    done = train(output, resume=True, updates=3)
    assert (done.reason, done.state.update) == ("finished", 4)
    assert done.state.best < float("inf")
    assert Checkpoint.load(output).metadata["metrics"]


def test_each_process_has_its_own_run_file() -> None:
    assert run_path(Path("a/m.safetensors")) == Path("a/m.safetensors.run")
    assert run_path(Path("a/m.safetensors"), 2) == Path("a/m.safetensors.run.2")
