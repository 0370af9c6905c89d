"""Plain layers say what the fast ones say: every cell and its options, from any state."""

import pytest
import torch

from musicrnn.export.plain import plain
from musicrnn.layers.recent_attention import RecentAttention
from musicrnn.layers.settings import LayerSettings
from tests.musicrnn.random_networks import (
    BATCH,
    INPUTS,
    VARIANTS,
    largest,
    random_stack,
    random_state,
    random_tensor,
    title,
)

SETTINGS = [
    ("lstm", LayerSettings(norm=True, residual=True)),
    ("lstm", LayerSettings(zoneout=0.2)),
    ("rglru", LayerSettings(zoneout=0.2)),
    ("cifg", LayerSettings(recurrent_dropout=0.3, variational=True)),
]


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize(("cell", "settings"), [*VARIANTS, *SETTINGS], ids=title)
def test_a_plain_stack_is_the_stack(cell: str, settings: LayerSettings, layers: int) -> None:
    network = random_stack(cell, settings, layers=layers).eval()
    start, x = random_state(network, clock=1), random_tensor(BATCH, 5, INPUTS)
    with torch.no_grad():
        wanted, end = network(x, start)
        found, after = plain(network)(x, start)
    assert largest(found - wanted) < 1e-12
    for one, other in zip(after, end, strict=True):
        assert largest(one - other) < 1e-12


def test_the_network_itself_stays_as_it_was() -> None:
    network = random_stack("mut1").train()
    before = [type(module) for module in network.modules()]
    plain(network)
    assert [type(module) for module in network.modules()] == before
    assert network.training


def test_recent_attention_as_one_product() -> None:
    torch.manual_seed(0)
    network = torch.nn.Sequential(RecentAttention(7, decay=0.9))
    h, state = torch.randn(3, 20, 7), torch.rand(3, 8)
    with torch.no_grad():
        wanted, end = network[0](h, state)
        found, after = plain(network)[0](h, state)
    assert largest(found - wanted) < 1e-6
    assert largest(after - end) < 1e-5
