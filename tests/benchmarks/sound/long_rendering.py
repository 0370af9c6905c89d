"""What rendering a long piece and one of many notes takes: seconds of the processor, and memory.

    python tests/benchmarks/sound/long_rendering.py
    python tests/benchmarks/sound/long_rendering.py --against ../before --against-piece tune.mid

renders, each in a process of its own by ``musicrnn render``, an hour of an organ's drone under
broken chords of the piano with pedal, 20,000 notes of a symphony's sixty parts in 20 minutes, and
prints the peak of memory (VmHWM of Linux). Exits with 1 where it passes 1 GB. ``--against``
compares the seconds that a piece takes here and in another checkout, in turns.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from musicrnn.io.midi import write_midi
from musicrnn.score import Note, Pedal, Score, Track, make_score

MAX_BYTES = 10**9
CHILD = """
import sys, time
from pathlib import Path
from musicrnn_cli.main import main
try:
    main(sys.argv[1:], standalone_mode=False)
finally:
    status = Path("/proc/self/status").read_text()
    peak = 1024 * int(status.partition("VmHWM:")[2].split()[0])
    print("used", time.process_time(), peak, file=sys.stderr)
"""


def an_hour() -> Score:
    """Quarters at 120 a minute: 7200 of them."""
    drone = Track((Note(0, 36, 7200 * 480, 60), Note(0, 43, 7200 * 480, 60)), program=19)
    chords = [
        Note(480 * i + 120 * k, 48 + (5 * (i // 8)) % 12 + step, 110, 50 + (i + 20 * k) % 60)
        for i in range(7200)
        for k, step in enumerate((0, 7, 12, 16))
        if i % 4 or k == 0
    ]
    pedals = tuple(Pedal(1920 * i, 1900) for i in range(1800))
    return make_score(480, [drone, Track(tuple(chords), pedals=pedals)])


def a_symphony() -> Score:
    """20,000 notes of a second and a half each, 25 at a time, in sixty parts."""
    programs = (40, 41, 42, 43, 48, 56, 57, 58, 60, 68, 70, 71, 73, 47, 46)
    tracks = [
        Track(
            tuple(
                Note(part * 37 + 3456 * i, 45 + (7 * part + 5 * i) % 40, 1440, 40 + (i + part) % 80)
                for i in range(334)
            ),
            program=programs[part % len(programs)],
        )
        for part in range(60)
    ]
    return make_score(480, tracks)


def rendered(piece: Path, output: Path, tree: Path | None = None) -> tuple[float, int]:
    """Seconds of the processor and bytes at most, of the checkout ``tree`` or of this one."""
    environment = dict(os.environ)
    if tree is not None:
        environment["PYTHONPATH"] = os.pathsep.join(
            str(tree / part) for part in (".", "datasets", "cli")
        )
    words = [sys.executable, "-c", CHILD, "render", str(piece.resolve()), "-o", str(output)]
    folder = Path.cwd() if tree is None else tree
    done = subprocess.run(
        words, capture_output=True, text=True, env=environment, cwd=folder, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    _, seconds, peak = done.stderr.splitlines()[-1].split()
    return float(seconds), int(peak)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--suffix", default=".wav")
    parser.add_argument("--against", type=Path)
    parser.add_argument("--against-piece", type=Path)
    parser.add_argument("--turns", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        output = Path(name) / f"a{options.suffix}"
        if options.against is not None:
            ratios = []
            for _ in range(options.turns):
                before = rendered(options.against_piece, output, options.against.resolve())[0]
                ratios.append(rendered(options.against_piece, output, Path.cwd())[0] / before)
            low, high = min(ratios), max(ratios)
            print(
                f"{options.against_piece.name}: {statistics.median(ratios):.2f} times the seconds "
                f"of {options.against} ({low:.2f} to {high:.2f}; n = {options.turns} pairs)"
            )
            return
        worst = 0
        for title, score in (("an hour", an_hour()), ("a symphony", a_symphony())):
            piece = Path(name) / "a.mid"
            write_midi(score, piece)
            seconds, peak = rendered(piece, output)
            worst = max(worst, peak)
            print(
                f"{title}: {score.note_count} notes, {score.seconds:.0f} s, {seconds:.0f} s of the "
                f"processor, {peak / 1e6:.0f} MB at most, {output.stat().st_size / 1e6:.0f} MB "
                f"of {options.suffix}",
                flush=True,
            )
    if worst > MAX_BYTES:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
