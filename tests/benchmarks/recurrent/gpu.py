"""Every cell on a GPU: checked against float64 on the CPU, and timed against cuDNN's LSTM.

Outputs and all gradients of one layer are compared with the same layer in float64 on the CPU;
the table then has milliseconds for a training step, plain, replayed as CUDA graphs (where the
engine runs the cell) and in bf16, as multiples of nn.LSTM's.

    python tests/benchmarks/recurrent/gpu.py [--hidden 512] [--batch 64] [--steps 256]

``--device cpu`` with small sizes tries the script itself where there is no GPU. Exit 1 if a cell is
off by more than the tolerance.
"""

from __future__ import annotations

import argparse
import copy
import sys
import time

import torch
from torch import Tensor, nn

from musicrnn.cells import CELLS
from musicrnn.layers.graphs import use_graphs
from musicrnn.layers.scan import all_at_once, one_by_one
from musicrnn.layers.stack import Stack

TOLERANCE = 2e-4  # of outputs and of gradients relative to the largest

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--device", default="cuda")
parser.add_argument("--hidden", type=int, default=512)
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--steps", type=int, default=256)
parser.add_argument("--rounds", type=int, default=5)
options = parser.parse_args()
device = torch.device(options.device)
cuda = device.type == "cuda"
torch.manual_seed(0)
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False


def results(network: Stack, x: Tensor) -> list[Tensor]:
    """Outputs and the gradients of all parameters, float64 on the CPU."""
    y, _ = network(x, network.initial_state(len(x)))
    found = torch.autograd.grad(y.square().sum(), list(network.parameters()))
    return [part.detach().double().cpu() for part in (y, *found)]


def difference(found: list[Tensor], exact: list[Tensor]) -> float:
    """The largest difference relative to the largest value."""
    return max(
        float((a - b).abs().max() / b.abs().max().clamp(min=1e-9))
        for a, b in zip(found, exact, strict=True)
    )


def milliseconds(network: Stack | nn.LSTM, x: Tensor, *, bf16: bool = False) -> float:
    """The fastest of some rounds of forward and backward."""

    def step() -> None:
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            if isinstance(network, Stack):
                y = network(x, network.initial_state(len(x)))[0]
            else:
                y = network(x)[0]
        y.float().sum().backward()
        if cuda:
            torch.cuda.synchronize()

    step()
    best = float("inf")
    for _ in range(options.rounds):
        began = time.perf_counter()
        step()
        best = min(best, time.perf_counter() - began)
    return 1000 * best


name = torch.cuda.get_device_name() if cuda else "the CPU"
print(f"{name}, torch {torch.__version__}, CUDA {torch.version.cuda}")
a, b, start = (torch.rand(*shape, device=device) for shape in ((99, 4, 8), (99, 4, 8), (4, 8)))
scans = float((one_by_one(a, b, start) - all_at_once(a, b, start)).abs().max())
print(f"parallel scan against the loop: {scans:.1e}")
x = torch.randn(options.batch, options.steps, options.hidden, device=device, requires_grad=True)
short = torch.randn(4, 40, 64, device=device)
lstm = nn.LSTM(options.hidden, options.hidden, batch_first=True).to(device)
unit, unit16 = milliseconds(lstm, x), milliseconds(lstm, x, bf16=True)
print(f"batch {options.batch}, {options.steps} steps, {options.hidden} units")
print(f"nn.LSTM {unit:.2f} ms, bf16 {unit16 / unit:.2f} of it\n")
print(f"{'cell':16}{'off by':>10}{'graphs':>10}{'plain':>8}{'graphs':>8}{'bf16':>8}{'+graphs':>8}")
wrong = [] if scans < 1e-4 else ["scan"]
for cell in CELLS:
    small = Stack(cell, 64, 48, layers=2).to(device)
    exact = results(copy.deepcopy(small).cpu().double(), short.cpu().double())
    off = difference(results(small, short), exact)
    line = f"{cell:16}{off:10.1e}"
    replays = cuda and use_graphs(small) > 0
    off_graphs = 0.0
    for _ in range(2 if replays else 0):
        off_graphs = max(off_graphs, difference(results(small, short), exact))
    large = Stack(cell, options.hidden, options.hidden, layers=1).to(device)
    times = [milliseconds(large, x), None, milliseconds(large, x, bf16=True), None]
    if replays:
        use_graphs(large)
        times[1], times[3] = milliseconds(large, x), milliseconds(large, x, bf16=True)
    line += f"{off_graphs:10.1e}" if replays else f"{'-':>10}"
    print(
        line + "".join(f"{'-':>8}" if t is None else f"{t / unit:8.2f}" for t in times), flush=True
    )
    if not max(off, off_graphs) < TOLERANCE:
        wrong.append(cell)
print("\nall within the tolerance" if not wrong else f"\noff: {', '.join(wrong)}")
sys.exit(1 if wrong else 0)
