"""Learning frames: padding, windows and groups change nothing about the loss; it resumes."""

from pathlib import Path

import numpy as np
import pytest
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.networks.frame_config import FrameConfig
from musicrnn.networks.frame_context import frame_context
from musicrnn.networks.frames import FrameModel
from musicrnn.training.config import TrainingConfig
from musicrnn.training.frames.objective import (
    FrameObjective,
    nats_a_frame,
    piece_losses,
    window,
)
from musicrnn.training.frames.settings import FrameSettings
from musicrnn.training.loop import fit
from musicrnn.training.task import TASKS
from tests.musicrnn.training.small import data_of

LENGTHS = (3, 11, 1, 7, 20, 8, 9, 16, 2)
PITCHES = 6


def pieces(lengths=LENGTHS, seed: int = 0) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    return [(random.random((length, PITCHES)) < 0.3).astype(np.uint8) for length in lengths]


def model(cell: str = "gru", layers: int = 2) -> FrameModel:
    torch.manual_seed(0)
    return FrameModel(FrameConfig(pitches=PITCHES, cell=cell, hidden=5, layers=layers))


def objective(network: FrameModel, rows: int = 4, length: int = 5, seed: int = 0):
    settings = FrameSettings(batch_size=rows, sequence_length=length)
    return FrameObjective(network, pieces(), pieces((5, 6), 1), settings=settings, seed=seed)


def alone(network: FrameModel, piece: np.ndarray) -> np.ndarray:
    """The loss of each frame of one piece, read by itself and whole."""
    context = frame_context(piece, network.config)
    features, frames, _ = window([context], 0, len(piece), network.config)
    with torch.no_grad():
        losses, _ = network(features, frames, network.initial_state(1))
    return losses[0].double().numpy()


@pytest.mark.parametrize("cell", ["lstm", "gru", "elman"])
@pytest.mark.parametrize(("rows", "length"), [(4, 5), (1, 100), (9, 1), (20, 7)])
def test_an_epoch_in_windows_is_every_piece_by_itself(cell: str, rows: int, length: int) -> None:
    network = model(cell)
    reading = objective(network, rows, length)
    summed, count, updates = 0.0, 0, 0
    with torch.no_grad():
        while reading.epoch == 0:
            loss, frames = reading.loss(network)
            summed, count, updates = summed + float(loss), count + frames, updates + 1
    assert count == sum(LENGTHS)
    assert updates >= sum(LENGTHS) / (rows * length)
    whole = sum(alone(network, piece).sum() for piece in pieces())
    assert summed == pytest.approx(whole, rel=1e-5)


def test_validation_weighs_every_frame_the_same_and_ignores_padding() -> None:
    network = model()
    held_out = pieces((1200, 3, 530, 1), 2)  # longer than one reading
    found = piece_losses(network, held_out)
    for losses, piece in zip(found, held_out, strict=True):
        np.testing.assert_allclose(losses, alone(network, piece), rtol=2e-4)
    every = np.concatenate([alone(network, piece) for piece in held_out])
    assert nats_a_frame(network, held_out) == pytest.approx(every.mean(), rel=1e-6)
    per_piece = np.mean([alone(network, piece).mean() for piece in held_out])
    assert abs(per_piece - every.mean()) > 1e-3  # the two numbers are not one


def test_groups_are_of_like_length_and_change_from_epoch_to_epoch() -> None:
    lengths = tuple(range(10, 74))
    settings = FrameSettings(batch_size=8, sequence_length=100)
    reading = FrameObjective(model(), pieces(lengths), pieces((5,)), settings=settings, seed=0)
    first = [sorted(group) for group in reading.groups]
    assert sorted(index for group in first for index in group) == list(range(64))
    padded = sum(max(lengths[i] for i in g) * len(g) for g in first)
    assert padded < 1.25 * sum(lengths)
    reading.seek({"epoch": 1, "group": 0, "offset": 0})
    assert [sorted(group) for group in reading.groups] != first


class Stop:
    def __init__(self, after: int) -> None:
        self.after = after

    def updated(self, state, figures) -> None:
        if state.update == self.after:
            raise KeyboardInterrupt

    def validated(self, state, figures) -> None:
        pass


def test_cut_off_and_resumed_equals_one_that_was_not(tmp_path: Path) -> None:
    plan = TrainingConfig(
        updates=30, validate_every=10, warm_up=3, device="cpu", learning_rate=0.01
    )
    whole, cut = tmp_path / "whole.safetensors", tmp_path / "cut.safetensors"
    fit(objective(model()), plan, whole)
    for stop in (13, 24):  # in the midst of groups
        resume = stop > 13
        assert fit(objective(model()), plan, cut, callback=Stop(stop), resume=resume).reason == (
            "interrupted"
        )
    fit(objective(model()), plan, cut, resume=True)
    first, second = Checkpoint.load(whole), Checkpoint.load(cut)
    assert first.metadata["metrics"] == second.metadata["metrics"]
    for name, array in first.arrays.items():
        assert np.array_equal(array, second.arrays[name]), name


def test_it_learns_a_piece_that_repeats(tmp_path: Path) -> None:
    bar = np.eye(PITCHES, dtype=np.uint8)
    tune = [np.tile(bar, (4, 1))] * 4
    network = model("lstm", 1)
    untrained = nats_a_frame(network, tune)
    settings = FrameSettings(batch_size=4, sequence_length=24)
    reading = FrameObjective(network, tune, tune, settings=settings, seed=0)
    plan = TrainingConfig(updates=600, validate_every=200, device="cpu", learning_rate=0.03)
    outcome = fit(reading, plan, tmp_path / "m.safetensors")
    assert outcome.state.best < 0.15 * untrained


def test_the_regulariser_moves_the_recurrent_weights_alone() -> None:
    gradients = {}
    for weight in (0.0, 2.0):
        network = model("elman", 1)
        settings = FrameSettings(batch_size=4, sequence_length=5, gradient_norm_regulariser=weight)
        learning = FrameObjective(network, pieces(), pieces(), settings=settings, seed=0)
        learning.loss(network)[0].backward()
        gradients[weight] = {name: p.grad.clone() for name, p in network.named_parameters()}
    for name, plain in gradients[0.0].items():
        same = torch.equal(plain, gradients[2.0][name])
        assert same == name.startswith("head."), name
    tied = FrameModel(FrameConfig(pitches=PITCHES, cell="elman", hidden=5, body="tied", inner=4))
    with pytest.raises(MusicRNNError, match="regulariser needs a body that is whole, got tied"):
        FrameObjective(
            tied,
            pieces(),
            pieces(),
            settings=FrameSettings(gradient_norm_regulariser=1.0),
            seed=0,
        )
    with pytest.raises(MusicRNNError, match="regulariser must be 0 or more, got -1"):
        FrameSettings(gradient_norm_regulariser=-1)


def test_nothing_to_learn_from_is_said() -> None:
    with pytest.raises(MusicRNNError, match="the train split has no piece"):
        TASKS["frames"].check(data_of([], pieces()))
    with pytest.raises(MusicRNNError, match=r"batch_size must be in 1\.\.65536, got 0"):
        objective(model(), rows=0)
    with pytest.raises(MusicRNNError, match="no frame to measure in 0 pieces"):
        nats_a_frame(model(), [])
