"""Which cell solves which length of which problem: the table of docs/problems.md.

Every attempt is a line of JSON in FILE as soon as it ends; the same command goes on where it was
stopped. --plot draws what FILE holds. "CELL+attention" looks at its own last 40 outputs.

    python tests/benchmarks/problems/which_length.py -o attempts.jsonl
        [--cells lstm,gru] [--problems adding] [--updates 1000] [--plot docs/problems.png]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from ladder import LENGTHS, RATES, Attempt, Climb, climb, fallen, reached

from musicrnn.cells import CELLS
from musicrnn.layers.settings import LayerSettings
from musicrnn.plot.chart import Column, draw_chart
from musicrnn.plot.png import png
from musicrnn.plot.svg import svg
from musicrnn.problems import PROBLEMS
from musicrnn.problems.solve import TrainingBudget

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("-o", "--output", type=Path, required=True)
parser.add_argument("--cells", default=",".join(CELLS))
parser.add_argument("--problems", default=",".join(LENGTHS))
parser.add_argument("--updates", type=int, default=1000)
parser.add_argument("--hidden", type=int, default=32)
parser.add_argument("--plot", type=Path)
options = parser.parse_args()

torch.set_num_threads(1)
attempts: list[Attempt] = []
if options.output.exists():
    lines = options.output.read_text().splitlines()
    attempts = [Attempt.from_json(json.loads(line)) for line in lines]
ended = {
    (a.problem, a.cell) for a in attempts if a.outcome.solved_at is None and a.rate == RATES[-1]
}
ended |= {
    (a.problem, a.cell)
    for a in attempts
    if a.outcome.solved_at and a.length == LENGTHS[a.problem][-1]
}


def report(attempt: Attempt) -> None:
    with options.output.open("a") as stream:
        stream.write(json.dumps(attempt.as_json()) + "\n")
    attempts.append(attempt)
    came = attempt.outcome
    end = f"solved after {came.solved_at}" if came.solved_at else "not solved"
    print(
        f"{attempt.problem:15} {attempt.cell:17} {attempt.length:4} "
        f"{PROBLEMS[attempt.problem].unit:6}"
        f" rate {attempt.rate:<6g} {PROBLEMS[attempt.problem].measure} {came.score:.3f}, {end},"
        f" {came.seconds:.1f} s",
        flush=True,
    )


budget = TrainingBudget(updates=options.updates)
cells, problems = options.cells.split(","), options.problems.split(",")
for wanted in cells:
    cell, _, attention = wanted.partition("+")
    settings = LayerSettings(attention=40 if attention else 0)
    for name in problems:
        plan = Climb(name, cell, LENGTHS[name], options.hidden, budget, settings=settings)
        if (name, plan.label) not in ended:
            attempts = [a for a in attempts if (a.problem, a.cell) != (name, plan.label)]
            climb(plan, report)

made = {a.cell for a in attempts}
shown = [n for c in CELLS for n in (c, f"{c}, attention") if n in made]
print("\n| cell | " + " | ".join(f"{name}, {PROBLEMS[name].unit}" for name in LENGTHS) + " |")
print("|---" * (1 + len(LENGTHS)) + "|")
for cell in shown:
    parts: list[str] = []
    for name in LENGTHS:
        length, fell = reached(attempts, name, cell), fallen(attempts, name, cell)
        figure = "" if fell is None else f" ({fell[1]:.2f} at {fell[0]})"
        parts.append("-" if length is None else f"**{length}**{figure}")
    print(f"| {cell} | " + " | ".join(parts) + " |")
guesses = [f"({PROBLEMS[name].measure} {PROBLEMS[name].guess(50):.3f})" for name in LENGTHS]
print("| *guessing* | " + " | ".join(guesses) + " |")
print(f"{sum(a.outcome.seconds for a in attempts) / 60:.1f} minutes of one core")
if options.plot:
    columns = [
        Column(
            f"{name}, {PROBLEMS[name].unit}", [reached(attempts, name, c) for c in shown], 0, 1.0
        )
        for name in LENGTHS
    ]
    about = (
        f"the longest lag solved; {options.hidden} units, {options.updates} updates of 32, "
        f"two rates; lengths {LENGTHS['adding']} of steps, {LENGTHS['motif']} of bars"
    )
    picture = draw_chart("Which cell solves which length", about, shown, columns)
    draw = png(picture) if options.plot.suffix == ".png" else svg(picture).encode()
    options.plot.write_bytes(draw)
