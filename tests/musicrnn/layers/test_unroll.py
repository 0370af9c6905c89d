"""The engine: torch's own layers, and any cell's step in a plain loop, values and gradients."""

import pytest
import torch
from torch import Tensor, nn

from musicrnn.cells import CELLS, StepCell
from musicrnn.layers import unroll
from musicrnn.layers.layer import UnrolledLayer, named
from musicrnn.layers.settings import LayerSettings
from tests.musicrnn.random_networks import largest, random_tensor

INPUTS, HIDDEN = 3, 4
STEP_CELLS = [  # the grid has a layer of its own
    name for name, cell in CELLS.items() if isinstance(cell, StepCell) and name != "grid"
]
TORCH_CELLS = [name for name in STEP_CELLS if CELLS[name].torch_layer]


def engine(cell: str, *, first: bool = True) -> UnrolledLayer:
    layer = UnrolledLayer(CELLS[cell], INPUTS, HIDDEN, first=first, settings=LayerSettings())
    for index, parameter in enumerate(layer.double().parameters()):
        parameter.data = 0.4 * random_tensor(*parameter.shape, seed=index)
    return layer


def start_of(layer: UnrolledLayer, batch: int) -> tuple[Tensor, ...]:
    """Drawn states, which want gradients."""
    widths = layer.cell.states(HIDDEN).values()
    states = [0.5 * random_tensor(batch, width, seed=10 + n) for n, width in enumerate(widths)]
    if "normaliser" in layer.cell.states(HIDDEN):
        states[2] = states[2].abs() + 0.5
    return tuple(state.requires_grad_() for state in states)


def torchs(layer: UnrolledLayer) -> nn.RNNBase:
    kind = getattr(nn, layer.cell.torch_layer)
    relu = {"nonlinearity": "relu"} if getattr(layer.cell, "relu", False) else {}
    other = kind(INPUTS, HIDDEN, batch_first=True, **relu).double()
    other.load_state_dict(layer.state_dict())
    return other


def same(found, expected) -> None:
    assert max(largest(one - b) for one, b in zip(found, expected, strict=True)) < 1e-12


@pytest.mark.parametrize("most_rows", [1, 3, 1024])  # of a deferred product
@pytest.mark.parametrize(("batch", "steps"), [(3, 7), (1, 7), (2, 1)])
@pytest.mark.parametrize("cell", TORCH_CELLS)
def test_it_is_torchs_layer(cell: str, batch: int, steps: int, most_rows: int, monkeypatch) -> None:
    monkeypatch.setattr(unroll, "MAX_DEFERRED_ROWS", most_rows)
    layer = engine(cell)
    other = torchs(layer)
    x = random_tensor(batch, steps, INPUTS, seed=20).requires_grad_()
    start = start_of(layer, batch)
    weights = random_tensor(batch, steps, HIDDEN, seed=30)

    (y,), end = layer((x,), start)
    given = tuple(part[None] for part in start)
    expected, after = other(x, given if len(given) > 1 else given[0])
    after = tuple(part[0] for part in (after if isinstance(after, tuple) else (after,)))
    same([y, *end], [expected, *after])

    def gradients(y, end, network):
        loss = (y * weights).sum() + sum(part.square().sum() for part in end)
        return torch.autograd.grad(loss, [x, *start, *network.parameters()])

    same(gradients(y, end, layer), gradients(expected, after, other))


class PlainWeights:
    """What a step may use, in ordinary differentiable torch."""

    def __init__(self, parameters: dict[str, Tensor], batch: int) -> None:
        self.parameters, self.batch = parameters, batch

    def __getitem__(self, name: str) -> Tensor:
        return self.parameters[name].expand(self.batch, -1)

    def add(self, x: Tensor, name: str, v: Tensor) -> Tensor:
        return x + v @ self.parameters[name].t()

    def product(self, name: str, v: Tensor) -> Tensor:
        return v @ self.parameters[name].t()


def looped(layer: UnrolledLayer, flow, state):
    parameters = named(layer)
    weights = PlainWeights(parameters, len(state[0]))
    rows = layer.cell.from_input(parameters, tuple(part.transpose(0, 1) for part in flow))
    history = []
    for row in rows:
        state = tuple(layer.cell.step(row, tuple(state), weights))
        history.append(state)
    passed = zip(*(states[: layer.cell.passes] for states in history), strict=True)
    return tuple(torch.stack(part, 1) for part in passed), state


OTHER_CELLS = [
    (cell, first)
    for cell in STEP_CELLS
    for first in ((True, False) if cell == "depth-gated" else (True,))
]


@pytest.mark.parametrize("loss_of", ["outputs", "end", "everything"])
@pytest.mark.parametrize(("cell", "first"), OTHER_CELLS)
def test_it_is_the_cells_step_in_a_loop(cell: str, first: bool, loss_of: str) -> None:
    layer = engine(cell, first=first)
    flow = [random_tensor(3, 6, INPUTS, seed=20)]
    if not first:  # the memory of the layer below
        flow.append(random_tensor(3, 6, HIDDEN, seed=21))
    flow = tuple(part.requires_grad_() for part in flow)
    start = start_of(layer, 3)

    def results(run):
        sequences, end = run(flow, start)
        loss = torch.zeros((), dtype=torch.float64)
        if loss_of != "end":
            loss = loss + sequences[0].square().sum()
        if loss_of == "everything":
            loss = loss + sum(part.sin().sum() for part in (*sequences, *end))
        if loss_of == "end":
            loss = loss + end[0].square().sum()
        wanted = [*flow, *start, *layer.parameters()]
        found = torch.autograd.grad(
            loss, wanted, retain_graph=True, allow_unused=True, materialize_grads=True
        )
        again = torch.autograd.grad(
            loss, wanted, allow_unused=True, materialize_grads=True
        )  # nothing of the way forwards is used up
        same(found, again)
        return [*sequences, *end, *found]

    same(results(layer), results(lambda *given: looped(layer, *given)))


@pytest.mark.parametrize("cell", STEP_CELLS)
def test_weights_that_are_not_trained_are_left_alone(cell: str) -> None:
    layer = engine(cell)
    x, start = random_tensor(2, 5, INPUTS), start_of(layer, 2)
    (y,) = layer((x,), start)[0][:1]
    for parameter in layer.parameters():
        parameter.requires_grad_(False)
    x.requires_grad_()
    (frozen,) = layer((x,), start)[0][:1]
    assert largest(frozen - y) < 1e-12
    frozen.sum().backward()
    assert x.grad is not None
    assert largest(x.grad) > 0
    assert all(parameter.grad is None for parameter in layer.parameters())
    with torch.inference_mode():
        (read,) = layer((x.detach(),), tuple(part.detach() for part in start))[0][:1]
    assert largest(read - y) < 1e-12
