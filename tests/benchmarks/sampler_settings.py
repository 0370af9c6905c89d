"""How sampler settings move generated music towards human music: the choice behind STYLES.

For each temperature and top-p it composes pieces and prints the wide and narrow overlap with
excerpts of the VALIDATION split, and the worst features. The test split is not looked at.

    python tests/benchmarks/sampler_settings.py MODEL CORPUS [--count 64] [--bars 16]
"""

import argparse
import itertools
from pathlib import Path

from musicrnn.checkpoint import Checkpoint
from musicrnn.metrics.report import compare_sets
from musicrnn.sampling.compose import compose
from musicrnn.sampling.filters import Settings
from musicrnn.sources.scores import read_source
from musicrnn.tokens import Controls
from musicrnn.training.data import read_all

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("model", type=Path)
parser.add_argument("corpus")
parser.add_argument("--count", type=int, default=64)
parser.add_argument("--bars", type=int, default=16)
parser.add_argument("--temperatures", default="0.8,0.9,1.0")
parser.add_argument("--top-ps", default="0.9,0.95,1.0")
options = parser.parse_args()

_, pieces = read_source(options.corpus)
held_out, _ = read_all((p for p in pieces if p.split == "valid"), lambda piece: piece.read())
human = {item.piece.name: item.content for item in held_out}
checkpoint = Checkpoint.load(options.model)
grid = itertools.product(
    map(float, options.temperatures.split(",")), map(float, options.top_ps.split(","))
)
for temperature, top_p in grid:
    composed = compose(
        checkpoint,
        list(range(options.count)),
        controls=Controls(bars=options.bars),
        settings=Settings(temperature=temperature, top_p=top_p),
    )
    report = compare_sets({str(piece.seed): piece.score for piece in composed}, human, [])
    worst = sorted(report.features, key=lambda row: row.area or 0)[:4]
    print(
        f"temperature {temperature}  top_p {top_p}  wide overlap {report.wide.overlap or 0:.3f}  "
        f"narrow {report.mean_area or 0:.3f}  "
        f"redrawn {sum(piece.attempts > 1 for piece in composed)}  lowest: "
        + ", ".join(f"{row.name} {row.area or 0:.2f}" for row in worst),
        flush=True,
    )
