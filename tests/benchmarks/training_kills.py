"""Does a training that is killed again and again, and resumed, end in the same model?

    python tests/benchmarks/training_kills.py [--kills 20] [--signals TERM,HUP] [--updates 400]

Runs ``python -m musicrnn_cli.main train compose`` on twelve small pieces, once without a
disturbance; then the same command over and over, each time with a signal at a random moment (one
in five while the program is still starting), and ``--resume`` as soon as there is a run to go on
with. A model that is finished is compared with the undisturbed one: every weight, and all that it
says of itself but the command. Prints a line a kill and the verdict; exits with 1 if a model
differs, if a program ends with an error, or if it leaves a lock.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.io.midi import write_midi
from musicrnn.score import Note, Track, make_score
from musicrnn.training.lock import lock_path
from musicrnn.training.run_state import run_path

SIZES = ("hidden=16", "embedding=8", "rows=4", "length=32", "validate_every=25", "average=0.9")
PATIENCE = 600  # seconds for one program


def pieces(folder: Path) -> None:
    draw = np.random.default_rng(0)
    for number in range(12):
        pitches = 60 + draw.integers(0, 12, 64)
        notes = tuple(Note(240 * i, int(p), 240, 80) for i, p in enumerate(pitches))
        write_midi(make_score(480, [Track(notes)]), folder / f"{number}.mid")


class Program:
    """The command, begun in a process of its own."""

    def __init__(self, data: Path, output: Path, updates: int) -> None:
        self.output, self.began = output, time.monotonic()
        settings = [f"--set={setting}" for setting in (*SIZES, f"updates={updates}")]
        words = ["train", "compose", str(data), "-o", str(output), "--device", "cpu", *settings]
        resume = ["--resume"] if run_path(output).exists() else []
        self.log = output.with_suffix(".log").open("a")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "musicrnn_cli.main", *words, "--set=patience=100000", *resume],
            stderr=self.log,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    def wait_for_training(self) -> float:
        """Seconds until its lock is there, or until it has ended."""
        while self.process.poll() is None and not lock_path(self.output).exists():
            time.sleep(0.002)
        return time.monotonic() - self.began

    def end(self) -> tuple[int, float]:
        """Its exit code and the seconds since it was begun."""
        try:
            return self.process.wait(PATIENCE), time.monotonic() - self.began
        finally:
            self.process.kill()
            self.log.close()

    def said(self) -> str:
        """Its last word on how far it came."""
        lines = self.output.with_suffix(".log").read_text().splitlines()
        return next(line.split(",")[0] for line in reversed(lines) if " after " in line)


def same(first: Path, second: Path) -> bool:
    one, two = Checkpoint.load(first), Checkpoint.load(second)
    told, again = ({**made.metadata, "command": ""} for made in (one, two))
    return (
        told == again
        and one.arrays.keys() == two.arrays.keys()
        and all(one.arrays[n].tobytes() == two.arrays[n].tobytes() for n in one.arrays)
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--updates", type=int, default=400)
    parser.add_argument("--signals", default="TERM")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    numbers = [getattr(signal, f"SIG{name}") for name in options.signals.split(",")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pieces(folder)
        whole = folder / "whole.safetensors"
        program = Program(folder, whole, options.updates)
        starting = program.wait_for_training()
        code, seconds = program.end()
        training = seconds - starting
        print(f"undisturbed: {starting:.1f} s to start and {training:.1f} s to train", flush=True)
        wrong = [] if code == 0 else [f"undisturbed: exit {code}"]
        kills = models = 0
        output = folder / "0.safetensors"
        while kills < options.kills or not models or run_path(output).exists():
            program = Program(folder, output, options.updates)
            number = draw.choice(numbers)
            if kills >= options.kills:
                moment = float("inf")
            elif draw.random() < 0.2:
                moment = draw.uniform(0, starting)
            else:
                moment = program.wait_for_training() + draw.uniform(0, training / 3)
            while program.process.poll() is None and time.monotonic() - program.began < moment:
                time.sleep(0.001)
            program.process.send_signal(number)
            code, _ = program.end()
            if code == 0:
                verdict = "the same" if same(whole, output) else "ANOTHER"
                print(f"model {models} is finished: {verdict}", flush=True)
                wrong += [] if verdict == "the same" else [f"model {models} is another"]
                models += 1
                output = folder / f"{models}.safetensors"
                continue
            kills += 1
            said = program.said() if code == 128 + number else "not training"
            print(f"kill {kills}: {number.name} at {moment:.2f} s, exit {code}, {said}", flush=True)
            if code not in (128 + number, -number):
                wrong.append(f"kill {kills}: exit {code}")
            if lock_path(output).exists() and number != signal.SIGKILL:
                wrong.append(f"kill {kills}: a lock is left")
    print(f"{kills} kills, {models} models: " + ("all the same" if not wrong else "; ".join(wrong)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
