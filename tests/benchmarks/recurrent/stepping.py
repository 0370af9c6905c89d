"""How much faster the CPU sampler steps every cell than torch steps it, one id at a time.

Two layers and a vocabulary of 400, one piece, one thread, processor time; the engine with float32
and with int8 weights and torch are run in turn, and the median ratio counts. "floor" is the time
that reading the float32 weights once takes at the speed this machine reads a buffer of the same
size, over the sampler's time: 1 would be a sampler that only waits for memory. "at most" is what
the sampler would then be, times torch.

    python tests/benchmarks/recurrent/stepping.py [--hidden 128,512] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from numba import njit
from torch_engine import TorchEngine

from musicrnn.cells import CELLS
from musicrnn.checkpoint import Checkpoint
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.sampling.engine import CPUEngine, Engine

STEPS, ROUNDS = {"cpu": 200, "int8": 400, "torch": 30}, 5


@njit(fastmath=True)
def read(buffer):
    total = np.float32(0.0)
    for index in range(buffer.size):
        total += buffer[index]
    return total


def seconds(engine: Engine, steps: int) -> float:
    engine.begin(1)
    began = time.process_time()
    for index in range(steps):
        engine.step(np.array([index % 400]))
    return (time.process_time() - began) / steps


def floor(elements: int) -> float:
    """Seconds to read so many float32 once."""
    buffer = np.ones(elements, np.float32)
    read(buffer)
    best = float("inf")
    for _ in range(5):
        began = time.process_time()
        for _ in range(50):
            read(buffer)
        best = min(best, (time.process_time() - began) / 50)
    return best


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--hidden", default="128,512")
parser.add_argument("--json", type=Path)
options = parser.parse_args()
torch.set_num_threads(1)
machine = f"one thread of {platform.machine()}, torch {torch.__version__}"
print(f"{machine}, {datetime.now(UTC):%Y-%m-%d}")
rows: dict[str, dict[str, float]] = {}
for hidden in map(int, options.hidden.split(",")):
    print(f"\n2 x {hidden}\n{'cell':16}{'tokens/s':>10}{'x torch':>9}{'floor':>7}{'at most':>9}"
          f"{'int8':>10}{'x torch':>9}")  # fmt: skip
    for cell in CELLS:
        config = LanguageConfig(
            vocabulary=400, cell=cell, embedding=hidden // 2, hidden=hidden, layers=2
        )
        model = LanguageModel(config).eval()
        checkpoint = Checkpoint(model.arrays(), {"model": model.configuration()})
        engines: dict[str, Engine] = {
            "cpu": CPUEngine(checkpoint),
            "int8": CPUEngine(checkpoint, "int8"),
            "torch": TorchEngine(model),
        }
        for engine in engines.values():
            seconds(engine, 5)
        rounds = [{n: seconds(e, STEPS[n]) for n, e in engines.items()} for _ in range(ROUNDS)]
        times, times8 = (
            statistics.median(found["torch"] / found[name] for found in rounds)
            for name in ("cpu", "int8")
        )
        step, step8 = (min(found[name] for found in rounds) for name in ("cpu", "int8"))
        skipped = model.embedding.weight.numel()  # folded into the first layer, with its matrices
        for name, parameter in model.stack.layers[0].named_parameters():
            if name.startswith(("weight_ih", "weight_enter", "weight_depth_ih")):
                skipped += parameter.numel()
        least = floor(sum(p.numel() for p in model.parameters()) - skipped)
        most = times * step / least
        rows[f"{cell} {hidden}"] = {
            "tokens": 1 / step,
            "times": times,
            "floor": least / step,
            "most": most,
            "tokens_int8": 1 / step8,
            "times_int8": times8,
        }
        print(
            f"{cell:16}{1 / step:10.0f}{times:9.1f}{least / step:7.2f}{most:9.1f}"
            f"{1 / step8:10.0f}{times8:9.1f}",
            flush=True,
        )
if options.json:
    options.json.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n")
