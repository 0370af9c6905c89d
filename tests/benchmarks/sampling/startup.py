"""Where ``musicrnn compose`` spends its time from Enter to sound.

    python tests/benchmarks/sampling/startup.py [--runs 7] [--bars 16] [--json FILE]

Runs ``python -m musicrnn_cli.main compose --style pop --bars 16 --seed 7`` to a .mid and to a .wav,
RUNS times each, in fresh processes and a temporary folder: least and median seconds of wall time,
and one run with an empty cache of compiled code, as after an installation. Then as many processes
that are watched (trace_stages.py, which costs some 5 %): the table holds the medians of their
stages in milliseconds. A stage does not hold what others name: imports and compiled code count as
such wherever they happen. Whose the imports are is split by the shares of a run under
``python -X importtime``; what a package imports counts as its own. Files are read from the
system's cache: a first run reaches further, to the disk.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from report import markdown, setting
from trace_stages import STAGES

SCRIPT = Path(__file__).with_name("trace_stages.py")
SUFFIXES = (".mid", ".wav")
FEW = 1.0  # milliseconds of a package that is told apart


def wall(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> float:
    """Seconds of a command, which must succeed."""
    began = time.perf_counter()
    subprocess.run(
        command,
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
    )
    return time.perf_counter() - began


def traced(arguments: list[str], folder: Path) -> dict[str, float]:
    """Milliseconds by stage of one watched process, its start and end included."""
    report = folder / "stages.json"
    began = time.time()
    wall([sys.executable, str(SCRIPT), str(report), *arguments], folder)
    ended = time.time()
    told = json.loads(report.read_text("utf-8"))
    for missing in told["missing"]:
        print(f"{missing} is not there any more: its stage counts with the rest", file=sys.stderr)
    return {
        "interpreter started": 1000 * (told["began"] - began),
        **{name: 1000 * seconds for name, seconds in told["stages"].items()},
        "interpreter ended": 1000 * (ended - told["ended"]),
        "all": 1000 * (ended - began),
    }


def import_shares(command: list[str], folder: Path) -> dict[str, float]:
    """Which part of the imports each package takes; they add up to 1."""
    line = [sys.executable, "-X", "importtime", *command[1:]]
    lines = subprocess.run(line, cwd=folder, check=True, capture_output=True, text=True).stderr
    entries: list[tuple[int, str, int]] = []  # depth, module, microseconds of its own
    for text in lines.splitlines():
        parts = text.removeprefix("import time:").split("|")
        if text.startswith("import time:") and len(parts) == 3 and parts[0].strip().isdigit():
            name = parts[2].rstrip()
            depth = (len(name) - len(name.lstrip()) - 1) // 2
            entries.append((depth, name.strip(), int(parts[0])))
    spent: dict[str, float] = {}
    above: list[str] = []  # the importers of the entry at hand, outermost first
    counts = False
    whose: list[tuple[str, int]] = []
    for depth, name, own in reversed(entries):  # a module stands after all that it imports
        del above[depth:]
        above.append(name)
        whose.append((_owner(above), own))
    for (owner, own), (_, name, _) in zip(reversed(whose), entries, strict=True):
        counts = counts or name.startswith("musicrnn")  # before: Python's own start
        if counts:
            spent[owner] = spent.get(owner, 0.0) + own
    total = sum(spent.values())
    return {name: part / total for name, part in spent.items()}


def _owner(path: list[str]) -> str:
    """The package that a module is imported for."""
    packages = [name.partition(".")[0].removeprefix("_") for name in path]
    for package in packages:
        if not package.startswith("musicrnn") and package not in sys.stdlib_module_names:
            return package
    return "musicrnn" if any(name.startswith("musicrnn") for name in packages) else "Python's own"


def stage_rows(stages: dict[str, float], shares: dict[str, float]) -> dict[str, float]:
    """In the order of the run, the imports split."""
    rows: dict[str, float] = {"interpreter started": stages["interpreter started"]}
    imports = stages["imports"]
    split = {name: imports * share for name, share in shares.items()}
    rows["imports"] = imports
    named = [name for name, spent in split.items() if spent >= FEW]
    for name in sorted(named, key=lambda name: -split[name]):
        rows[f"of which {name}"] = split[name]
    rows["of which others"] = sum(spent for spent in split.values() if spent < FEW)
    for name in (*STAGES, "the rest", "interpreter ended", "all"):
        rows[name] = stages.get(name, 0.0)
    return rows


def measure(arguments: list[str], runs: int, folder: Path) -> dict[str, dict[str, float]]:
    """Of one command: its wall times in seconds, its stages in milliseconds."""
    command = [sys.executable, "-m", "musicrnn_cli.main", *arguments]
    with tempfile.TemporaryDirectory() as empty:
        first = wall(command, folder, {"NUMBA_CACHE_DIR": empty})
    wall(command, folder)
    walls = [wall(command, folder) for _ in range(runs)]
    watched = [traced(arguments, folder) for _ in range(runs)]
    stages = {
        name: statistics.median(run.get(name, 0.0) for run in watched)
        for name in dict.fromkeys(name for run in watched for name in run)
    }
    return {
        "wall": {
            "least": min(walls),
            "median": statistics.median(walls),
            "nothing compiled": first,
        },
        "stages": stage_rows(stages, import_shares(command, folder)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--bars", type=int, default=16)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    machine = setting(f"NumPy {np.__version__}")
    line = ["compose", "--style", "pop", "--bars", str(options.bars), "--seed", "7", "-o"]
    with tempfile.TemporaryDirectory() as folder:
        found = {
            suffix: measure([*line, f"x{suffix}"], options.runs, Path(folder))
            for suffix in SUFFIXES
        }
    walls = {f"{s} of {options.runs}": s for s in ("least", "median")} | {
        "once, nothing compiled yet": "nothing compiled"
    }
    rows = [
        [title, *(f"{found[suffix]['wall'][key]:.2f}" for suffix in SUFFIXES)]
        for title, key in walls.items()
    ]
    names = dict.fromkeys(name for suffix in SUFFIXES for name in found[suffix]["stages"])
    order = sorted(names, key=lambda name: _place(name, found))
    stages = [
        [name, *(f"{found[suffix]['stages'].get(name, 0.0):.0f}" for suffix in SUFFIXES)]
        for name in order
    ]
    print(machine, f"`musicrnn {' '.join(line)} x.mid` and `x.wav`", sep="\n")
    print("", markdown(["seconds from Enter to the end", *SUFFIXES], rows), sep="\n")
    print("", markdown(["stage, milliseconds", *SUFFIXES], stages), sep="\n")
    if options.json:
        text = json.dumps({"machine": machine, "runs": options.runs, **found}, indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")


def _place(name: str, found: dict[str, dict[str, dict[str, float]]]) -> int:
    """Where a row stands: as in the longest list."""
    longest = max((list(found[suffix]["stages"]) for suffix in SUFFIXES), key=len)
    return longest.index(name) if name in longest else longest.index("of which others")


if __name__ == "__main__":
    main()
