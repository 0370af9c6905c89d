"""What composed pieces lack: the wide measure of a style, beside what was measured before.

Composes pieces by the default command for each length, and prints what ``musicrnn evaluate`` says
of form, beginnings and ends, register and overlap, beside another program's figures for the bundled
``pop`` (mido and numpy, 29 November 2026, two cores: 100 pieces, human: 107 test songs of POP909).
How far wishes come true: tests/benchmarks/form/obeyed.py.

    python tests/benchmarks/wide_measure.py [pop pop909] [--count 100] [--bars 16,64]
"""

import argparse
import tempfile
import time
from pathlib import Path

from click.testing import CliRunner

from musicrnn.metrics.tables import number, table
from musicrnn_cli.main import main
from musicrnn_datasets.generated import evaluate_folder

# row: (pop of 64 bars, human), both by the other program
FORM = {
    "best_return_4": (0.27, 0.95),
    "best_return_8": (0.19, 0.89),
    "best_return_16": (0.14, 0.71),
    "has_return": (0.0, 0.94),
    "exact_returns": (0.0, 0.20),
}
# row: (pop of 16 bars, human)
SIXTEEN_BARS = {
    "top_steps": (0.21, 0.34),
    "top_repeats": (0.28, 0.19),
    "velocity_deviation": (9.1, 13.9),
    "pitch_classes": (9.9, 8.4),
    "register_gap": (10.0, 13.8),
    "ends_on_tonic_triad": (0.01, 0.68),
    "top_ends_on_tonic": (0.12, 0.40),
    "last_top_duration": (0.23, 2.3),
    "last_sixteenth_notes": (7.0, 0.08),
    "last_bar_weight": (1.51, 0.35),
    "bass_begins_on_tonic": (0.19, 0.64),
}
# bars: (pop, human at random bars, human from the first bar)
OVERLAPS = {16: (0.684, 0.915, 0.82), 64: (0.556, 0.966, 0.90)}


def compose(style: str, count: int, bars: int, folder: Path) -> None:
    """As many pieces from seed 1 on."""
    words = ["compose", "--style", style, "--count", str(count), "--seed", "1", "--jobs", "1"]
    done = CliRunner().invoke(main, [*words, "--bars", str(bars), "-o", str(folder / "p.mid")])
    assert done.exit_code == 0, done.output


def compared(found: dict[str, tuple[float | None, float | None]], bars: int) -> str:
    """Rows of what is measured beside what was."""
    known = SIXTEEN_BARS if bars == 16 else FORM
    lines = [
        [
            name.replace("_", " "),
            *map(number, found[name]),
            *(map(number, known[name]) if name in known else ("", "")),
        ]
        for name in (*FORM, *SIXTEEN_BARS)
    ]
    header = [f"{bars} bars", "generated", "human", "then: pop", "then: human"]
    return table(header, lines)


def evaluated(style: str, corpus: str, count: int, bars: int) -> str:
    """The rows of one length, the overlaps, and what is least alike."""
    with tempfile.TemporaryDirectory() as place:
        compose(style, count, bars, Path(place))
        began = time.perf_counter()
        wide = evaluate_folder(Path(place), corpus).report.wide
    seconds = time.perf_counter() - began
    overlaps = (wide.overlap, wide.ceiling, wide.first_bar_ceiling)
    lines = [[f"wide overlap, {bars} bars", "generated", "human", "human from the first bar"]]
    then = [["then", *map(number, OVERLAPS[bars])]] if bars in OVERLAPS else []
    return "\n\n".join(
        [
            compared({row.name: (row.generated, row.held_out) for row in wide.rows}, bars),
            table(lines[0], [["now", *map(number, overlaps)], *then]),
            f"least alike: {', '.join(wide.worst)}; evaluated in {seconds:.0f} s",
        ]
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("style", nargs="?", default="pop")
    parser.add_argument("corpus", nargs="?", default="pop909")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--bars", default="16,64")
    options = parser.parse_args()
    for bars in map(int, options.bars.split(",")):
        print(evaluated(options.style, options.corpus, options.count, bars), end="\n\n", flush=True)
