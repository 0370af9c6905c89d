"""What is left out at random: recurrent dropout, zoneout, dropout with one mask a sequence.

Networks whose outputs show the masks, and many rows at once for the shares. All seeds are fixed.
"""

import pytest
import torch

from musicrnn.layers.dropout import VariationalDropout
from musicrnn.layers.layer import UnrolledLayer
from musicrnn.layers.settings import LayerSettings
from musicrnn.layers.stack import Stack
from tests.musicrnn.linear_cell import LinearStepCell
from tests.musicrnn.random_networks import (
    HIDDEN,
    INPUTS,
    STEPS,
    largest,
    random_stack,
    random_state,
    random_tensor,
)

SHARE = 0.3
ZONED = ["elman", "lstm", "fgr", "gru-cho", "mut3", "depth-gated", "mingru", "rglru"]


def remembering(matrix: torch.Tensor) -> UnrolledLayer:
    """h' = U (mask * h): no input, no bias."""
    settings = LayerSettings(recurrent_dropout=SHARE)
    layer = UnrolledLayer(LinearStepCell(), 1, len(matrix), first=True, settings=settings).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
        layer.weight_hh_l0.copy_(matrix)
    return layer


def test_recurrent_dropout_keeps_its_mask_for_the_whole_sequence() -> None:
    torch.manual_seed(0)
    layer = remembering(torch.eye(20, dtype=torch.float64))
    x, start = torch.zeros(30, 5, 1, dtype=torch.float64), 1 + random_tensor(30, 20).abs()
    y = layer((x,), (start,))[0][0]
    kept = y[:, 0] != 0  # [B, H]
    assert float(kept.double().mean()) == pytest.approx(1 - SHARE, abs=0.06)
    assert len({tuple(row) for row in kept.tolist()}) == 30  # each row has its own
    for t in range(5):  # the same units, larger by what the others leave out
        expected = start * kept / (1 - SHARE) ** (t + 1)
        assert largest(y[:, t] - expected) < 1e-9
    again = layer((x,), (start,))[0][0]
    assert ((again[:, 0] != 0) != kept).any()


@torch.no_grad()
def test_recurrent_dropout_changes_nothing_on_average_and_nothing_in_evaluation() -> None:
    torch.manual_seed(0)
    rows, matrix = 20000, 0.4 * random_tensor(6, 6)
    layer = remembering(matrix)
    x = torch.zeros(rows, 1, 1, dtype=torch.float64)
    start = random_tensor(1, 6, seed=7)
    y = layer((x,), (start.expand(rows, -1),))[0][0][:, 0]
    expected = (start @ matrix.T)[0]
    error = y.std(0) / rows**0.5
    assert float(error.min()) > 0
    assert (y.mean(0) - expected).abs().le(5 * error).all()
    still = layer.eval()((x[:1],), (start,))[0][0][0, 0]
    assert largest(still - expected) < 1e-12


@pytest.mark.parametrize("cell", ["lstm", "fgr", "gru-cho", "mut2", "slstm"])
def test_recurrent_dropout_moves_every_cell_with_a_recurrent_product(cell: str) -> None:
    network = random_stack(cell, LayerSettings(recurrent_dropout=SHARE))
    x, state = random_tensor(3, STEPS, INPUTS), random_state(network)
    with torch.no_grad():
        torch.manual_seed(0)
        y = network(x, state)[0]
        torch.manual_seed(0)
        same = network(x, state)[0]
        other = network(x, state)[0]
        plain = random_stack(cell)(x, state)[0]
        evaluated = network.eval()(x, state)[0]
    assert torch.equal(y, same)
    assert largest(y - other) > 0.01
    assert largest(evaluated - plain) < 1e-12


@pytest.mark.parametrize("cell", ZONED)
def test_zoneout_keeps_its_share_of_units_at_every_step(cell: str) -> None:
    torch.manual_seed(0)
    network = random_stack(cell, LayerSettings(zoneout=SHARE), hidden=30)
    x, state = random_tensor(20, 10, INPUTS), random_state(network, 20)
    with torch.no_grad():
        y = network(x, state)[0]
    before = torch.cat([state[0][0][:, None], y[:, :-1]], 1)
    kept = (y == before).double()  # [B, T, H]; no unit stays by itself
    assert float(kept.mean()) == pytest.approx(SHARE, abs=0.02)
    assert (kept.mean((0, 2)) > 0.2).all()  # at each step
    assert (kept.mean((0, 1)) > 0.15).all()  # each unit
    assert float(kept.var(1).mean()) > 0.15  # anew at each step


@pytest.mark.parametrize("cell", ZONED)
@torch.no_grad()
def test_zoneout_is_its_expectation_in_evaluation(cell: str) -> None:
    """Each step's new state is mixed with the old one: share * old + (1 - share) * new."""
    network = random_stack(cell, LayerSettings(zoneout=SHARE)).eval()
    plain = random_stack(cell)
    x, start = random_tensor(3, STEPS, INPUTS), random_state(network)
    y, end = network(x, start)
    state = start
    for t in range(STEPS):
        new = plain(x[:, t : t + 1], state)[1]
        state = tuple(SHARE * a + (1 - SHARE) * b for a, b in zip(state, new, strict=True))
        assert largest(y[:, t] - state[0][0]) < 1e-12
    assert max(largest(a - b) for a, b in zip(state, end, strict=True)) < 1e-12


def test_variational_dropout_has_one_mask_a_row() -> None:
    torch.manual_seed(0)
    layer = VariationalDropout(SHARE)
    x = torch.ones(500, 6, 8)
    y = layer(x)
    assert (y == y[:, :1]).all()
    assert set(y.unique().tolist()) == {0.0, float(torch.tensor(1.0) / (1 - SHARE))}
    assert float((y > 0).float().mean()) == pytest.approx(1 - SHARE, abs=0.03)
    assert ((y > 0).float().mean((0, 1)) - (1 - SHARE)).abs().max() < 0.1  # each unit
    assert torch.equal(layer.eval()(x), x)


@pytest.mark.parametrize("variational", [False, True])
def test_a_stack_drops_between_its_layers_and_after_them(variational: bool) -> None:
    torch.manual_seed(0)
    settings = LayerSettings(variational=variational)
    network = Stack("elman", INPUTS, HIDDEN, layers=2, dropout=0.5, settings=settings).double()
    x = random_tensor(40, STEPS, INPUTS)
    y, _ = network(x, network.initial_state(40))
    gone = (y == 0).double()
    assert float(gone.mean()) == pytest.approx(0.5, abs=0.05)
    assert bool((gone == gone[:, :1]).all()) == variational
    whole, _ = network.eval()(x, network.initial_state(40))
    assert not (whole == 0).any()
    left = y != 0  # the layer below was dropped as well: not twice what it would be without
    assert largest((y - 2 * whole)[left]) > 0.01
