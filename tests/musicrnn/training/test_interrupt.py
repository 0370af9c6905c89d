"""Ctrl-C and resuming: whole updates, this run's own model, and no other settings."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.training.compose.data import TokenData
from musicrnn.training.compose.objective import LanguageObjective
from musicrnn.training.loop import run_path
from tests.musicrnn.training.small import data_of, trained
from tests.musicrnn.training.test_loop import SIZES, Stop, equal, material, train


def press(monkeypatch, at: int, times: int = 1) -> None:
    """Ctrl-C in the middle of update ``at``, after its window has been taken."""
    calls = 0
    loss = LanguageObjective.loss

    def pressed(self, network):
        nonlocal calls
        calls += 1
        drawn = loss(self, network)
        for _ in range(times if calls == at else 0):
            os.kill(os.getpid(), signal.SIGINT)
        return drawn

    monkeypatch.setattr(LanguageObjective, "loss", pressed)


@pytest.mark.parametrize("at", [1, 10, 17])
def test_ctrl_c_inside_an_update_loses_nothing(tmp_path: Path, monkeypatch, at: int) -> None:
    whole = train(tmp_path / "whole.safetensors", average=0.9)
    cut = tmp_path / "cut.safetensors"
    before = signal.getsignal(signal.SIGINT)
    with monkeypatch.context() as patch:
        press(patch, at)
        interrupted = train(cut, average=0.9)
    assert signal.getsignal(signal.SIGINT) is before
    assert (interrupted.reason, interrupted.state.update) == ("interrupted", at)
    resumed = train(cut, resume=True, average=0.9)
    assert resumed.state.best == whole.state.best
    assert equal(tmp_path / "whole.safetensors", cut)


def test_a_second_ctrl_c_stops_at_once_and_keeps_the_last_save(tmp_path: Path, monkeypatch) -> None:
    train(tmp_path / "whole.safetensors")
    cut = tmp_path / "cut.safetensors"
    before = signal.getsignal(signal.SIGINT)
    with monkeypatch.context() as patch:
        press(patch, 17, times=2)
        with pytest.raises(KeyboardInterrupt):
            train(cut)
    assert signal.getsignal(signal.SIGINT) is before
    train(cut, resume=True)
    assert equal(tmp_path / "whole.safetensors", cut)


def test_an_older_model_is_not_taken_for_this_run(tmp_path: Path) -> None:
    output = tmp_path / "m.safetensors"
    train(output)
    old = Checkpoint.load(output)
    outcome = train(output, watcher=Stop(3), seed=1)
    assert outcome.state.best == float("inf")
    new = Checkpoint.load(output)
    assert new.metadata["metrics"] == {}
    assert any(not np.array_equal(old.arrays[name], new.arrays[name]) for name in old.arrays)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"settings": replace(SIZES, batch_size=4)},
            "batch_size was 3 in m.safetensors.run, got 4",
        ),
        ({"settings": replace(SIZES, sequence_length=11)}, "sequence_length was 10 in"),
        ({"settings": replace(SIZES, layers=1)}, "layers was 2 in"),
        ({"average": 0.5}, "average was 0.0 in m.safetensors.run, got 0.5"),
        ({"seed": 1}, "seed was 0 in"),
        ({"learning_rate": 0.5}, "learning_rate was 0.002 in"),
    ],
)
def test_a_run_goes_on_with_its_own_settings_alone(tmp_path: Path, changed, message) -> None:
    output = tmp_path / "m.safetensors"
    train(output, watcher=Stop(2))
    with pytest.raises(MusicRNNError, match=message):
        train(output, resume=True, **changed)


def test_a_run_goes_on_with_its_own_data_alone(tmp_path: Path) -> None:
    from musicrnn.training.plan import Plan

    output = tmp_path / "m.safetensors"
    train(output, watcher=Stop(2))
    whole = material()
    train_ids, valid = whole.examples["train"][:4], whole.examples["valid"]
    less = data_of(train_ids, valid, encoding=whole.encoding, kind=TokenData)
    plan = Plan(updates=30, validate_every=10, warm_up=3, device="cpu")
    with pytest.raises(MusicRNNError, match="sha256 was"):
        trained("compose", less, output, settings=SIZES, plan=plan, resume=True)


def test_updates_minutes_and_patience_may_differ(tmp_path: Path) -> None:
    output = tmp_path / "m.safetensors"
    first = train(output, watcher=Stop(4))
    more = train(output, resume=True, updates=None, minutes=0.01, patience=10**6)
    assert more.reason == "finished"
    assert more.state.update > 4
    assert 0.5 < more.state.seconds - first.state.seconds < 5
    again = train(output, resume=True, updates=None, minutes=0.01, patience=10**6)
    assert again.state.update > more.state.update
    assert again.state.seconds - more.state.seconds > 0.5


def test_each_process_has_its_own_run_file() -> None:
    assert run_path(Path("a/m.safetensors")) == Path("a/m.safetensors.run")
    assert run_path(Path("a/m.safetensors"), 2) == Path("a/m.safetensors.run.2")
