"""One step of every way to sample an LSTM on one core, beside stepping nn.LSTM from Python.

A step is: a token in, its embedding, the layers, the logits, an inverse-CDF draw from a uniform
given beforehand (temperature 1, no grammar), and that token fed back. All ways hold the same random
weights (see networks.py: spread like trained ones, but no trained model) and are given the same
uniforms. In each round every way is timed once, in another order each time, in processor time of
one thread; "times" is the median over the rounds of nn.LSTM's time beside the row's own. "agrees":
do fp32 ways draw the very tokens that float64 draws; for smaller weights the mean KL divergence of
their next-token distribution from fp32's, along the same tokens, in nats.

The floors are no samplers: the time to read the folded weights once in each number format (one
piece), and the time of their products in float32 at the speed of each library (64 pieces).

    python tests/benchmarks/sampling/bench.py [--networks 2x512,1x128] [--batches 1,64]
        [--rounds 7] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from array_loops import engine_loop, engine_told, engines, numpy_loop
from floors import multiplying_floor, products, reading_floor
from networks import (
    Folded,
    Loop,
    exact_path,
    folded,
    probabilities,
    random_checkpoint,
)
from numpy.typing import NDArray
from report import markdown, setting
from threadpoolctl import threadpool_limits
from torch_loops import fused_loop, layer_loop

from musicrnn.checkpoint import Checkpoint
from musicrnn.networks.language_config import LanguageConfig

VOCABULARY = 400
CHECKED, CHECKED_MANY = 300, 100  # steps compared token by token, of one piece and of many
TIMED = 0.12  # seconds that each measurement should take
UNIT = "nn.LSTM, stepped"
BYTES = {"float32": 4, "bfloat16": 2, "int8": 1}
ONNX = all(find_spec(name) for name in ("onnx", "onnxruntime"))


@dataclass(frozen=True, eq=False)
class Way:
    """A way to sample: ``run(steps)`` is timed; ``agrees`` says what it draws, for the table."""

    run: Callable[[int], object]
    agrees: str = ""


def ways(network: str, batch: int) -> dict[str, Way]:
    """All ways for a network LAYERSxHIDDEN, checked."""
    layers, hidden = map(int, network.split("x"))
    config = LanguageConfig(
        VOCABULARY, embedding=min(256, hidden // 2), hidden=hidden, layers=layers
    )
    checkpoint = random_checkpoint(config)
    parts = folded(checkpoint)
    path = exact_path(parts, CHECKED if batch == 1 else CHECKED_MANY, batch)
    print(f"{network}, batch {batch}: {path.entropy:.2f} nats a token", flush=True)
    made = engines(checkpoint)
    loops: dict[str, Loop] = {
        UNIT: layer_loop(checkpoint),
        "torch, one addmm a layer": fused_loop(parts),
        "NumPy": numpy_loop(parts),
        **_onnx(checkpoint, parts),
        **{f"**musicrnn**, {name}": engine_loop(engine) for name, engine in made.items()},
    }

    def timed(loop: Loop) -> Callable[[int], object]:
        def run(steps: int) -> None:
            for _ in range(steps // len(path.uniforms)):
                loop(path.uniforms)
            if rest := steps % len(path.uniforms):
                loop(path.uniforms[:rest])

        return run

    told = {f"**musicrnn**, {name}": engine_told(engine) for name, engine in made.items()}
    exact = probabilities(told["**musicrnn**, float32"](path.tokens))
    found: dict[str, Way] = {}
    for name, loop in loops.items():
        if name.startswith("**musicrnn**") and "float32" not in name:
            agrees = f"KL {divergence(exact, probabilities(told[name](path.tokens))):.1e}"
        elif name.endswith("int8"):
            from onnx_loops import step_told

            logits = step_told(parts, path.tokens, int8=True)
            agrees = f"KL {divergence(exact, probabilities(logits)):.1e}"
        else:
            same = int((loop(path.uniforms) == path.tokens).all(axis=0).sum())
            agrees = "same tokens: yes" if same == batch else f"same tokens: NO, {same}/{batch}"
        found[name] = Way(timed(loop), agrees)
    if batch == 1:
        for name, size in BYTES.items():
            found[f"floor: reading {name}"] = Way(reading_floor(parts.numbers * size))
    else:
        flops = 2 * batch * parts.numbers
        for name, product in products().items():
            found[f"floor: products by {name}"] = Way(multiplying_floor(flops, product))
    return found


def _onnx(checkpoint: Checkpoint, parts: Folded) -> dict[str, Loop]:
    if not ONNX:
        return {}
    from onnx_loops import exported_loop, scan_loop, step_loop

    return {
        "ONNX Runtime, `musicrnn export`": exported_loop(checkpoint),
        "ONNX Runtime, step by hand": step_loop(parts),
        "ONNX Runtime, Scan": scan_loop(parts),
        "ONNX Runtime, step by hand, int8": step_loop(parts, int8=True),
        "ONNX Runtime, Scan, int8": scan_loop(parts, int8=True),
    }


def divergence(wanted: NDArray[np.float64], found: NDArray[np.float64]) -> float:
    """Mean of KL(wanted || found) in nats."""
    ratio = np.log(np.maximum(wanted, 1e-300)) - np.log(np.maximum(found, 1e-300))
    return float((wanted * ratio).sum(axis=-1).mean())


def seconds(way: Way, steps: int) -> float:
    """Of one thread, a step."""
    began = time.process_time()
    way.run(steps)
    return (time.process_time() - began) / steps


def measure(found: dict[str, Way], rounds: int) -> dict[str, dict[str, float | str]]:
    """Each way once a round, in turn."""
    steps: dict[str, int] = {}
    for name, way in found.items():
        way.run(10)
        steps[name] = min(20_000, max(10, round(TIMED / max(1e-6, seconds(way, 10)))))
    names = list(found)
    rows: list[dict[str, float]] = []
    for index in range(rounds):
        turned = names[index % len(names) :] + names[: index % len(names)]
        rows.append({name: seconds(found[name], steps[name]) for name in turned})
    return {
        name: {
            "microseconds": 1e6 * statistics.median(row[name] for row in rows),
            "times": statistics.median(row[UNIT] / row[name] for row in rows),
            "agrees": found[name].agrees,
        }
        for name in names
    }


def table(batch: int, figures: dict[str, dict[str, dict[str, float | str]]]) -> str:
    """A column pair for each network, a row for each way."""
    heads = [f"batch {batch}"]
    for network in figures:
        heads += [f"{network}: tokens/s", "times", "agrees"]
    rows: list[list[str]] = []
    for name in next(iter(figures.values())):
        row = [name]
        for found in figures.values():
            figure = found[name]
            rate = f"{batch * 1e6 / float(figure['microseconds']):,.0f}"
            agrees = str(figure["agrees"]).removeprefix("same tokens: ")
            row += ["" if name.startswith("floor") else rate, f"{figure['times']:.1f}", agrees]
        rows.append(row)
    return markdown(heads, rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--networks", default="2x512,3x512,1x128")
    parser.add_argument("--batches", default="1,64")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    threadpool_limits(1)
    versions = [f"torch {torch.__version__}", f"NumPy {np.__version__}"]
    if ONNX:
        import onnxruntime

        versions.append(f"onnxruntime {onnxruntime.__version__}")
    else:
        print("onnx or onnxruntime is not installed (pip install musicrnn[export]): left out")
    machine = setting("one thread", *versions)
    tables: list[str] = []
    everything: dict[str, object] = {}
    for batch in map(int, options.batches.split(",")):
        figures = {
            network: measure(ways(network, batch), options.rounds)
            for network in options.networks.split(",")
        }
        everything[f"batch {batch}"] = figures
        tables.append(table(batch, figures))
    print("", machine, "", "\n\n".join(tables), sep="\n")
    if options.json:
        text = json.dumps({"machine": machine, "rounds": options.rounds, **everything}, indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
