"""Stacks of every cell with weights drawn at random, large enough that every gate moves.

Tests over the table take their networks from here, so that a new cell in CELLS is under all laws.
"""

import dataclasses

import numpy as np
import torch

from musicrnn.cells import CELLS
from musicrnn.layers.layer import named
from musicrnn.layers.settings import LayerSettings
from musicrnn.layers.stack import Stack

INPUTS, HIDDEN, BATCH, STEPS = 4, 6, 3, 9

OPTIONS = [
    ("clockwork", {"periods": "1,2,3"}),
    ("clockwork", {"periods": "2,3,5"}),
    ("clockwork-lstm", {"periods": "2,3,5"}),
    ("grid", {"priority": "depth"}),
    ("grid", {"priority": "time"}),
    ("grid", {"tied": True}),
    ("grid", {"depth": "identity"}),
    ("grid", {"depth": "tanh", "priority": "depth"}),
    ("grid", {"depth": "relu", "priority": "time"}),
]
VARIANTS = [(name, LayerSettings()) for name in CELLS] + [
    (name, LayerSettings(**options)) for name, options in OPTIONS
]


def title(value) -> str:
    """For pytest's ids."""
    if isinstance(value, LayerSettings):
        return "-".join(f"{k}={v}" for k, v in value.as_json().items()) or "plain"
    return str(value)


def random_stack(
    cell: str,
    settings: LayerSettings | None = None,
    *,
    layers: int = 1,
    inputs: int = INPUTS,
    hidden: int = HIDDEN,
    dtype: torch.dtype = torch.float64,
    seed: int = 0,
) -> Stack:
    """All parameters normal with deviation 0.4; without dropout."""
    network = Stack(cell, inputs, hidden, layers=layers, settings=settings).to(dtype)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            drawn = torch.randn(parameter.shape, dtype=torch.float64, generator=generator)
            parameter.copy_(0.4 * drawn)
    return network


def random_tensor(*shape: int, dtype: torch.dtype = torch.float64, seed: int = 1) -> torch.Tensor:
    """Standard normal."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, dtype=torch.float64, generator=generator).to(dtype)


def random_state(network: Stack, batch: int = BATCH, *, clock: int = 0, seed: int = 2):
    """A state that could have come out of a step: clocks are ``clock``, normalisers positive."""
    state, names = [], network.cell.states(network.hidden)
    for name, part in zip(names, network.initial_state(batch), strict=True):
        values = 0.5 * random_tensor(*part.shape, seed=seed + len(state))
        if name == "clock":
            values = torch.full(part.shape, float(clock))
        if name == "normaliser":
            values = values.abs() + 0.5
        state.append(values.to(part.dtype))
    return tuple(state)


def parameters_of(network: Stack, index: int = 0) -> dict[str, torch.Tensor]:
    """A layer's parameters by the cell's names, free to be changed in place."""
    return {name: p.data for name, p in named(network.layers[index]).items()}


def set_parameters(network: Stack, values: dict[str, torch.Tensor], index: int = 0) -> None:
    """All parameters of a layer, by the cell's names and of the right shapes."""
    wanted = parameters_of(network, index)
    assert {n: p.shape for n, p in wanted.items()} == {n: v.shape for n, v in values.items()}
    for name, parameter in wanted.items():
        parameter.copy_(values[name])


@torch.no_grad()
def outputs(network: Stack, x: torch.Tensor, state=None) -> torch.Tensor:
    """[B, T, H], from zeros if no state is given."""
    return network(x, network.initial_state(len(x)) if state is None else state)[0]


def largest(difference: torch.Tensor) -> float:
    """The largest absolute value."""
    return float(difference.detach().abs().max())


def arrays_of(network: Stack) -> list[dict[str, np.ndarray]]:
    """The parameters of each layer by the cell's names; a tied layer's for every layer."""
    layers = [network.layers[index % len(network.layers)] for index in range(network.depth)]
    return [
        {name.removesuffix("_l0"): p.detach().numpy() for name, p in layer.named_parameters()}
        for layer in layers
    ]


def cell_options(network: Stack) -> dict[str, object]:
    """The options of the network's cell that differ between members of a family's table entry."""
    fields = {field.name for field in dataclasses.fields(network.cell)}
    there = fields & {"periods", "priority", "depth"}
    return {name: getattr(network.cell, name) for name in there}
