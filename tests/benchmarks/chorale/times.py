"""From Enter to a file with four voices, on a free machine and beside busy programs.

    python tests/benchmarks/chorale/times.py [--model chorale] [--runs 7] [--load 8]

In turns, RUNS times, in fresh processes: a bare Python that imports NumPy; ``musicrnn compose`` of
16 bars; ``musicrnn harmonize`` and ``vary`` of a melody of 16 bars, and ``harmonize`` of one of
200. Then the same beside LOAD processes that do nothing but count. Of each the median in seconds,
on a free machine and on a loaded one, and how much longer it takes there. Checked: torch is not
imported by any of it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from musicrnn.io.midi import write_midi
from musicrnn.metrics.tables import table
from musicrnn.pretrained import model_path
from musicrnn.score import Note, Track, make_score

BARE = "a bare Python with NumPy"
COMMANDS = {
    "compose, 16 bars": "compose --model MODEL --bars 16 --seed 1 -o c.mid",
    "harmonize, 16 bars": "harmonize 16.mid --model MODEL --seed 1 -o h.mid",
    "vary, 4 bars of 16": "vary h.mid --bars 5-8 --model MODEL --seed 1 -o v.mid",
    "harmonize, 200 bars": "harmonize 200.mid --model MODEL --seed 1 -o l.mid",
}
RUN = """
import sys
from musicrnn_cli.main import main
main(sys.argv[1:], standalone_mode=False)
assert "torch" not in sys.modules, "torch was imported"
"""


def write_melody(path: Path, bars: int) -> None:
    """Quarters that wander in a scale, as a melody of so many bars of 4/4."""
    random, scale, at = np.random.default_rng(bars), [0, 2, 4, 5, 7, 9, 11], 7
    notes: list[Note] = []
    for beat in range(4 * bars):
        at = int(np.clip(at + random.choice([-2, -1, -1, 0, 1, 1, 2]), 0, 11))
        notes.append(Note(480 * beat, 60 + 12 * (at // 7) + scale[at % 7], 480, 80))
    write_midi(make_score(480, [Track(tuple(notes))]), path)


def busy() -> None:
    while True:
        sum(range(10_000))


def wall(arguments: list[str], folder: str) -> float:
    """Seconds of Python with these arguments, which must succeed."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return time.perf_counter() - began


def medians(lines: dict[str, list[str]], folder: str, runs: int) -> dict[str, float]:
    """Of each line, in turns."""
    walls = [[wall(line, folder) for line in lines.values()] for _ in range(runs)]
    return dict(zip(lines, map(statistics.median, zip(*walls, strict=True)), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="chorale")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--load", type=int, default=8)
    options = parser.parse_args()
    model = str(model_path(options.model).resolve())
    lines = {BARE: ["-c", "import numpy"]}
    for name, words in COMMANDS.items():
        lines[name] = ["-c", RUN, *words.replace("MODEL", model).split()]
    with tempfile.TemporaryDirectory() as folder:
        for bars in (16, 200):
            write_melody(Path(folder) / f"{bars}.mid", bars)
        medians(lines, folder, 1)  # what is compiled at first is kept
        free = medians(lines, folder, options.runs)
        context = multiprocessing.get_context("spawn")
        others = [context.Process(target=busy, daemon=True) for _ in range(options.load)]
        for other in others:
            other.start()
        loaded = medians(lines, folder, options.runs)
    rows = [
        [name, f"{free[name]:.2f}", f"{free[name] / free[BARE]:.1f}", f"{loaded[name]:.2f}",
         f"{loaded[name] / free[name]:.1f}"]
        for name in lines
    ]  # fmt: skip
    head = ["", "free, s", "of the bare Python", f"beside {options.load} busy programs, s",
            "of free"]  # fmt: skip
    print(f"{multiprocessing.cpu_count()} cores, medians of {options.runs}")
    print(table(head, rows))


if __name__ == "__main__":
    main()
