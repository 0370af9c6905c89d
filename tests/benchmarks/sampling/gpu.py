"""The sampler on a GPU: checked against the CPU engine, and timed against naive steps and floors.

Checks: the filters keep and draw what NumPy's do; pop, drums, folk and a small model of every cell
give the pieces of the CPU engine, token for token, from graphs and (where torch.compile works) from
compiled ones; bfloat16 stays near; a short training lowers the loss. Exit 1 if one fails.

Then tokens a second of a network of 2 x 512 LSTM units: "free" with 400 ids, "grammar" under that
of plain beat tokens (563 ids), both as replays alone; "pieces" is the latter with all that the host
does. "naive" is embedding, nn.LSTM for one step, linear, softmax, multinomial on the same device,
the ids left there. "floor" is what the device needs at least: the weights read once at its speed of
copying, or the products at its speed of large ones, whichever is longer; both speeds are measured.
Two bounds are looked at: at batch 1 ten times naive, at batch 1024 half the floor.

    python tests/benchmarks/sampling/gpu.py [--part all] [--batches 1,64,1024,4096]

The compiled ways take a minute for each line of the table; ``--ways graph`` leaves them out.
``--device cpu --quick`` tries the script itself, all but the recording, where there is no GPU.
"""

from __future__ import annotations

import argparse
import sys

import gpu_checks  # beside this file
import gpu_speed
import torch

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("--device", default="cuda")
parser.add_argument("--part", choices=("all", "checks", "speed"), default="all")
parser.add_argument("--quick", action="store_true", help="small sizes")
parser.add_argument("--batches", help="1,64,1024,4096 unless given")
parser.add_argument("--precisions", default="float32,bfloat16")
parser.add_argument("--ways", default="graph,compiled")
parser.add_argument("--steps", type=int, default=32, help="of a replay")


def compiles(device: torch.device) -> bool:
    """Whether torch.compile works here; what it lacks is told."""
    try:
        doubled = torch.compile(lambda x: (x * 2).sum())(torch.ones(9, device=device))
        return bool(doubled == 18)
    except Exception as error:  # a compiler, Triton, a header: anything may be missing
        print(f"torch.compile does not work here: {str(error).splitlines()[0]}", flush=True)
        return False


def main() -> int:
    options = parser.parse_args()
    device = torch.device(options.device)
    cuda = device.type == "cuda"
    name = torch.cuda.get_device_name(device) if cuda else "the CPU"
    print(f"{name}, torch {torch.__version__}, CUDA {torch.version.cuda}", flush=True)
    ways = options.ways.split(",")
    if "compiled" in ways and not (cuda and compiles(device)):
        ways.remove("compiled")
    failed: list[str] = []
    if options.part != "speed":
        for text, holds in gpu_checks.checks(device, quick=options.quick, ways=ways):
            print(("ok      " if holds else "FAILED  ") + text, flush=True)
            failed += [] if holds else [text]
    if options.part != "checks":
        table = gpu_speed.Table(
            device,
            quick=options.quick,
            batches=[int(n) for n in (options.batches or "1,64,1024,4096").split(",")],
            precisions=options.precisions.split(","),
            ways=ways,
            steps=options.steps,
        )
        for line in table.lines():
            print(line, flush=True)
        failed += table.failed
    print("\nfailed: " + "; ".join(failed) if failed else "\nno check failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
