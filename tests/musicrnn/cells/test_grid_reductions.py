"""The grid of time and depth: what it is with a plain depth, and turned on its side."""

import pytest
import torch
from torch import nn

from musicrnn.layers.settings import LayerSettings
from tests.musicrnn.random_networks import (
    BATCH,
    HIDDEN,
    STEPS,
    largest,
    outputs,
    parameters_of,
    random_stack,
    random_state,
    random_tensor,
)

H = HIDDEN


@pytest.mark.parametrize("layers", [1, 3])
def test_depth_that_hands_up_times_new_h_is_torchs_lstm(layers: int) -> None:
    settings = LayerSettings(depth="identity", priority="depth")
    network = random_stack("grid", settings, layers=layers, inputs=H)
    lstm = nn.LSTM(H, H, layers, batch_first=True).double()
    for index in range(layers):
        w = parameters_of(network, index)
        w["weight_depth_ih"].zero_()
        w["weight_depth_hh"].copy_(torch.eye(H))
        w["bias_depth"].zero_()
        if index == 0:  # the input is h_depth as it is
            w["weight_enter"].copy_(torch.eye(2 * H, H))
            w["bias_enter"].zero_()
        with torch.no_grad():
            for name in ("weight_ih", "weight_hh", "bias_ih"):
                getattr(lstm, f"{name}_l{index}").copy_(w[name])
            getattr(lstm, f"bias_hh_l{index}").zero_()
    x, state = random_tensor(BATCH, STEPS, H), random_state(network)
    y, end = network(x, state)
    expected, after = lstm(x, state)
    assert largest(y - expected) < 1e-12
    assert max(largest(a - b) for a, b in zip(end, after, strict=True)) < 1e-12


def test_the_grid_on_its_side_is_the_other_grid() -> None:
    """T steps of L tied layers, time and depth exchanged: L steps of T layers."""
    steps, layers = 5, 3
    settings = LayerSettings(tied=True)
    upright = random_stack("grid", settings, layers=layers, inputs=2 * H)
    turned = random_stack("grid", settings, layers=steps, inputs=2 * H)
    w, v = parameters_of(upright), parameters_of(turned)
    for weights in (w, v):  # h and memory of the edge are the input itself
        weights["weight_enter"].copy_(torch.eye(2 * H))
        weights["bias_enter"].zero_()
    # weight_ih and weight_depth_ih act on depth's h, the two others on time's
    exchanged = {
        "weight_ih": "weight_depth_hh",
        "weight_hh": "weight_depth_ih",
        "weight_depth_ih": "weight_hh",
        "weight_depth_hh": "weight_ih",
        "bias_ih": "bias_depth",
        "bias_depth": "bias_ih",
    }
    for name, other in exchanged.items():
        v[name].copy_(w[other])
    below, aside = random_tensor(BATCH, steps, 2 * H), random_tensor(BATCH, layers, 2 * H, seed=3)

    def edge(values):
        """[B, N, 2H] as states, [N, B, H] each."""
        return tuple(part.transpose(0, 1).contiguous() for part in values.chunk(2, 2))

    with torch.no_grad():
        up, (right, _) = upright(below, edge(aside))
        turned_up, (turned_right, _) = turned(aside, edge(below))
    assert largest(right.transpose(0, 1) - turned_up) < 1e-12
    assert largest(turned_right.transpose(0, 1) - up) < 1e-12


def test_priority_and_tying_change_what_is_computed() -> None:
    x = random_tensor(BATCH, STEPS, 4)
    found = [
        outputs(random_stack("grid", LayerSettings(**options), layers=2), x)
        for options in ({}, {"priority": "depth"}, {"priority": "time"}, {"tied": True})
    ]
    for index, one in enumerate(found):
        for other in found[:index]:
            assert largest(one - other) > 0.01
    tied = random_stack("grid", LayerSettings(tied=True), layers=4)
    assert len(tied.layers) == 1
