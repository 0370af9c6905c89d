"""The contributing guide's four steps, taken as they stand there, with the cell that it prints."""

import importlib.util
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from musicrnn.cells import CELLS
from musicrnn.checkpoint import Checkpoint
from musicrnn.layers.layer import named
from musicrnn.layers.stack import Stack
from musicrnn.sampling.engine import CPUEngine
from musicrnn.sampling.filters import Settings
from musicrnn.tokens import Controls
from tests.musicrnn.side_by_side import sample
from tests.musicrnn.training.test_loop import SIZES, TOKENIZER, train

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


@pytest.fixture
def leaky(tmp_path, monkeypatch) -> str:
    """Step 1, the file; step 2, the line."""
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    ((name, line),) = re.findall(r"`\"(\w+)\": (\w+)\(\),`", GUIDE)
    file = tmp_path / f"{name}.py"
    file.write_text(code, "utf-8")
    spec = importlib.util.spec_from_file_location(f"added_{name}", file)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    monkeypatch.setitem(CELLS, name, getattr(module, line)())
    return name


def witness(weights: dict, xs: np.ndarray) -> np.ndarray:
    """Step 3: h' = h + rate * (tanh(W x + U h + b) - h)."""
    h = np.zeros((len(xs), len(weights["rate"])))
    hs = []
    for t in range(xs.shape[1]):
        total = xs[:, t] @ weights["weight_ih"].T + h @ weights["weight_hh"].T + weights["bias_ih"]
        h = h + (np.tanh(total) - h) / (1 + np.exp(-weights["rate"]))
        hs.append(h)
    return np.stack(hs, axis=1)


def test_the_new_cell_is_proven(leaky: str) -> None:
    torch.manual_seed(0)
    network = Stack(leaky, 3, 5, layers=1).double()
    x = torch.randn(2, 9, 3, dtype=torch.float64)
    y, _ = network(x, network.initial_state(2))
    weights = {n: p.detach().numpy() for n, p in named(network.layers[0]).items()}
    np.testing.assert_allclose(y.detach().numpy(), witness(weights, x.numpy()), atol=1e-12)
    state = (np.zeros((2, 5)),)
    for t in range(9):
        row = CELLS[leaky].array_from_input(weights, (x[:, t].numpy(),))
        CELLS[leaky].array_step(weights, row, state)
        np.testing.assert_allclose(state[0], y[:, t].detach().numpy(), atol=1e-12)
    assert sum(p.numel() for p in network.parameters()) == 3 * 5 + 25 + 10
    parameters = list(network.parameters())
    assert torch.autograd.gradcheck(
        lambda x, *_: network(x, network.initial_state(2))[0],
        (x[:, :4].clone().requires_grad_(), *parameters),
    )


def test_the_new_cell_goes_through_the_doors(leaky: str, tmp_path) -> None:
    output = tmp_path / "leaky.safetensors"
    train(output, settings=replace(SIZES, cell=leaky), updates=4, validate_every=2)
    checkpoint = Checkpoint.load(output)
    assert checkpoint.entry("model")["cell"] == leaky
    engine = CPUEngine(checkpoint)
    drawn = sample(engine, [TOKENIZER.constraint(Controls(bars=1))], [0], settings=Settings())
    assert len(drawn[0]) > 1


def test_the_page_of_cells_lists_exactly_the_table() -> None:
    """Step 4."""
    page = (ROOT / "docs" / "cells.md").read_text("utf-8")
    table = page.split("## Settings")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    listed = [name for row in rows[1:] for name in re.findall(r"`([\w-]+)`", row)]
    assert listed == list(CELLS)
