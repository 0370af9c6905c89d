"""Three published findings on one core: the figures of docs/problems.md.

sines: clockwork against plain RNN and LSTM with as many parameters on a sum of sines.
bias: the forget gate's bias at 1 against 0, adding over a hundred steps.
parity: Grid LSTM against stacked LSTM over time, and along depth alone against plain deep networks.

    python tests/benchmarks/problems/findings.py -o findings.jsonl [--only sines,bias] [--seeds 3]
        [--plot sines.svg]

A line of JSON for each training, as soon as it ends. --plot draws the waves of seed 0 in the file.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from musicrnn.layers.grid_depth import GridDepth
from musicrnn.layers.settings import LayerSettings
from musicrnn.plot.curves import Axis, Curve, draw_curves
from musicrnn.plot.svg import svg
from musicrnn.problems.adding import Adding
from musicrnn.problems.parity import Parity, parity_of
from musicrnn.problems.sines import SumOfSines
from musicrnn.problems.solve import Solver, TrainingBudget, solve

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("-o", "--output", type=Path, required=True)
parser.add_argument("--only", default="sines,bias,parity")
parser.add_argument("--seeds", type=int, default=3)
parser.add_argument("--plot", type=Path)
options = parser.parse_args()
torch.set_num_threads(1)


def report(finding: str, network: str, length: int, seed: int, came: dict[str, Any]) -> None:
    with options.output.open("a") as stream:
        row = {"finding": finding, "network": network, "length": length, "seed": seed, **came}
        stream.write(json.dumps(row) + "\n")
    print(
        f"{finding:7} {network:22} {length:4} seed {seed} score {came['score']:.4f} "
        f"solved at {came['solved_at']} parameters {came['parameters']} {came['seconds']:.1f} s",
        flush=True,
    )


def sines() -> None:
    """Clockwork 64 and Elman 48 have 2,497 parameters each, LSTM 23 has 2,416."""
    periods = LayerSettings(periods="1,2,4,8,16,32,64,128")
    budget = TrainingBudget(updates=400, rate=3e-3, rows=1)
    networks = (("clockwork", 64, periods), ("elman", 48, None), ("elman", 64, None))
    for seed in range(options.seeds):
        problem = SumOfSines(phases=seed)
        for cell, hidden, settings in (*networks, ("lstm", 23, None)):
            torch.manual_seed(seed)
            network = Solver(cell, problem, hidden, settings=settings)
            came = solve(network, problem, 320, budget=budget, seed=seed)
            with torch.no_grad():
                made = network(torch.ones(1, 320, 1), torch.arange(320))[0, :, 0]
            drawn = {"wave": [round(v, 4) for v in made.tolist()]}
            report("sines", f"{cell} {hidden}", 320, seed, {**asdict(came), **drawn})


def bias() -> None:
    problem = Adding()
    for length in (50, 100):
        for seed in range(options.seeds):
            for start in (0.0, 1.0):
                torch.manual_seed(seed)
                network = Solver("lstm", problem, 32)
                with torch.no_grad():
                    network.stack.layers[0].bias_ih_l0[32:64] = start
                came = solve(
                    network,
                    problem,
                    length,
                    budget=TrainingBudget(updates=1500, rate=1e-2),
                    seed=seed,
                )
                report("bias", f"forget bias {start:g}", length, seed, asdict(came))


def parity() -> None:
    for length in (50, 100, 200):
        for seed in range(options.seeds):
            for cell in ("lstm", "grid"):
                torch.manual_seed(seed)
                network = Solver(cell, Parity(), 32, layers=2)
                budget = TrainingBudget(updates=1000, rate=1e-2)
                came = solve(network, Parity(), length, budget=budget, seed=seed)
                report("parity", f"{cell}, 2 layers", length, seed, asdict(came))
    for bits in (8, 10):
        for seed in range(options.seeds):
            for name, make in DEEP.items():
                torch.manual_seed(seed)
                report("parity", name, bits, seed, whole_strings(make(bits), bits, seed))


def plain(bits: int, depth: int, hidden: int, act: type[nn.Module]) -> nn.Module:
    """``depth`` feed-forward layers."""
    layers: list[nn.Module] = []
    for index in range(depth):
        layers += [nn.Linear(hidden if index else bits, hidden), act()]
    return nn.Sequential(*layers)


SOLVED = 0.95
DEPTH, UNITS = 6, 128
DEEP: dict[str, Callable[[int], nn.Module]] = {
    "1-D grid, tied": lambda bits: GridDepth(bits, UNITS, depth=DEPTH),
    "1-D grid, untied": lambda bits: GridDepth(bits, UNITS, depth=DEPTH, tied=False),
    "tanh layers": lambda bits: plain(bits, DEPTH, UNITS, nn.Tanh),
    "relu layers": lambda bits: plain(bits, DEPTH, UNITS, nn.ReLU),
}


def whole_strings(body: nn.Module, bits: int, seed: int, updates: int = 2000) -> dict[str, Any]:
    """All bits at once, depth in place of time; judged on 2,048 strings drawn apart."""
    network = nn.Sequential(body, nn.Linear(UNITS, 2))
    random = np.random.default_rng([seed, bits])
    x_judged, y_judged = map(
        torch.from_numpy, parity_of(np.random.default_rng([2**31, bits]), 2048, bits)
    )
    optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
    spent, right, update = 0.0, 0.0, 0
    while update < updates and right < SOLVED:
        began = time.process_time()
        for _ in range(50):
            x, y = map(torch.from_numpy, parity_of(random, 64, bits))
            optimizer.zero_grad()
            cross_entropy(network(x), y).backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
        spent += time.process_time() - began
        update += 50
        with torch.no_grad():
            right = float((network(x_judged).argmax(1) == y_judged).double().mean())
    return {
        "score": right,
        "solved_at": update if right >= SOLVED else None,
        "updates": update,
        "seconds": spent,
        "parameters": sum(p.numel() for p in network.parameters()),
    }


def plot() -> None:
    rows = [json.loads(line) for line in options.output.read_text().splitlines()]
    waves = {r["network"]: r["wave"] for r in rows if r["finding"] == "sines" and r["seed"] == 0}
    curves = [Curve("wanted", list(enumerate(SumOfSines().wave(320).tolist())))]
    curves += [Curve(name, list(enumerate(wave)), faint=True) for name, wave in waves.items()]
    about = (
        "a constant goes in, 320 steps of four sines are wanted; the number is that of the units"
    )
    picture = draw_curves("A sum of sines", about, curves, across=Axis("step"), up=Axis("value"))
    options.plot.write_text(svg(picture))


for name in options.only.split(",") if options.only else ():
    {"sines": sines, "bias": bias, "parity": parity}[name]()
if options.plot:
    plot()
