"""The equations of docs/cells.md are run as they stand there, and give what the cells give.

A line is made into Python by a few replacements, and run in float64 on one vector at a time. What a
name stands for (W_i is the first block of rows of ``weight_ih``) is written here, cell by cell.
"""

import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from musicrnn.cells import CELLS
from tests.musicrnn.cells.transcriptions import run
from tests.musicrnn.random_networks import (
    BATCH,
    HIDDEN,
    INPUTS,
    STEPS,
    arrays_of,
    random_stack,
    random_state,
    random_tensor,
)

PAGE = (Path(__file__).parents[3] / "docs" / "cells.md").read_text("utf-8")
LAYERS = 2
FUNCTIONS = {
    "σ": lambda a: 1 / (1 + np.exp(-a)),
    "tanh": np.tanh,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "relu": lambda a: np.maximum(a, 0),
    "softplus": lambda a: np.log(1 + np.exp(a)),
    "pos": lambda a: np.where(a >= 0, a + 0.5, 1 / (1 + np.exp(-a))),
}
GATES = {  # the row blocks in order
    "elman": [""],
    "elman-relu": [""],
    "nig": "fgo",
    "nfg": "igo",
    "nog": "ifg",
    "cifg": "fgo",
    "gru": "rzg",
    "gru-cho": "rzg",
    "mut1": "rzg",
    "mut2": "rzg",
    "mut3": "rzg",
    "depth-gated": "ifgod",
    "clockwork": [""],
    "mingru": "zg",
    "minlstm": "ifg",
    "rglru": "rig",
}
STATES = {
    "h": "hidden",
    "c": "cell",
    "n": "normaliser",
    "i": "input_gate",
    "f": "forget_gate",
    "o": "output_gate",
}


def on_the_page() -> dict[str, list[str]]:
    """The lines under each name, without the comments behind them."""
    found: dict[str, list[str]] = {}
    for block in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL):
        name = ""
        for line in block.splitlines():
            head, text = re.fullmatch(r"(?:([a-z][\w-]*):)? *(.*)", line).groups()
            name = head or name
            equation = re.split(r" {3,}", text)[0]
            found.setdefault(name, []).extend([equation] if equation else [])
    return found


def equations(name: str) -> list[str]:
    """A cell's lines; a variant's line stands in for that of lstm-peephole with the same left."""
    lines = on_the_page()[name]
    if name not in ("nig", "nfg", "nog", "niaf", "noaf", "cifg", "np"):
        return lines
    (changed,) = lines
    whole = on_the_page()["lstm-peephole"]
    left = changed.split(" = ")[0]
    assert [line.split(" = ")[0] for line in whole].count(left) == (name != "np")
    other = [changed if line.split(" = ")[0] == left else line for line in whole]
    return other if name != "np" else [changed, *whole]


def python(line: str) -> str:
    """U_g (r ⊙ h) becomes U_g @ (r * h), h' new_h, and 8 r ⊙ l becomes 8 * r * l."""
    line = re.sub(r"\b(\w+)'", r"new_\1", line).replace("⊙", "*").replace("²", "**2")
    line = re.sub(r"(\d) (?=[a-z])", r"\1 * ", line)
    return re.sub(r"\b([WUR](?:_\w+)?) (?=[\w(])", r"\1 @ ", line)


def solved(lines: list[str], names: dict) -> dict:
    """All values by name after the lines have been run one after the other."""
    values = {**FUNCTIONS, **names}
    for line in lines:
        exec(python(line), values)
    return values


def blocks(prefix: str, matrix: np.ndarray, gates, end: str = "") -> dict[str, np.ndarray]:
    """{"W_i": the first rows, ...}; of a cell with one block, {"W": all rows}."""
    names = [f"{prefix}_{gate}{end}" if gate else prefix for gate in gates]
    return dict(zip(names, np.split(matrix, len(gates)), strict=True))


def named_weights(name: str, w: dict[str, np.ndarray], layer: int) -> dict[str, np.ndarray]:
    """What W, U, b and the others stand for in a layer that is no clockwork."""
    gates = GATES.get(name, "ifgo")
    if name == "depth-gated" and layer == 0:
        gates = "ifgo"
    bias = w["bias_ih"] if "bias_hh" not in w else w["bias_ih"] + w["bias_hh"]
    found = {**blocks("W", w["weight_ih"], gates)}
    for key, value in w.items():
        if key.startswith("peephole_"):
            found["q_d" if key == "peephole_below" else f"p_{key[9]}"] = value
    if name.startswith("mut"):
        found |= blocks("b", bias, "rz")
        found |= {"U_r": w["weight_hh"], "U_g": w["weight_hh_candidate"]}
        found |= {"U_z": w.get("weight_hh_update"), "b_g": w["bias_candidate"]}
        return found
    found |= blocks("b", bias, gates)
    if name == "gru":
        found |= {"b_g": w["bias_ih"][2 * HIDDEN :], "b_u": w["bias_hh"][2 * HIDDEN :]}
    if name == "gru-cho":
        return found | blocks("U", w["weight_hh"], "rz") | {"U_g": w["weight_hh_candidate"]}
    if name == "fgr":
        for row, matrix in zip("ifo", np.split(w["weight_gates"], 3), strict=True):
            found |= dict(zip((f"R_{row}{g}" for g in "ifo"), np.split(matrix, 3, 1), strict=True))
    if name == "grid":
        found |= blocks("W", w["weight_depth_ih"], gates, "d")
        found |= blocks("U", w["weight_depth_hh"], gates, "d")
        found |= blocks("b", w["bias_depth"], gates, "d")
    if name == "rglru":
        found["l"] = w["decay"]
    if "weight_hh" in w:
        found |= blocks("U", w["weight_hh"], gates.replace("d", "") if "d" in gates else gates)
    return found


def step(name, w, x, state, layer):
    """One step of a layer by the page; as in transcriptions.py."""
    letters = {letter: key for letter, key in STATES.items() if key in state}
    names = named_weights(name, w, layer) | {a: state[key] for a, key in letters.items()}
    lines = equations(name)
    if name == "grid":
        entered = x
        if layer == 0:
            edge = blocks("W", w["weight_enter"], "ym") | blocks("b", w["bias_enter"], "ym")
            sentence = re.search(r"(y = W_y x \+ b_y) and (m = W_m x\s\+ b_m)", PAGE)
            values = solved(list(sentence.groups()), edge | {"x": x[0]})
            entered = values["y"], values["m"]
        names |= dict(zip("ym", entered, strict=True))
    else:
        names["x"] = x[0]
    if name == "depth-gated":
        names["c_below"] = x[1] if layer else np.zeros(HIDDEN)
        if layer == 0:
            lines = ["d = 0" if line.startswith("d = ") else line for line in lines]
    values = solved(lines, names)
    new = {key: values[f"new_{a}"] for a, key in letters.items()}
    up = {"grid": ("new_y", "new_m"), "depth-gated": ("new_h", "new_c")}.get(name, ("new_h",))
    return tuple(values[key] for key in up), state | new


def clockwork_step(name, w, x, state, layer):
    """The page's equations for each module whose period divides t; the others are left alone."""
    cell, gates = CELLS[name], GATES.get(name, "ifgo")
    new = {key: value.copy() for key, value in state.items()}
    for index, part in enumerate(cell.modules(HIDDEN)):
        if state["clock"][0] % cell.periods[index]:
            continue
        rows = slice(len(gates) * part.start, len(gates) * part.stop)
        names = blocks("W", w["weight_ih"][rows], gates) | blocks("b", w["bias_ih"][rows], gates)
        names |= blocks("U", w[f"weight_hh_{index}"], gates)
        names |= {"x": x[0], "h": state["hidden"][part], "s": state["hidden"][part.start :]}
        if cell.lstm:
            names["c"] = state["cell"][part]
        values = solved(equations(name), names)
        new["hidden"][part] = values["new_h"]
        if cell.lstm:
            new["cell"][part] = values["new_c"]
    new["clock"] += 1
    return (new["hidden"],), new


def test_every_cell_has_its_equations_on_the_page() -> None:
    assert list(on_the_page()) == list(CELLS)
    assert all(on_the_page().values())


@pytest.mark.parametrize("name", CELLS)
def test_the_equations_of_the_page_give_what_the_cell_gives(name: str) -> None:
    network = random_stack(name, layers=LAYERS)
    x = random_tensor(BATCH, STEPS, INPUTS)
    state = network.initial_state(BATCH) if name == "slstm" else random_state(network)
    with torch.no_grad():
        y, _ = network(x, state)
    parts = network.cell.states(HIDDEN)
    states = [
        {key: part[layer].numpy().copy() for key, part in zip(parts, state, strict=True)}
        for layer in range(LAYERS)
    ]
    taken = partial(clockwork_step if name.startswith("clockwork") else step, name)
    hs, _ = run(taken, arrays_of(network), x.numpy().swapaxes(0, 1), states)
    assert np.abs(hs).max() > 0.1
    np.testing.assert_allclose(hs.swapaxes(0, 1), y.numpy(), rtol=1e-10, atol=1e-12)
