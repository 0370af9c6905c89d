"""How long a training step of every cell takes, in units of torch's own LSTM.

One layer, forward and backward to input and weights, one CPU thread. Every measurement stands in a
pair with one of nn.LSTM (fp32) right before it; the ratio of a cell is the median over the pairs,
in processor time, so that other programs disturb little. "share" is the cell's share of nn.LSTM's
floating-point operations in matrix products; "bound" is what the project asks of itself.

    python tests/benchmarks/recurrent/training.py [--hidden 512] [--batch 32] [--steps 128] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import torch
from torch import Tensor, nn

from musicrnn.cells import CELLS
from musicrnn.layers.settings import LayerSettings
from musicrnn.layers.sliced import Sliced
from musicrnn.layers.stack import Stack

GRU_LIKE = ("gru", "gru-cho", "mut1", "mut2", "mut3")
BF16_BOUND = 0.8
Step = Callable[[], object]


def seconds(step: Step) -> float:
    began = time.process_time()
    step()
    return time.process_time() - began


def ratio(step: Step, other: Step, pairs: int) -> float:
    """Median over ``pairs`` of the time of ``step`` over that of ``other``, run in turns."""
    step(), other()  # noqa: B018
    return statistics.median([seconds(step) / seconds(other) for _ in range(pairs)])


def training_step(run: Callable[[], Tensor], *, bf16: bool = False) -> Step:
    def step() -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            y = run()
        y.float().sum().backward()

    return step


def cell_run(name: str, x: Tensor, hidden: int, settings: LayerSettings) -> tuple[Stack, Callable]:
    stack = Stack(name, x.shape[2], hidden, layers=1, settings=settings)
    state = stack.initial_state(len(x))
    return stack, lambda: stack(x, state)[0]


def products(name: str, stack: Stack) -> float:
    """Multiplications a step and row, of the matrices as often as they are used."""
    total = 0.0
    periods = getattr(stack.cell, "periods", ())
    for parameter, weight in stack.named_parameters():
        if weight.ndim < 2:
            continue
        module = parameter.removesuffix("_l0").rpartition("weight_hh_")[2]
        total += weight.numel() / (periods[int(module)] if periods and module.isdigit() else 1)
    if periods:  # the input is read when a module wakes
        entering = dict(stack.named_parameters())["layers.0.weight_ih_l0"].numel()
        total += entering * (sum(1 / p for p in periods) / len(periods) - 1)
    return total


def bound(name: str, share: float, gru: float) -> float:
    """What the project asks for: of nn.LSTM 1.6, of nn.GRU 1.0, of heavier cells by their share."""
    if name in GRU_LIKE:
        return gru
    return 1.6 * max(1.0, share)


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--hidden", type=int, default=512)
parser.add_argument("--batch", type=int, default=32)
parser.add_argument("--steps", type=int, default=128)
parser.add_argument("--pairs", type=int, default=5)
parser.add_argument("--json", type=Path)
options = parser.parse_args()

torch.set_num_threads(1)
torch.manual_seed(0)
x = torch.randn(options.batch, options.steps, options.hidden, requires_grad=True)
lstm, gru, rnn = (
    made(options.hidden, options.hidden, batch_first=True) for made in (nn.LSTM, nn.GRU, nn.RNN)
)
reference = training_step(lambda: lstm(x)[0])
lstm_products = sum(p.numel() for p in lstm.parameters() if p.ndim > 1)
gru_ratio = ratio(training_step(lambda: gru(x)[0]), reference, options.pairs)
rnn_ratio = ratio(training_step(lambda: rnn(x)[0]), reference, options.pairs)
machine = f"one thread of {platform.machine()}, torch {torch.__version__}"
print(f"{machine}, {datetime.now(UTC):%Y-%m-%d}")
print(f"batch {options.batch}, {options.steps} steps, {options.hidden} units; nn.LSTM = 1")
print(f"nn.GRU {gru_ratio:.2f}, nn.RNN {rnn_ratio:.2f}\n")
print(f"{'cell':16}{'share':>7}{'fp32':>7}{'bound':>7}{'bf16':>7}{'bound':>7}")
rows: dict[str, dict[str, float]] = {}
variants = {name: (name, LayerSettings()) for name in CELLS}
variants["grid time last"] = ("grid", LayerSettings(priority="time"))
for label, (name, settings) in variants.items():
    stack, run = cell_run(name, x, options.hidden, settings)
    share = products(name, stack) / lstm_products
    found = {
        "share": share,
        "fp32": ratio(training_step(run), reference, options.pairs),
        "bf16": ratio(training_step(run, bf16=True), reference, options.pairs),
        "bound": bound(name, share, gru_ratio),
        "bf16_bound": BF16_BOUND * max(1.0, share),
    }
    rows[label] = found
    late = "" if found["fp32"] <= found["bound"] and found["bf16"] <= found["bf16_bound"] else "  !"
    print(
        f"{label:16}{share:7.2f}{found['fp32']:7.2f}{found['bound']:7.2f}{found['bf16']:7.2f}"
        f"{found['bf16_bound']:7.2f}{late}",
        flush=True,
    )

print("\nclockwork, 8 modules, against the same network computed whole and masked")


def masked(network: Stack, x: Tensor) -> Tensor:
    """The clockwork network with every unit computed at every step."""
    weights = {n.removeprefix("layers.0."): p for n, p in network.named_parameters()}
    parts = network.cell.modules(network.hidden)
    rows = [
        nn.functional.pad(weights[f"weight_hh_{i}_l0"], (p.start, 0)) for i, p in enumerate(parts)
    ]
    recurrent = torch.cat(rows).t()
    from_input = nn.functional.linear(x, weights["weight_ih_l0"], weights["bias_ih_l0"])
    periods = torch.cat(
        [torch.full((p.stop - p.start,), q) for p, q in zip(parts, network.cell.periods)]
    )
    h = torch.zeros(len(x), network.hidden)
    out = []
    for t, x_t in enumerate(from_input.unbind(1)):
        h = torch.where(t % periods == 0, (x_t + h @ recurrent).tanh(), h)
        out.append(h)
    return torch.stack(out, 1)


clock, run = cell_run("clockwork", x, options.hidden, LayerSettings(periods="1,2,4,8,16,32,64,128"))
assert torch.allclose(run(), masked(clock, x), atol=1e-4)
dense = training_step(lambda: masked(clock, x))
found = ratio(training_step(run), dense, options.pairs)
of_rnn = found * ratio(dense, training_step(lambda: rnn(x)[0]), options.pairs)
rows["clockwork of dense"] = {"fp32": found, "bound": 0.5}
print(f"of its dense form {found:.2f} (bound 0.50), of nn.RNN {of_rnn:.2f}")

print("\nsliced GRU against nn.GRU to the last state, 64 inputs and units")
for steps, batch, slices, depth, least in ((16000, 1, 25, 2, 15.0), (4096, 8, 16, 2, 1.8)):
    long = torch.randn(batch, steps, 64)
    whole = nn.GRU(64, 64, batch_first=True)
    sliced = Sliced("gru", 64, 64, slices=slices, depth=depth)
    lengths = torch.full((batch,), steps)
    step = training_step(lambda s=sliced, x=long, n=lengths: s(x, n))
    faster = 1 / ratio(step, training_step(lambda w=whole, x=long: w(x)[0][:, -1]), 3)
    rows[f"sliced {steps} x {batch}"] = {"times_faster": faster, "bound": least}
    print(
        f"{steps} steps, batch {batch}, n {slices}, k {depth}: {faster:.1f} times faster (at least {least})"
    )

if options.json:
    options.json.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n")
