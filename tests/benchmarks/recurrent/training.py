"""How long a training step of every cell takes, in units of torch's own LSTM.

One layer, forward and backward to input and weights, one CPU thread. Every measurement stands in a
pair with one of its reference right before it; a ratio is the median over the pairs, in processor
time, so that other programs disturb little. "share" is the cell's share of nn.LSTM's products,
"bound" what the project asks of itself: 1.6 times nn.LSTM (or the share, where that is more), GRU's
relatives no slower than nn.GRU, bf16 at most 0.8. A line that is over its bound ends in "!".

    python tests/benchmarks/recurrent/training.py [--hidden 512] [--batch 32] [--steps 128]
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor, nn

from musicrnn.cells import CELLS
from musicrnn.cells.clockwork import ClockworkCell
from musicrnn.cells.protocol import StepCell
from musicrnn.layers.layer import UnrolledLayer
from musicrnn.layers.settings import LayerSettings
from musicrnn.layers.sliced import Sliced
from musicrnn.layers.stack import Stack

GRU_LIKE = ("gru", "gru-cho", "mut1", "mut2", "mut3")
EIGHT = "1,2,4,8,16,32,64,128"
SLICED = ((16000, 1, 25, 2, 15.0), (4096, 8, 16, 2, 1.8))  # steps, batch, n, k, times faster
Step = Callable[[], object]


@dataclass(frozen=True)
class MaskedElman(StepCell):
    """The clockwork network computed whole: every unit at every step, those asleep put back."""

    vectors: ClassVar[tuple[str, ...]] = ("periods",)

    def states(self, hidden: int) -> dict[str, int]:
        return {"hidden": hidden, "clock": 1}

    def shapes(self, inputs: int, hidden: int, *, first: bool = True):
        return {
            "weight_ih": (hidden, inputs),
            "weight_hh": (hidden, hidden),
            "bias_ih": (hidden,),
            "periods": (hidden,),
        }

    def step(self, x, state, weights):
        hidden, clock = state
        new = weights.add(x, "weight_hh", hidden).tanh()
        return torch.where(clock % weights["periods"] == 0, new, hidden), clock + 1

    def array_step(self, weights, x, state):
        raise NotImplementedError


def masked(clockwork: Stack) -> UnrolledLayer:
    """The same network, dense."""
    layer = clockwork.layers[0]
    weights = {n.removesuffix("_l0"): p.detach() for n, p in layer.named_parameters()}
    inputs, hidden = weights["weight_ih"].shape[1], clockwork.hidden
    dense = UnrolledLayer(MaskedElman(), inputs, hidden, first=True, settings=LayerSettings())
    cell = clockwork.cell
    assert isinstance(cell, ClockworkCell)
    with torch.no_grad():
        for index, part in enumerate(cell.modules(hidden)):
            dense.weight_hh_l0[part] = 0
            dense.weight_hh_l0[part, part.start :] = weights[f"weight_hh_{index}"]
            dense.periods_l0[part] = cell.periods[index]
        dense.weight_ih_l0.copy_(weights["weight_ih"])
        dense.bias_ih_l0.copy_(weights["bias_ih"])
    dense.periods_l0.requires_grad_(False)
    return dense


def seconds(step: Step) -> float:
    began = time.process_time()
    step()
    return time.process_time() - began


def ratio(step: Step, other: Step, pairs: int) -> float:
    """Median over ``pairs`` of the time of ``step`` over that of ``other``, run in turns."""
    step()
    other()
    return statistics.median([seconds(step) / seconds(other) for _ in range(pairs)])


def training_step(run: Callable[[], Tensor], *, bf16: bool = False) -> Step:
    def step() -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            y = run()
        y.float().sum().backward()

    return step


def over(network: Stack, x: Tensor) -> Callable[[], Tensor]:
    state = network.initial_state(len(x))
    return lambda: network(x, state)[0]


def products(network: Stack) -> float:
    """Multiplications a step and row: each matrix as often as it is used."""
    periods = getattr(network.cell, "periods", (1,))
    total = 0.0
    for name, weight in network.layers[0].named_parameters():
        module = name.removesuffix("_l0").removeprefix("weight_hh_")
        if weight.ndim > 1:
            total += weight.numel() / (periods[int(module)] if module.isdigit() else 1)
    entering = network.layers[0].get_parameter("weight_ih_l0").numel()  # read when a module wakes
    return total - entering * (1 - sum(1 / period for period in periods) / len(periods))


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--hidden", type=int, default=512)
parser.add_argument("--batch", type=int, default=32)
parser.add_argument("--steps", type=int, default=128)
parser.add_argument("--pairs", type=int, default=5)
parser.add_argument("--json", type=Path)
options = parser.parse_args()

torch.set_num_threads(1)
torch.manual_seed(0)
hidden, pairs = options.hidden, options.pairs
x = torch.randn(options.batch, options.steps, hidden, requires_grad=True)
lstm, gru, rnn = (made(hidden, hidden, batch_first=True) for made in (nn.LSTM, nn.GRU, nn.RNN))
whole_lstm, whole_gru, whole_rnn = (
    training_step(lambda layer=layer: layer(x)[0]) for layer in (lstm, gru, rnn)
)
lstm_products = sum(p.numel() for p in lstm.parameters() if p.ndim > 1)
gru_ratio = ratio(whole_gru, whole_lstm, pairs)
machine = f"one thread of {platform.machine()}, torch {torch.__version__}"
print(f"{machine}, {datetime.now(UTC):%Y-%m-%d}")
print(f"batch {options.batch}, {options.steps} steps, {hidden} units; nn.LSTM in fp32 = 1")
print(f"nn.GRU {gru_ratio:.2f}, nn.RNN {ratio(whole_rnn, whole_lstm, pairs):.2f}\n")
print(f"{'cell':16}{'share':>7}{'fp32':>7}{'bound':>7}{'bf16':>7}{'bound':>7}")
rows: dict[str, dict[str, float]] = {}
variants = {name: (name, LayerSettings()) for name in CELLS}
variants["grid, time last"] = ("grid", LayerSettings(priority="time"))
for label, (name, settings) in variants.items():
    network = Stack(name, hidden, hidden, layers=1, settings=settings)
    share = products(network) / lstm_products
    fp32 = ratio(training_step(over(network, x)), whole_lstm, pairs)
    bf16 = ratio(training_step(over(network, x), bf16=True), whole_lstm, pairs)
    bound = gru_ratio if name in GRU_LIKE else 1.6 * max(1.0, share)
    bound16 = 0.8 * max(1.0, share)
    rows[label] = {"share": share, "fp32": fp32, "bound": bound, "bf16": bf16, "bound16": bound16}
    late = "" if fp32 <= bound and bf16 <= bound16 else "  !"
    print(
        f"{label:16}{share:7.2f}{fp32:7.2f}{bound:7.2f}{bf16:7.2f}{bound16:7.2f}{late}", flush=True
    )

clockwork = Stack("clockwork", hidden, hidden, layers=1, settings=LayerSettings(periods=EIGHT))
dense = masked(clockwork)
start = (torch.zeros(len(x), hidden), torch.zeros(len(x), 1))
assert torch.allclose(over(clockwork, x)(), dense((x,), start)[0][0], atol=1e-4)
asleep = training_step(over(clockwork, x))
of_dense = ratio(asleep, training_step(lambda: dense((x,), start)[0][0]), pairs)
of_rnn = ratio(asleep, whole_rnn, pairs)
rows["clockwork, 8 modules"] = {"of_dense": of_dense, "of_rnn": of_rnn, "bound": 0.5}
print(
    f"\nclockwork, 8 modules: {of_dense:.2f} of its dense form (bound 0.50), {of_rnn:.2f} of nn.RNN"
)

print("sliced GRU of raw samples (1 input, 128 units) against nn.GRU to its last state:")
for steps, batch, n, k, least in SLICED:
    samples = torch.randn(batch, steps, 1)
    whole = nn.GRU(1, 128, batch_first=True)
    sliced = Sliced("gru", 1, 128, slices=n, depth=k)
    lengths = torch.full((batch,), steps)
    in_slices = training_step(lambda s=sliced, x=samples, n=lengths: s(x, n))
    step_by_step = training_step(lambda g=whole, x=samples: g(x)[0][:, -1])
    faster = 1 / ratio(in_slices, step_by_step, 3)
    rows[f"sliced {steps} x {batch}"] = {"times_faster": faster, "bound": least}
    print(
        f"  {steps} steps, batch {batch}, n {n}, k {k}: {faster:.1f} times faster (bound {least})"
    )

if options.json:
    options.json.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n")
