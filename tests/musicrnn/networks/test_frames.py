"""The frame model: what it begins with, what it reads, what a file must be."""

import numpy as np
import pytest
import torch

from musicrnn.cells import CELLS
from musicrnn.errors import MusicRNNError
from musicrnn.metrics.frames import fit_frame_baselines
from musicrnn.networks.frame_config import FrameConfig
from musicrnn.networks.frame_heads import frame_losses
from musicrnn.networks.frames import FrameModel
from musicrnn.training.frames.objective import piece_losses


def test_losses_are_summed_over_pitches() -> None:
    logits = torch.tensor([[[0.0, 2.0, -1.0]]])
    frames = torch.tensor([[[1.0, 0.0, 1.0]]])
    chances = 1 / (1 + np.exp([0.0, -2.0, 1.0]))
    by_hand = -(np.log(chances[0]) + np.log(1 - chances[1]) + np.log(chances[2]))
    assert float(frame_losses(logits, frames)) == pytest.approx(by_hand)


def test_it_begins_at_the_marginal() -> None:
    random = np.random.default_rng(0)
    pieces = [(random.random((40, 88)) < 0.05).astype(np.uint8)]
    counted = fit_frame_baselines(pieces)
    torch.manual_seed(0)
    model = FrameModel(FrameConfig(hidden=6))
    model.begin_at(counted.marginal)
    with torch.no_grad():
        model.head.heads[0].output.weight.zero_()
    marginal = counted.nats(pieces)["marginal"]
    assert piece_losses(model, pieces)[0].mean() == pytest.approx(marginal, rel=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_saved_and_loaded_it_says_the_same(cell: str) -> None:
    torch.manual_seed(0)
    model = FrameModel(FrameConfig(pitches=5, cell=cell, hidden=8, layers=2))
    model.eval()
    again = FrameModel.from_arrays(model.configuration(), model.arrays())
    again.eval()
    features, frames = torch.rand(2, 7, 5), torch.rand(2, 7, 5).round()
    with torch.no_grad():
        first, _ = model(features, frames, model.initial_state(2))
        second, _ = again(features, frames, again.initial_state(2))
    assert first.shape == (2, 7)
    assert torch.equal(first, second)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"cell": "lstn"}, "cell must be one of"),
        ({"hidden": 0}, r"hidden must be in 1\.\.16384, got 0"),
        ({"hidden": "3"}, "setting hidden = '3' does not fit"),
        ({"width": 3}, "setting width = 3 does not fit"),
        ({"dropout": 1.0}, r"dropout must be in \[0, 1\), got 1.0"),
    ],
)
def test_wrong_configurations(values: dict, message: str) -> None:
    with pytest.raises(MusicRNNError, match=message):
        FrameConfig.from_json(values)
