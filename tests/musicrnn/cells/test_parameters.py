"""How many parameters a cell has, by the formulas of the papers; where they start."""

import re
from pathlib import Path

import pytest
import torch

from musicrnn.cells import CELLS
from musicrnn.layers.settings import LayerSettings
from musicrnn.layers.stack import Stack
from tests.musicrnn.random_networks import parameters_of

# of one layer with I inputs and H units; W, U and one bias of a gate
GATE = "(I*H + H*H + H)"
VANILLA = f"4*{GATE} + 3*H"
THREE_GATES = f"3*{GATE} + 2*H"
FORMULAS = {
    "elman": "I*H + H*H + 2*H",
    "elman-relu": "I*H + H*H + 2*H",
    "lstm": f"4*({GATE} + H)",
    "lstm-peephole": VANILLA,
    "nig": THREE_GATES,
    "nfg": THREE_GATES,
    "nog": THREE_GATES,
    "cifg": THREE_GATES,
    "niaf": VANILLA,
    "noaf": VANILLA,
    "np": f"{VANILLA} - 3*H",
    "fgr": f"{VANILLA} + 9*H*H",
    "gru": f"3*({GATE} + H)",
    "gru-cho": f"3*{GATE}",
    "mut1": f"3*{GATE} - H*H",
    "mut2": f"3*{GATE}",
    "mut3": f"3*{GATE}",
    "depth-gated": VANILLA,
    "grid": "2*4*(2*H*H + H)",
    "clockwork": "I*H + H + H*H/2 + H*k/2",  # H = 5 modules of k
    "clockwork-lstm": "4*(I*H + H + H*H/2 + H*k/2)",
    "mingru": "2*(I*H + H)",
    "minlstm": "3*(I*H + H)",
    "slstm": f"4*{GATE}",
    "rglru": "3*(I*H + H) + H",
}
FIRST_LAYER_MORE = {"grid": "2*(I*H + H)"}
UPPER_LAYERS_MORE = {"depth-gated": "H*I + 3*H"}
INPUTS, HIDDEN = 7, 10


def value(formula: str, inputs: int, hidden: int) -> int:
    """The formula's value, a whole number."""
    found = eval(formula, {"I": inputs, "H": hidden, "k": hidden // 5})
    assert found == int(found)
    return int(found)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 3])
def test_there_are_as_many_as_the_formula_says(cell: str, layers: int) -> None:
    assert cell in FORMULAS, f"how many parameters has {cell}? write it into FORMULAS"
    network = Stack(cell, INPUTS, HIDDEN, layers=layers)
    expected = value(FORMULAS[cell], INPUTS, HIDDEN)
    expected += value(FIRST_LAYER_MORE.get(cell, "0"), INPUTS, HIDDEN)
    upper = f"{FORMULAS[cell]} + {UPPER_LAYERS_MORE.get(cell, '0')}"
    expected += (layers - 1) * value(upper, HIDDEN, HIDDEN)
    assert sum(p.numel() for p in network.parameters()) == expected


def test_grids_that_are_tied_or_have_no_memory_in_depth_have_fewer() -> None:
    def count(**options) -> int:
        network = Stack("grid", INPUTS, HIDDEN, layers=3, settings=LayerSettings(**options))
        return sum(p.numel() for p in network.parameters())

    block, edge = value("4*(2*H*H + H)", 0, HIDDEN), value("2*(I*H + H)", INPUTS, HIDDEN)
    assert count(tied=True) == 2 * block + edge
    assert count(depth="tanh") == 3 * (block + block // 4) + edge


def test_clockwork_has_as_many_as_in_the_paper() -> None:
    """64 units in 8 modules, one input and one output: 2497."""
    periods = ",".join(str(2**i) for i in range(8))
    network = Stack("clockwork", 1, 64, layers=1, settings=LayerSettings(periods=periods))
    read_out = torch.nn.Linear(64, 1)
    assert sum(p.numel() for p in (*network.parameters(), *read_out.parameters())) == 2497


FORGET_BLOCK = {  # the row block of the forget gate
    **dict.fromkeys(("lstm", "lstm-peephole", "nog", "niaf", "noaf", "np", "fgr"), 1),
    **dict.fromkeys(("depth-gated", "grid", "slstm"), 1),
    **dict.fromkeys(("cifg", "nig"), 0),
}


@pytest.mark.parametrize("cell", FORGET_BLOCK)
def test_forget_gates_start_open(cell: str) -> None:
    torch.manual_seed(0)
    network = Stack(cell, INPUTS, HIDDEN, layers=2)
    rows = slice(FORGET_BLOCK[cell] * HIDDEN, (FORGET_BLOCK[cell] + 1) * HIDDEN)
    for layer in range(2):
        w = parameters_of(network, layer)
        assert (w["bias_ih"][rows] == 1.0).all()
        assert (w.get("bias_hh", torch.zeros(4 * HIDDEN))[rows] == 0.0).all()
        if cell == "grid":
            assert (w["bias_depth"][rows] == 1.0).all()


@pytest.mark.parametrize("cell", CELLS)
def test_all_else_starts_small_and_not_all_equal(cell: str) -> None:
    torch.manual_seed(0)
    network = Stack(cell, INPUTS, HIDDEN, layers=2)
    for layer in range(2):
        for name, parameter in parameters_of(network, layer).items():
            if name.startswith("peephole"):
                assert (parameter == 0).all()
            elif name.startswith("weight"):
                assert 0 < float(parameter.abs().max()) <= min(INPUTS, HIDDEN) ** -0.5
                assert parameter.unique().numel() == parameter.numel()
            elif name != "decay":
                assert set(parameter[parameter.abs() > 0.4].tolist()) <= {1.0, -2.0}


def test_modules_with_an_lstm_start_with_open_forget_gates() -> None:
    network = Stack("clockwork-lstm", INPUTS, HIDDEN, layers=1)  # modules of two units
    bias = parameters_of(network)["bias_ih"].view(5, 4, 2)
    assert (bias[:, 1] == 1.0).all()
    assert (bias[:, [0, 2, 3]].abs() <= HIDDEN**-0.5).all()


def test_depth_gates_start_nearly_shut() -> None:
    bias = parameters_of(Stack("depth-gated", INPUTS, HIDDEN, layers=2), 1)["bias_ih"]
    assert (bias[4 * HIDDEN :] == -2.0).all()


def test_the_page_of_cells_lists_exactly_the_table() -> None:
    page = (Path(__file__).parents[3] / "docs" / "cells.md").read_text("utf-8")
    table = page.split("## Settings")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert [name for row in rows[1:] for name in re.findall(r"`([\w-]+)`", row)] == list(CELLS)
