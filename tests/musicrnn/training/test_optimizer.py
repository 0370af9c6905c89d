"""Gradient descent as the textbook has it; the loop trains, stops and resumes with it."""

from pathlib import Path

import numpy as np
import pytest
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.training.config import TrainingConfig
from musicrnn.training.loop import fit
from musicrnn.training.optimizer import optimizer_of
from tests.musicrnn.training.test_frames import Stop, model, objective


def test_descent_goes_down_the_gradient_and_nothing_else() -> None:
    weight = torch.nn.Parameter(torch.tensor([[1.0, -2.0]]))
    bias = torch.nn.Parameter(torch.tensor([3.0]))
    plan = TrainingConfig(updates=1, optimizer="sgd", learning_rate=0.1, weight_decay=0.0)
    optimizer = optimizer_of(plan, [weight, bias])
    for _ in range(2):  # no momentum: twice the same step
        weight.grad, bias.grad = torch.tensor([[10.0, 0.0]]), torch.tensor([-1.0])
        optimizer.step()
    assert weight.tolist() == [[pytest.approx(-1.0), -2.0]]
    assert bias.item() == pytest.approx(3.2)


def test_weights_decay_and_biases_do_not() -> None:
    for name in ("sgd", "adamw"):
        weight, bias = (torch.nn.Parameter(torch.ones(shape)) for shape in ((1, 1), (1,)))
        plan = TrainingConfig(updates=1, optimizer=name, learning_rate=0.1, weight_decay=0.5)
        optimizer = optimizer_of(plan, [weight, bias])
        weight.grad, bias.grad = torch.zeros(1, 1), torch.zeros(1)
        optimizer.step()
        assert weight.item() == pytest.approx(0.95)
        assert bias.item() == 1.0


def test_it_resumes_and_is_not_exchanged(tmp_path: Path) -> None:
    plan = TrainingConfig(
        updates=12, optimizer="sgd", learning_rate=0.05, validate_every=4, warm_up=1, device="cpu"
    )
    whole, cut = tmp_path / "whole.safetensors", tmp_path / "cut.safetensors"
    fit(objective(model()), plan, whole)
    assert fit(objective(model()), plan, cut, callback=Stop(7)).reason == "interrupted"
    with pytest.raises(MusicRNNError, match="optimizer was sgd"):
        fit(objective(model()), TrainingConfig(updates=12, learning_rate=0.05), cut, resume=True)
    fit(objective(model()), plan, cut, resume=True)
    first, second = Checkpoint.load(whole), Checkpoint.load(cut)
    for name, array in first.arrays.items():
        assert np.array_equal(array, second.arrays[name]), name


def test_another_one_is_refused() -> None:
    with pytest.raises(MusicRNNError, match="optimizer must be one of adamw, sgd, got 'adam'"):
        TrainingConfig(updates=1, optimizer="adam")
