"""Attention to a network's own past outputs: the same whole, in pieces, in steps and in NumPy."""

import numpy as np
import pytest
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.layers.attention_array import array_attend, attention_shapes, attention_state
from musicrnn.layers.attention_past import BLOCK_STEPS, PastAttention
from musicrnn.layers.bidirectional import Bidirectional
from musicrnn.layers.settings import ATTENTIONS, LayerSettings
from musicrnn.layers.stack import Stack
from musicrnn.networks.gradients import language_gradients
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.sampling.engine import CPUEngine
from tests.benchmarks.recurrent.torch_engine import TorchEngine

EXACT = {"rtol": 0, "atol": 1e-12}
each_kind = pytest.mark.parametrize("kind", ATTENTIONS)


def normal(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


def past_attention(kind="additive", size=4, reach=3):
    torch.manual_seed(0)
    return PastAttention(size, reach, kind).double()


@each_kind
@pytest.mark.parametrize("reach", [1, 3, 20])
def test_looking_back_is_attention_to_the_last_outputs(kind, reach):
    network, h = past_attention(kind, reach=reach), normal(2, 9, 4)
    found, _ = network(h, network.initial_state(2))
    for t in range(9):
        context = torch.zeros(2, 1, 4, dtype=torch.float64)
        if t:
            context, _ = network.look(h[:, t : t + 1], h[:, max(0, t - reach) : t])
        expected = torch.tanh(network.join(torch.cat([context[:, 0], h[:, t]], 1)))
        torch.testing.assert_close(found[:, t], expected, **EXACT)


@each_kind
@pytest.mark.parametrize("cut", [1, 2, 7, BLOCK_STEPS, BLOCK_STEPS + 5])
def test_pieces_are_the_whole(kind, cut):
    network, h = past_attention(kind), normal(2, 2 * BLOCK_STEPS + 3, 4)
    whole, end = network(h, network.initial_state(2))
    first, state = network(h[:, :cut], network.initial_state(2))
    second, after = network(h[:, cut:], state)
    torch.testing.assert_close(torch.cat([first, second], 1), whole, **EXACT)
    for one, other in zip(after, end, strict=True):
        assert torch.equal(one, other)


def test_rows_start_when_they_start():
    """A row whose state is set to nought, as training does at a new piece, has heard nothing."""
    network, h = past_attention(), normal(2, 12, 4)
    _, state = network(h[:, :5], network.initial_state(2))
    going_on = torch.tensor([1.0, 0.0], dtype=torch.float64)[None, :, None]
    found, _ = network(h[:, 5:], tuple(part * going_on for part in state))
    whole, _ = network(h, network.initial_state(2))
    fresh, _ = network(h[1:, 5:], network.initial_state(1))
    torch.testing.assert_close(found[0], whole[0, 5:], **EXACT)
    torch.testing.assert_close(found[1:], fresh, **EXACT)


@each_kind
def test_gradients_of_looking_back(kind):
    network = past_attention(kind, size=2, reach=2)
    h, past = normal(1, 4, 2).requires_grad_(), normal(2, 1, 2, seed=3).requires_grad_()
    parameters = tuple(network.parameters())

    def run(h, past, *_):
        y, after = network(h, (past, torch.ones(1, 1, 1, dtype=torch.float64)))
        return y, after[0]

    assert torch.autograd.gradcheck(run, (h, past, *parameters))


@each_kind
@pytest.mark.parametrize("rows", [1, 3])
def test_numpy_steps_as_torch_reads(kind, rows):
    network, h = past_attention(kind).float(), normal(rows, 12, 4).float()
    expected, _ = network(h, network.initial_state(rows))
    weights = {n: p.detach().numpy() for n, p in network.named_parameters()}
    assert {n: w.shape for n, w in weights.items()} == attention_shapes(kind, 4)
    state = attention_state(rows, 3, 4)
    for t in range(12):
        found = array_attend(kind, weights, h[:, t].numpy(), state)
        np.testing.assert_allclose(found, expected[:, t].detach(), atol=2e-6)


@pytest.mark.parametrize("cell", ["lstm", "grid", "clockwork", "mingru"])
def test_a_stack_that_looks_back_is_causal_and_may_be_read_in_pieces(cell):
    torch.manual_seed(0)
    stack = Stack(cell, 3, 8, layers=2, settings=LayerSettings(attention=4)).double()
    x = normal(2, 15, 3)
    start = stack.initial_state(2)
    assert len(start) == len(stack.state_names)
    whole, end = stack(x, start)
    first, state = stack(x[:, :6], start)
    second, after = stack(x[:, 6:], state)
    torch.testing.assert_close(torch.cat([first, second], 1), whole, **EXACT)
    for one, other in zip(after, end, strict=True):
        torch.testing.assert_close(one, other, **EXACT)
    x[:, 10] += 1
    changed, _ = stack(x, start)
    torch.testing.assert_close(changed[:, :10], whole[:, :10], **EXACT)
    assert (changed[:, 10:] != whole[:, 10:]).any(2).all()


@each_kind
@pytest.mark.parametrize("cell", ["gru", "slstm"])
def test_a_language_model_that_looks_back_is_saved_and_sampled(tmp_path, kind, cell):
    torch.manual_seed(0)
    layer = LayerSettings(attention=5, attention_kind=kind, residual=True)
    config = LanguageConfig(vocabulary=17, cell=cell, embedding=6, hidden=8, layers=2, layer=layer)
    model = LanguageModel(config).eval()
    Checkpoint(model.arrays(), {"task": "compose", "model": model.configuration()}).save(
        tmp_path / "model.safetensors"
    )
    checkpoint = Checkpoint.load(tmp_path / "model.safetensors")
    loaded = LanguageModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    ids = np.random.default_rng(0).integers(0, 17, (3, 20))
    with torch.no_grad():
        expected = model(torch.from_numpy(ids), model.initial_state(3))[0].numpy()
    for engine in (CPUEngine(checkpoint), TorchEngine(loaded)):
        engine.begin(3)
        for t in range(10):
            np.testing.assert_allclose(engine.step(ids[:, t]), expected[:, t], atol=5e-6)
        engine.keep(np.array([2, 0]))
        for t in range(10, 20):
            found = engine.step(ids[[2, 0], t])
            np.testing.assert_allclose(found, expected[[2, 0], t], atol=5e-6)


def test_looking_back_shortens_the_way_of_the_gradient():
    """Through the cell nothing comes from six steps ago, by way of the attention it does."""
    found = {}
    for reach in (0, 8):
        torch.manual_seed(0)
        layer = LayerSettings(attention=reach)
        config = LanguageConfig(
            vocabulary=9, cell="elman", embedding=4, hidden=8, layers=1, layer=layer
        )
        model = LanguageModel(config).double()
        with torch.no_grad():
            model.stack.layers[0].weight_hh_l0.mul_(0)
        pieces = [np.random.default_rng(0).integers(0, 9, 40)]
        found[reach] = language_gradients(model, pieces, steps=6).norms
    assert set(found[8]) == {"input", "hidden", "past", "state"}
    assert found[0]["input"][6] == 0
    assert found[8]["input"][6] > 1e-4
    assert found[8]["past"][0] > 0


def test_bidirectional_looking_back_hears_no_padding():
    torch.manual_seed(0)
    settings = LayerSettings(attention=4)
    network = Bidirectional("gru", 3, 5, layers=2, dropout=0.0, settings=settings).double()
    x, lengths = normal(2, 12, 3), torch.tensor([12, 7])
    alone = network(x[1:, :7], torch.tensor([7]))
    x[1, 7:] = 1e6
    found = network(x, lengths)
    torch.testing.assert_close(found[1:, :7], alone, **EXACT)
    assert (found[1, 7:] == 0).all()


def test_under_autocast_the_state_stays_float32():
    torch.manual_seed(0)
    stack = Stack("gru", 3, 8, layers=1, settings=LayerSettings(attention=4))
    x = normal(2, 9, 3).float()
    with torch.autocast("cpu", torch.bfloat16):
        y, state = stack(x, stack.initial_state(2))
        again, _ = stack(x, state)
    assert {part.dtype for part in state} == {torch.float32}
    (y.float().sum() + again.float().sum()).backward()
    exact, _ = stack(x, stack.initial_state(2))
    torch.testing.assert_close(y.float(), exact, rtol=0, atol=0.03)
