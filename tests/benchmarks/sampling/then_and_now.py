"""A model beside an older one: from Enter to a file, and tokens a second, as ratios of one run.

    python tests/benchmarks/sampling/then_and_now.py [--now pop] [--then FILE] [--runs 9]

``--then`` is the ``pop`` of November 2026, which heard no context. In turns, RUNS times: a bare
Python that imports NumPy, and ``musicrnn compose --model FILE --bars 16 --seed 7 -o x.mid`` with
each model, in fresh processes; then, in this process, one piece of 64 bars and 16 of 16 bars at
once with each. Of each the least and the median; ratios are of the medians.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from report import markdown, setting

from musicrnn.checkpoint import Checkpoint
from musicrnn.pretrained import model_path
from musicrnn.sampling.compose import compose
from musicrnn.sampling.filters import Settings
from musicrnn.tokens import Controls

THEN = Path(__file__).parents[2] / "golden" / "pop-of-november.safetensors"
PIECES = {"one piece of 64 bars": (1, 64), "16 pieces of 16 bars": (16, 16)}
SETTINGS = Settings(temperature=0.9, min_p=0.02)


def wall(command: list[str], folder: Path) -> float:
    """Seconds of a command, which must succeed."""
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def tokens_a_second(checkpoint: Checkpoint, count: int, bars: int, first: int) -> float:
    """Of pieces drawn together, from seed ``first`` on."""
    began = time.perf_counter()
    seeds = range(first, first + count)
    made = compose(checkpoint, seeds, controls=Controls(bars=bars), settings=SETTINGS)
    drawn = sum(len(piece.ids) * piece.attempts for piece in made)
    return drawn / (time.perf_counter() - began)


def row(name: str, then: list[float], now: list[float], digits: int) -> list[str]:
    medians = [statistics.median(values) for values in (then, now)]
    least = [min(values) for values in (then, now)]
    return [
        name,
        *(f"{value:.{digits}f}" for pair in zip(least, medians, strict=True) for value in pair),
        f"{medians[1] / medians[0]:.2f}",
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--now", default="pop")
    parser.add_argument("--then", default=str(THEN))
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    paths = [model_path(name).resolve() for name in (options.then, options.now)]
    words = ["--bars", "16", "--seed", "7", "-o", "x.mid"]
    lines = [
        [sys.executable, "-c", "import numpy"],
        *([sys.executable, "-m", "musicrnn_cli.main", "compose", "--model", str(path), *words]
          for path in paths),
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as place:
        for line in lines:  # what is compiled at first is kept
            wall(line, Path(place))
        walls = [[wall(line, Path(place)) for line in lines] for _ in range(options.runs)]
    bare, *composed = (list(column) for column in zip(*walls, strict=True))
    models = [Checkpoint.load(path) for path in paths]
    rows = [row("16 bars to MIDI, seconds", *composed, 3)]
    for name, (count, bars) in PIECES.items():
        for model in models:
            tokens_a_second(model, count, min(bars, 2), 1)
        speeds = [
            [tokens_a_second(model, count, bars, 1 + run * count) for model in models]
            for run in range(options.runs)
        ]
        rows.append(row(f"{name}, tokens a second", *map(list, zip(*speeds, strict=True)), 0))
    head = ["", "then: least", "median", "now: least", "median", "now / then"]
    print(setting(f"NumPy {np.__version__}"))
    print(
        f"a bare Python with NumPy: least {min(bare):.3f} s, median {statistics.median(bare):.3f}"
    )
    print(markdown(head, rows))
