"""Can sound be sampled as fast as it is heard? One core, one sample of mu-law sound at a time.

A language model of 256 mu-law levels (embedding 64, one GRU layer, random weights) without a
grammar, stepped as the sampler steps it: the engine, then the compiled draw from a uniform.
"real time" is seconds of sound over seconds of processor time at 8 and at 16 kHz: above 1 the loop
is ahead of the loudspeaker. nn.GRU stepped from Python stands beside it, timed in the same rounds;
"same" counts the samples, of the first CHECKED, in which float32 weights agree with it.

    python tests/benchmarks/sampling/audio.py [--hidden 128,256,512] [--rounds 5] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np
import torch
from array_loops import engine_loop, engines
from networks import Doubles, Loop, random_checkpoint
from report import markdown, setting
from threadpoolctl import threadpool_limits
from torch_loops import layer_loop

from musicrnn.networks.language_config import LanguageConfig

LEVELS, EMBEDDING = 256, 64
RATES = (8_000, 16_000)  # Hz
STEPS = {"engine": 4_000, "torch": 600}
CHECKED = 500
UNIT = "nn.GRU, stepped"


def seconds(loop: Loop, uniforms: Doubles) -> float:
    """Of one thread, a sample."""
    began = time.process_time()
    loop(uniforms)
    return (time.process_time() - began) / len(uniforms)


def rows_of(hidden: int, rounds: int) -> list[dict[str, float | str]]:
    """The loops of one network, by the samples a second."""
    config = LanguageConfig(
        vocabulary=LEVELS, cell="gru", embedding=EMBEDDING, hidden=hidden, layers=1
    )
    checkpoint = random_checkpoint(config)
    loops = {UNIT: layer_loop(checkpoint)}
    for name, engine in engines(checkpoint).items():
        loops[f"**musicrnn**, {name}"] = engine_loop(engine)
    uniforms = np.random.default_rng(2).random((max(STEPS.values()), 1))
    wanted = loops[UNIT](uniforms[:CHECKED])
    same = {
        name: str(int((loop(uniforms[:CHECKED]) == wanted).sum()))
        for name, loop in loops.items()
        if name == UNIT or "float32" in name
    }
    steps = {name: STEPS["torch" if name == UNIT else "engine"] for name in loops}
    measured: list[dict[str, float]] = []
    for index in range(rounds):
        turned = [*loops][index % len(loops) :] + [*loops][: index % len(loops)]
        measured.append({name: seconds(loops[name], uniforms[: steps[name]]) for name in turned})
    return [
        {
            "network": f"GRU-{hidden}",
            "loop": name,
            "rate": 1 / statistics.median(row[name] for row in measured),
            "times": statistics.median(row[UNIT] / row[name] for row in measured),
            "same": same.get(name, ""),
        }
        for name in loops
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hidden", default="128,256,512")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    threadpool_limits(1)
    machine = setting("one thread", f"torch {torch.__version__}", f"NumPy {np.__version__}")
    figures = [
        row for hidden in options.hidden.split(",") for row in rows_of(int(hidden), options.rounds)
    ]
    heads = ["network", "loop", "samples/s", "times nn.GRU"]
    heads += [f"real time at {rate // 1000} kHz" for rate in RATES] + [f"same of {CHECKED}"]
    rows: list[list[str]] = []
    for row in figures:
        rate = float(row["rate"])
        real = [f"{rate / wanted:.2f}" for wanted in RATES]
        named = [str(row["network"]), str(row["loop"])]
        rows.append([*named, f"{rate:,.0f}", f"{row['times']:.1f}", *real, str(row["same"])])
    print(machine, "", markdown(heads, rows), sep="\n")
    if options.json:
        text = json.dumps({"machine": machine, "rounds": options.rounds, "rows": figures}, indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
