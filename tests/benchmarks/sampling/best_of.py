"""What ``compose --best-of`` does to a set of pieces: overlap with human pieces, and what it costs.

Composes as many pieces of a bundled style for each number of candidates, and prints the wide and
the narrow overlap with excerpts of the VALIDATION split (the test split is not looked at), seconds
a piece on one core, how many pieces were drawn again, and the statistics that are furthest off.

    python tests/benchmarks/sampling/best_of.py pop pop909 [--count 100] [--candidates 1,2,8]
"""

import argparse
import time

from musicrnn.metrics.report import compare_sets
from musicrnn.pretrained import STYLES, load_model
from musicrnn.sampling.compose import compose
from musicrnn.sampling.sample_function import SamplingBudget
from musicrnn.sources.scores import read_source
from musicrnn.tokens import Controls
from musicrnn.training.data import read_all

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("style")
parser.add_argument("corpus")
parser.add_argument("--count", type=int, default=100)
parser.add_argument("--candidates", default="1,2,8")
options = parser.parse_args()

_, pieces = read_source(options.corpus)
held_out, _ = read_all((p for p in pieces if p.split == "valid"), lambda piece: piece.read())
human = {item.piece.name: item.content for item in held_out}
checkpoint, style = load_model(options.style), STYLES[options.style]
for candidates in map(int, options.candidates.split(",")):
    began = time.perf_counter()
    composed = compose(
        checkpoint,
        list(range(options.count)),
        controls=Controls(bars=style.bars),
        settings=style.settings,
        budget=SamplingBudget(candidates=candidates),
    )
    seconds = (time.perf_counter() - began) / options.count
    report = compare_sets({str(piece.seed): piece.score for piece in composed}, human, [])
    found = [(row.area, row.name) for row in report.features if row.area is not None]
    print(
        f"best of {candidates:3}  wide overlap {report.wide.overlap or 0:.3f}  "
        f"narrow {report.mean_area or 0:.3f}  {seconds:.3f} s a piece  "
        f"redrawn {sum(piece.attempts > 1 for piece in composed)}  lowest: "
        + ", ".join(f"{name} {area:.2f}" for area, name in sorted(found)[:3]),
        flush=True,
    )
