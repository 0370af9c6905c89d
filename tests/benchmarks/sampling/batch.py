"""A thousand pieces in one command: tokens a second, and the memory they take.

    python tests/benchmarks/sampling/batch.py [--count 1000] [--bars 32] [--singles 8] [--json FILE]

Runs ``python -m musicrnn_cli.main compose --style pop --bars 32 --count 1000 -o DIR/p.mid --json``
in a temporary folder and reads its lines as they come. Every TICK seconds the resident memory of
the process and its children is summed (what they share is counted once: proportional set size);
the table gives the highest sum so far at each quarter of the pieces. Beside it the rate of one core
that writes piece after piece, batch 1: in this process, once warm, without files; and as the
command with ``--count 1``, start and file included. Tokens are those of the pieces that were kept:
a piece that was drawn again (see ``attempts``) counts once. Memory is read from /proc, on Linux
alone; elsewhere it is left out. The command is given this environment as it is: try it also with
OPENBLAS_NUM_THREADS=1, above all on a machine that has other work.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TypedDict

import numpy as np
from report import markdown, setting
from threadpoolctl import threadpool_limits

from musicrnn.pretrained import STYLES, load_model
from musicrnn.sampling.compose import compose
from musicrnn.tokens import Controls

STYLE = "pop"
TICK = 0.05  # seconds
MIB = 2**20
FIRST_SEED = 1


class Memory(threading.Thread):
    """Watches a process and its children: ``peak`` bytes so far, 0 where there is no /proc."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process, self.peak, self.most_processes = process, 0, 0
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(TICK):
            family = _family(self.process)
            self.peak = max(self.peak, sum(map(_resident, family)))
            self.most_processes = max(self.most_processes, len(family))


def _family(process: int) -> list[int]:
    """The process and all its descendants that are alive."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    family = [process] if process in parents else []
    for member in family:  # grows while it is read
        family += [child for child, parent in parents.items() if parent == member]
    return family


def _resident(process: int) -> int:
    """Bytes; shared pages are divided among those that share them."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text("utf-8").splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def command(bars: int, count: int, seed: int) -> list[str]:
    line = f"-m musicrnn_cli.main compose --style {STYLE} --bars {bars} --count {count} --json"
    return [sys.executable, *line.split(), "--seed", str(seed), "-o", "p.mid"]


class Many(TypedDict):
    """What the one command did; times and sizes at each quarter of the pieces."""

    quarters: list[dict[str, float]]
    seconds: float
    tokens: int
    pieces: int
    written: int
    again: int  # drawn more than once
    processes: int


def many(bars: int, count: int, folder: Path) -> Many:
    """The one command; figures at each quarter of the pieces."""
    quarters = sorted({max(1, round(count * share)) for share in (0.25, 0.5, 0.75, 1)})
    at: list[dict[str, float]] = []
    tokens = pieces = again = 0
    began = time.perf_counter()
    with subprocess.Popen(
        command(bars, count, FIRST_SEED), cwd=folder, stdout=subprocess.PIPE, text=True
    ) as process:
        memory = Memory(process.pid)
        memory.start()
        assert process.stdout is not None
        for line in process.stdout:
            piece = json.loads(line)
            tokens, pieces = tokens + piece["tokens"], pieces + 1
            again += piece["attempts"] > 1
            if pieces in quarters:
                seconds = time.perf_counter() - began
                at.append({"pieces": pieces, "seconds": seconds, "tokens": tokens,
                           "peak": memory.peak})  # fmt: skip
        if process.wait() != 0:
            raise SystemExit(f"the command ended with {process.returncode}")
        seconds = time.perf_counter() - began
        memory.stopped.set()
        memory.join()
    at[-1]["peak"] = memory.peak
    written = len(list(folder.glob("p*.mid")))
    return {
        "quarters": at, "seconds": seconds, "tokens": tokens, "pieces": pieces,
        "written": written, "again": again, "processes": memory.most_processes,
    }  # fmt: skip


def one_by_one(bars: int, pieces: int) -> dict[str, float]:
    """Batch 1 on one core, in this process: the median over pieces of tokens a second."""
    checkpoint, settings = load_model(STYLE), STYLES[STYLE].settings
    rates: list[float] = []
    for seed in range(FIRST_SEED, FIRST_SEED + pieces + 1):
        began = time.process_time()
        (piece,) = compose(checkpoint, [seed], controls=Controls(bars=bars), settings=settings)
        if piece.attempts == 1:
            rates.append(len(piece.ids) / (time.process_time() - began))
    return {"rate": statistics.median(rates[1:] or rates), "pieces": len(rates[1:] or rates)}


def alone(bars: int, pieces: int, folder: Path) -> float:
    """Tokens a second of the command for one piece, the process's start included: the median."""
    rates: list[float] = []
    for seed in range(FIRST_SEED, FIRST_SEED + pieces):
        began = time.perf_counter()
        told = subprocess.run(
            command(bars, 1, seed), cwd=folder, check=True, capture_output=True, text=True
        ).stdout
        rates.append(json.loads(told)["tokens"] / (time.perf_counter() - began))
    return statistics.median(rates)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--bars", type=int, default=32)
    parser.add_argument("--singles", type=int, default=8, help="Pieces one by one.")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    threadpool_limits(1)
    machine = setting(f"NumPy {np.__version__}")
    single = one_by_one(options.bars, options.singles)
    with tempfile.TemporaryDirectory() as folder:
        started = alone(options.bars, min(5, options.singles), Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        found = many(options.bars, options.count, Path(folder))
    print(machine, f"`musicrnn {' '.join(command(options.bars, options.count, 1)[3:])}`", sep="\n")
    print(
        f"{found['pieces']} pieces, {found['written']} files, {found['again']} drawn more "
        f"than once, {found['processes'] or 'unknown number of'} processes at most\n"
    )
    quarters = found["quarters"]
    rows = [
        [f"{at['pieces']:.0f}", f"{at['seconds']:.1f}", f"{at['tokens'] / at['seconds']:,.0f}",
         f"{at['peak'] / MIB:,.0f}" if at["peak"] else "not measured"]
        for at in quarters
    ]  # fmt: skip
    print(markdown(["pieces", "seconds", "tokens/s", "peak MiB"], rows), end="\n\n")
    rate = quarters[-1]["tokens"] / quarters[-1]["seconds"]
    beside = {
        "all pieces in one command": rate,
        "one core, piece after piece, warm": single["rate"],
        "one piece a command, its start included": started,
    }
    rows = [[name, f"{each:,.0f}", f"{each / single['rate']:.2f}"] for name, each in beside.items()]
    print(markdown(["", "tokens/s", "times one core"], rows))
    if options.json:
        text = json.dumps({"machine": machine, **found, "rates": beside}, indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
