"""The loop: learns, resumes bit for bit, stops early, and leaves a model behind on Ctrl-C."""

from pathlib import Path

import numpy as np
import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.training.compose.data import TokenData
from musicrnn.training.compose.settings import ComposeSettings
from musicrnn.training.config import TrainingConfig
from musicrnn.training.loop import run_path
from tests.musicrnn.training.small import data_of, trained

TOKENIZER = BeatTokenizer((128,))
SIZES = ComposeSettings(
    embedding=8, hidden=12, layers=2, dropout=0.3, batch_size=3, sequence_length=10
)


def material() -> TokenData:
    random = np.random.default_rng(0)
    pieces = [
        np.concatenate([[0], np.tile(random.integers(2, 60, 5), 8), [1]]).astype(np.int32)
        for _ in range(12)
    ]
    return data_of(pieces[:10], pieces[10:], encoding=TOKENIZER, kind=TokenData)


class Stop:
    """A callback that presses Ctrl-C after so many updates."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.losses: list[float] = []

    def updated(self, state, figures) -> None:
        self.losses.append(figures["loss"])
        if state.update == self.after:
            raise KeyboardInterrupt

    def validated(self, state, figures) -> None:
        pass


def train(output: Path, *, callback=None, resume=False, settings=SIZES, **plan):
    plan = TrainingConfig(
        **{"updates": 30, "validate_every": 10, "warm_up": 3, "device": "cpu", **plan}
    )
    return trained(
        "compose",
        material(),
        output,
        settings=settings,
        plan=plan,
        callback=callback,
        resume=resume,
    )


def equal(a: Path, b: Path) -> bool:
    first, second = Checkpoint.load(a), Checkpoint.load(b)
    return all(np.array_equal(first.arrays[n], second.arrays[n]) for n in first.arrays)


@pytest.mark.parametrize("average", [0.0, 0.9])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_run_cut_off_and_resumed_equals_one_that_was_not(tmp_path, cell, average) -> None:
    from dataclasses import replace

    settings = replace(SIZES, cell=cell)
    whole = train(tmp_path / "whole.safetensors", settings=settings, average=average)
    cut = tmp_path / "cut.safetensors"
    interrupted = train(cut, callback=Stop(17), settings=settings, average=average)
    assert interrupted.reason == "interrupted"
    assert cut.exists()
    resumed = train(cut, resume=True, settings=settings, average=average)
    assert resumed.state.update == whole.state.update == 30
    assert resumed.state.best == whole.state.best
    assert equal(tmp_path / "whole.safetensors", cut)


def test_it_learns(tmp_path) -> None:
    callback = Stop(10**9)
    train(tmp_path / "m.safetensors", callback=callback, updates=150, learning_rate=0.02)
    assert np.mean(callback.losses[-5:]) < 0.8 * np.mean(callback.losses[:5])


def test_ctrl_c_before_any_validation_still_leaves_a_model(tmp_path) -> None:
    output = tmp_path / "m.safetensors"
    outcome = train(output, callback=Stop(2))
    assert outcome.reason == "interrupted"
    assert Checkpoint.load(output).metadata["task"] == "compose"
    assert run_path(output).exists()


def test_stops_when_validation_no_longer_falls(tmp_path) -> None:
    outcome = train(
        tmp_path / "m.safetensors",
        updates=10_000,
        patience=2,
        validate_every=2,
        learning_rate=1e-12,
        average=0.0,
    )
    assert outcome.reason == "stopped early"
    assert outcome.state.update < 100


def test_minutes_bound_the_time(tmp_path) -> None:
    outcome = train(tmp_path / "m.safetensors", updates=None, minutes=0.02, patience=10**6)
    assert outcome.reason == "finished"
    assert outcome.state.seconds < 10


def test_graphs_need_cuda(tmp_path) -> None:
    with pytest.raises(MusicRNNError, match="graphs need a CUDA device, got cpu"):
        train(tmp_path / "m.safetensors", graphs=True)


def test_nothing_to_resume(tmp_path) -> None:
    with pytest.raises(MusicRNNError, match="no run to resume"):
        train(tmp_path / "m.safetensors", resume=True)


def test_a_run_of_another_model_is_not_resumed(tmp_path) -> None:
    from dataclasses import replace

    output = tmp_path / "m.safetensors"
    train(output, callback=Stop(2))
    with pytest.raises(MusicRNNError, match="hidden was 12, got 13"):
        train(output, resume=True, settings=replace(SIZES, hidden=13))


def test_a_rate_that_blows_up_is_named(tmp_path) -> None:
    with pytest.raises(MusicRNNError, match="learning rate"):
        train(tmp_path / "m.safetensors", learning_rate=1e30, warm_up=1, updates=200)
