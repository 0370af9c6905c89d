"""From Enter to the first sound: until the loudspeaker is started by ``musicrnn compose --play``.

    python tests/benchmarks/sampling/first_block.py [--style pop] [--rounds 9] [--json FILE]

Each round is a new process that runs the command with a sounddevice made up here, whose stream ends
the process when it is started: at that moment the first 0.15 s of sound wait to be taken. Beside it
the same process to the end of its imports. The first round, which loads the disk's cache, does not
count. A real device adds its own latency (10 to 100 ms).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from report import setting

CHILD = """
import os, sys, time
from types import SimpleNamespace

def told(*_, **__):
    print(time.time() - float(os.environ["ENTER"]), flush=True)
    os._exit(0)

def nothing(*_, **__):
    pass

sys.modules["sounddevice"] = SimpleNamespace(
    PortAudioError=OSError, CallbackStop=StopIteration,
    query_devices=lambda kind: {"default_samplerate": 44100.0}, check_output_settings=nothing,
    OutputStream=lambda **_: SimpleNamespace(start=told, close=nothing),
)
from musicrnn_cli.main import main
if len(sys.argv) == 1:
    from musicrnn_cli import sounding
    from musicrnn.synth import loudspeaker, mixer
    told()
main(["compose", "--play", *sys.argv[1:]])
"""


def milliseconds(*words: str) -> float:
    """Of one process, from before it is started."""
    environment = os.environ | {"ENTER": str(time.time())}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *words],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return 1000 * float(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--style", default="pop")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    stages: dict[str, list[str]] = {
        "imports": [],
        "first sound": ["--style", given.style, "--seed", "1"],
    }
    found: dict[str, list[float]] = {stage: [] for stage in stages}
    for _ in range(given.rounds + 1):
        for stage, words in stages.items():
            found[stage].append(milliseconds(*words))
    record: dict[str, object] = {"setting": setting(), "style": given.style}
    for stage, times in found.items():
        best, middle = min(times[1:]), statistics.median(times[1:])
        record[stage] = {"best": round(best), "median": round(middle)}
        print(f"{stage:12} {best:6.0f} ms, median {middle:.0f} of {given.rounds}")
    if given.json:
        given.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
