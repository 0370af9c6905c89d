"""Attention over a sequence: what its papers say of it, in float64."""

import pytest
import torch
from torch import nn

from musicrnn.errors import MusicRNNError
from musicrnn.layers.attention import Attention, from_diagonals, to_diagonals
from musicrnn.layers.settings import ATTENTIONS, LayerSettings

EXACT = {"rtol": 0, "atol": 1e-12}
each_kind = pytest.mark.parametrize("kind", ATTENTIONS)


def normal(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


def attention(kind, size=5):
    torch.manual_seed(0)
    return Attention(kind, size, size).double()


@each_kind
def test_weights_sum_to_1_and_are_exactly_0_on_padding(kind):
    lengths = torch.tensor([7, 3])
    context, weights = attention(kind)(normal(2, 4, 5), normal(2, 7, 5, seed=1), lengths=lengths)
    torch.testing.assert_close(weights.sum(2), torch.ones(2, 4, dtype=torch.float64), **EXACT)
    assert (weights[1, :, 3:] == 0).all()
    assert (weights[0] > 0).all()
    assert context.shape == (2, 4, 5)


@each_kind
@pytest.mark.parametrize("content", [1e6, float("inf"), float("nan")])
def test_what_stands_in_the_padding_changes_nothing(kind, content):
    network, queries, keys = attention(kind), normal(2, 4, 5), normal(2, 7, 5, seed=1)
    lengths = torch.tensor([7, 3])
    expected = network(queries, keys, lengths=lengths)[0]
    keys[1, 3:] = content
    found = network(queries, keys, lengths=lengths)[0]
    assert torch.equal(found, expected)
    alone = network(queries[1:], keys[1:, :3])[0]  # products of other shapes may round otherwise
    torch.testing.assert_close(found[1:], alone, **EXACT)
    if parameters := list(network.parameters()):
        found.sum().backward()
    assert all(p.grad.isfinite().all() for p in parameters)


@each_kind
def test_one_key_gives_its_value(kind):
    value = normal(2, 1, 3, seed=2)
    context, _ = attention(kind)(normal(2, 4, 5), normal(2, 1, 5, seed=1), value)
    torch.testing.assert_close(context, value.expand(2, 4, 3), **EXACT)


def test_a_score_of_nought_gives_the_mean_of_what_is_not_padding():
    network, keys = attention("additive"), normal(2, 7, 5, seed=1)
    nn.init.zeros_(network.score)
    context, _ = network(normal(2, 4, 5), keys, lengths=torch.tensor([7, 3]))
    mean = torch.stack([keys[0].mean(0), keys[1, :3].mean(0)])
    torch.testing.assert_close(context, mean[:, None].expand(2, 4, 5), **EXACT)


@pytest.mark.parametrize(("kind", "scale"), [("dot", 1.0), ("scaled", None)])
def test_products_are_torchs(kind, scale):
    q, k, v = normal(2, 4, 5), normal(2, 7, 5, seed=1), normal(2, 7, 3, seed=2)
    mask = torch.ones(4, 7, dtype=torch.bool).tril()
    expected = nn.functional.scaled_dot_product_attention(q, k, v, mask, scale=scale)
    torch.testing.assert_close(attention(kind)(q, k, v, mask=mask)[0], expected, **EXACT)


def test_general_is_dot_after_a_map_of_the_keys():
    network, q, k = attention("general"), normal(2, 4, 5), normal(2, 7, 5, seed=1)
    expected = attention("dot")(q, k @ network.weight_key.t(), k)[0]
    torch.testing.assert_close(network(q, k)[0], expected, **EXACT)


def test_additive_is_its_formula():
    network, q, k = attention("additive"), normal(1, 1, 5), normal(1, 3, 5, seed=1)
    e = [
        network.score @ torch.tanh(network.weight_query @ q[0, 0] + network.weight_key @ key)
        for key in k[0]
    ]
    a = torch.stack(e).softmax(0)
    torch.testing.assert_close(network(q, k)[0][0, 0], a @ k[0], **EXACT)


@each_kind
def test_the_order_of_keys_does_not_matter(kind):
    network, q, k, v = attention(kind), normal(2, 4, 5), normal(2, 7, 5, seed=1), normal(2, 7, 3)
    order = torch.tensor([3, 6, 0, 2, 5, 1, 4])
    torch.testing.assert_close(
        network(q, k[:, order], v[:, order])[0], network(q, k, v)[0], **EXACT
    )


@each_kind
def test_a_query_that_may_look_at_nothing_gets_nought(kind):
    network, keys = attention(kind), normal(2, 7, 5, seed=1)
    context, weights = network(normal(2, 4, 5), keys, lengths=torch.tensor([7, 0]))
    assert (context[1] == 0).all()
    assert (weights[1] == 0).all()
    if parameters := list(network.parameters()):
        context.sum().backward()
    assert all(p.grad.isfinite().all() for p in parameters)


@each_kind
def test_gradients(kind):
    network, lengths = attention(kind, 3), torch.tensor([4, 2])
    given = (normal(2, 3, 3).requires_grad_(), normal(2, 4, 3, seed=1).requires_grad_())
    parameters = tuple(network.parameters())

    def run(q, k, *_):
        return network(q, k, lengths=lengths)[0]

    assert torch.autograd.gradcheck(run, (*given, *parameters))


def test_wrong_kinds_and_sizes_are_refused():
    with pytest.raises(MusicRNNError, match="additive, dot, general, scaled"):
        Attention("luong", 3, 3)
    with pytest.raises(MusicRNNError, match="one size, got 3 and 4"):
        Attention("dot", 3, 4)
    with pytest.raises(MusicRNNError, match="attention"):
        LayerSettings(attention=-1)
    with pytest.raises(MusicRNNError, match="attention_kind"):
        LayerSettings(attention=2, attention_kind="all")
    queries, keys = normal(1, 2, 3), normal(1, 5, 4)
    assert Attention("general", 3, 4).double()(queries, keys)[0].shape == (1, 2, 4)
    assert Attention("additive", 3, 4, hidden=7).double()(queries, keys)[0].shape == (1, 2, 4)


def test_diagonals():
    x = normal(2, 4, 6)
    found = from_diagonals(x, 3)
    for t in range(4):
        assert torch.equal(found[:, t], x[:, t, t : t + 3])
    assert torch.equal(from_diagonals(to_diagonals(found), 3), found)
    assert (to_diagonals(found) != 0).sum() == found.numel()
