"""How sampler settings move generated music towards human music: the choice behind STYLES.

For each length, temperature, top-p and min-p it composes pieces and prints the wide and narrow
overlap with excerpts of the VALIDATION split, how much comes back, how pieces end, and the least
alike statistics. The test split is not looked at.

    python tests/benchmarks/sampler_settings.py MODEL CORPUS [--count 64] [--bars 16,64]
        [--temperatures 0.8,0.9,1] [--top-ps 1] [--min-ps 0,0.02]
"""

import argparse
import itertools

from musicrnn.metrics.report import compare_sets
from musicrnn.pretrained import load_model
from musicrnn.sampling.compose import compose
from musicrnn.sampling.filters import Settings
from musicrnn.sources.scores import read_source
from musicrnn.tokens import Controls
from musicrnn.training.data import read_all

SHOWN = (
    "best_return_4", "best_return_8", "exact_returns", "repeated_bars", "top_steps",
    "ends_on_tonic_triad", "last_top_duration", "last_bar_weight", "bass_begins_on_tonic",
)  # fmt: skip


def numbers(text: str) -> list[float]:
    return [float(word) for word in text.split(",")]


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("model")
parser.add_argument("corpus")
parser.add_argument("--count", type=int, default=64)
parser.add_argument("--bars", default="16")
parser.add_argument("--temperatures", type=numbers, default="0.8,0.9,1.0")
parser.add_argument("--top-ps", type=numbers, default="1")
parser.add_argument("--min-ps", type=numbers, default="0,0.02")
options = parser.parse_args()

_, pieces = read_source(options.corpus)
held_out, _ = read_all((p for p in pieces if p.split == "valid"), lambda piece: piece.read())
human = {item.piece.name: item.content for item in held_out}
checkpoint = load_model(options.model)
for bars, temperature, top_p, min_p in itertools.product(
    map(int, options.bars.split(",")), options.temperatures, options.top_ps, options.min_ps
):
    composed = compose(
        checkpoint,
        list(range(options.count)),
        controls=Controls(bars=bars),
        settings=Settings(temperature=temperature, top_p=top_p, min_p=min_p),
    )
    report = compare_sets({str(piece.seed): piece.score for piece in composed}, human, [])
    rows = {row.name: row for row in report.wide.rows}
    print(
        f"{bars} bars  temperature {temperature}  top_p {top_p}  min_p {min_p}  "
        f"wide overlap {report.wide.overlap or 0:.3f}  narrow {report.mean_area or 0:.3f}  "
        f"redrawn {sum(piece.attempts > 1 for piece in composed)}  "
        f"least alike: {', '.join(report.wide.worst)}\n    "
        + "  ".join(
            f"{name} {rows[name].generated or 0:.2f} ({rows[name].held_out or 0:.2f})"
            for name in SHOWN
            if name in rows
        ),
        flush=True,
    )
