"""The gradient probe: known exactly for a linear network, equal to autograd for the others."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from musicrnn.cells import CELLS
from musicrnn.errors import MusicRNNError
from musicrnn.networks.classifier import Classifier, padded
from musicrnn.networks.classifier_config import ClassifierConfig
from musicrnn.networks.frame_config import FrameConfig
from musicrnn.networks.frames import FrameModel
from musicrnn.networks.gradients import (
    GradientNorms,
    classifier_gradients,
    frame_gradients,
    language_gradients,
)
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from tests.musicrnn.linear_cell import LinearStepCell, scaled_rotation

SIZES = LanguageConfig(vocabulary=11, embedding=6, hidden=8, layers=1, dropout=0.5)


def model(cell: str, **sizes) -> LanguageModel:
    torch.manual_seed(0)
    return LanguageModel(replace(SIZES, cell=cell, **sizes))


def pieces(*lengths: int) -> list[np.ndarray]:
    random = np.random.default_rng(3)
    return [random.integers(0, 11, length).astype(np.int32) for length in lengths]


@pytest.mark.parametrize("rho", [0.9, 1.0, 1.1])
def test_a_linear_network_scales_by_rho_at_each_step(rho: float, monkeypatch) -> None:
    monkeypatch.setitem(CELLS, "linear", LinearStepCell())
    network = model("linear").double()
    with torch.no_grad():
        network.stack.layers[0].weight_hh_l0.copy_(scaled_rotation(8, rho))
    found = language_gradients(network, pieces(60), steps=50)
    assert found.places == 1
    wanted = rho ** np.arange(51)
    np.testing.assert_allclose(found.relative("state"), wanted, rtol=1e-12)
    np.testing.assert_allclose(found.norms["hidden"], found.norms["state"], rtol=1e-15)


def elman_by_hand(network: LanguageModel, ids: np.ndarray, last: int, steps: int) -> list[Tensor]:
    """The equations of two Elman layers: states and embedded ids of the last steps, as nodes."""
    first, second = network.stack.layers
    state = [torch.zeros(8), torch.zeros(8)]
    nodes: list[Tensor] = []
    for t in range(last + 1):
        x = network.embedding.weight[int(ids[t])].detach()
        if t >= last - steps:
            before = torch.cat(state) if nodes else torch.cat(state).detach().requires_grad_()
            x.requires_grad_()
            nodes += [before, x]
            state = list(before.chunk(2))
        flow = x
        for index, layer in enumerate((first, second)):
            total = layer.weight_ih_l0 @ flow + layer.bias_ih_l0 + layer.bias_hh_l0
            flow = torch.tanh(total + layer.weight_hh_l0 @ state[index])
            state[index] = flow
        if t < last - steps:
            state = [part.detach() for part in state]
    loss = cross_entropy(network.output(flow), torch.tensor(int(ids[last + 1])))
    return list(torch.autograd.grad(loss, nodes))


def test_it_is_what_autograd_says_of_the_equations() -> None:
    network = model("elman", layers=2)
    texts, steps = pieces(30, 14), 6
    found = language_gradients(network, texts, steps=steps)
    lasts = [(0, 6), (0, 13), (0, 20), (0, 27), (1, 6)]  # every 7 ids, one more id to predict
    assert found.places == len(lasts)
    norms = np.zeros((2, steps + 1))
    for piece, last in lasts:
        by_hand = elman_by_hand(network, texts[piece], last, steps)
        norms[0] += [float(g.norm()) for g in by_hand[::2]][::-1]
        norms[1] += [float(g.norm()) for g in by_hand[1::2]][::-1]
    np.testing.assert_allclose(found.norms["state"], norms[0] / 5, rtol=1e-4)
    np.testing.assert_allclose(found.norms["input"], norms[1] / 5, rtol=1e-4)


@pytest.mark.parametrize("cell", CELLS)
def test_any_cell_can_be_looked_at(cell: str) -> None:
    network = model(cell, layers=2)
    found = language_gradients(network, pieces(40, 25), steps=9)
    names = set(network.stack.cell.states(8)) - {"clock"}  # a count is not differentiated
    assert set(found.norms) == {"state", "input", *names}
    assert all(np.isfinite(norms).all() for norms in found.norms.values())
    assert (found.norms["input"] > 0).all()
    together = np.sqrt(sum(norms**2 for name, norms in found.norms.items() if name in names))
    assert (found.norms["state"] >= together - 1e-9).all()  # a mean of lengths, not one of parts
    assert found.norms["hidden"][0] > 0


def test_what_was_asked_of_the_network_is_as_before() -> None:
    network = model("lstm").train()
    before = [p.clone() for p in network.parameters()]
    first = language_gradients(network, pieces(30), steps=5)
    again = language_gradients(network, pieces(30), steps=5)
    np.testing.assert_array_equal(first.norms["state"], again.norms["state"])  # no dropout
    assert network.training
    assert all(p.requires_grad and p.grad is None for p in network.parameters())
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))
    assert not network.embedding._forward_hooks


def test_places_are_spread_over_the_pieces() -> None:
    network = model("gru")
    texts = pieces(50, 50, 3)
    firsts = language_gradients(network, [piece[:12] for piece in texts[:2]], steps=10)
    two = language_gradients(network, texts, steps=10, places=2)
    assert (firsts.places, two.places) == (2, 2)
    np.testing.assert_allclose(two.norms["state"], firsts.norms["state"], rtol=1e-5)
    assert language_gradients(network, texts, steps=10).places == 8


def test_frames() -> None:
    torch.manual_seed(0)
    network = FrameModel(FrameConfig(pitches=5, cell="elman", hidden=4))
    random = np.random.default_rng(0)
    piece = (random.random((9, 5)) < 0.4).astype(np.uint8)
    found = frame_gradients(network, [piece], steps=8)
    assert found.places == 1
    given = torch.cat([torch.zeros(1, 5), torch.from_numpy(piece).float()])[None]
    inputs = given[:, :-1].clone().requires_grad_()
    losses, _ = network(inputs, given[:, 1:], network.initial_state(1))
    (gradient,) = torch.autograd.grad(losses[0, -1], [inputs])
    np.testing.assert_allclose(found.norms["input"], gradient[0].norm(dim=1).flip(0), rtol=1e-4)


def clips(*lengths: int) -> list[np.ndarray]:
    random = np.random.default_rng(0)
    return [random.normal(-40, 10, (length, 40)).astype(np.float32) for length in lengths]


@pytest.mark.parametrize("cell", ["gru", "slstm"])
def test_a_classifier_is_looked_at_from_the_end_of_its_clips(cell: str) -> None:
    torch.manual_seed(0)
    config = ClassifierConfig(labels=3, size=40, branches="windowed+whole", cell=cell, hidden=6)
    network = Classifier(config).eval()
    heard = clips(70, 40, 100)
    network.observe([padded(heard)])
    found = classifier_gradients(network, heard, [0, 1, 2], steps=60)
    assert (found.places, list(found.norms)) == (2, ["input"])  # one clip is too short
    wanted = np.zeros(61)
    for clip, label in ((heard[0], 0), (heard[2], 2)):
        frames = torch.from_numpy(clip)[None].requires_grad_()
        loss = -network.logits(frames, torch.tensor([len(clip)]))[0, label]
        (gradient,) = torch.autograd.grad(loss, [frames])
        wanted += gradient[0].norm(dim=1).flip(0)[:61].numpy() / 2
    np.testing.assert_allclose(found.norms["input"], wanted, rtol=1e-3, atol=1e-9)
    assert found.norms["input"].max() > 0


def test_a_classifier_that_reads() -> None:
    torch.manual_seed(0)
    network = Classifier(ClassifierConfig(labels=3, size=11, branches="reading", hidden=6)).eval()
    found = classifier_gradients(network, pieces(20, 30), [0, 1], steps=19)
    assert found.places == 2
    assert (found.norms["input"] > 0).all()


def test_what_cannot_be_asked() -> None:
    network = model("gru")
    with pytest.raises(MusicRNNError, match="need a piece of 22 steps, the longest of 2 has 21"):
        language_gradients(network, pieces(21, 3), steps=20)
    with pytest.raises(MusicRNNError, match="steps must be 1 or more, got 0"):
        language_gradients(network, pieces(21), steps=0)
    with pytest.raises(MusicRNNError, match="places must be 1 or more, got 0"):
        language_gradients(network, pieces(21), steps=2, places=0)
    with pytest.raises(MusicRNNError, match="longest of 0 has 0"):
        language_gradients(network, [], steps=2)


def test_relative_norms_of_nothing() -> None:
    found = GradientNorms({"state": np.array([0.0, 1.0]), "input": np.array([2.0, 1.0])}, 1)
    assert np.isnan(found.relative("state")).all()
    np.testing.assert_array_equal(found.relative("input"), [1, 0.5])


def test_a_clock_is_no_state_to_be_felt() -> None:
    found = language_gradients(model("clockwork"), pieces(40), steps=4)
    assert set(found.norms) == {"hidden", "state", "input"}
