"""What each part of the context gains: one network a row, learnt alike, and its held-out nats.

    python tests/benchmarks/form/context_table.py [--corpus pop909] [--updates 400]
        [--rows none,where,where+asked] [--folder RUNS]

Each row hears some groups of fields (musicrnn/context/fields.py) and is trained for as many updates
with the same seed, the recipe that of ``pop`` but smaller (``SETTINGS``); then ``musicrnn
evaluate`` measures it on the validation split: from past ids alone, and told each piece's plan and
length, whose own nats are added. Models stay in FOLDER, where there is one: a row that is there is
not trained again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from musicrnn.context.fields import GROUPS
from musicrnn.metrics.tables import number, table

ALL = "+".join(GROUPS)
ROWS = ("none", *GROUPS, ALL)
SETTINGS = (
    "hidden=256 embedding=192 layers=1 batch_size=64 sequence_length=160 learning_rate=0.004 "
    "dropout=0.1 average=0.995 validate_every=200"
)


def musicrnn(*words: str) -> str:
    """What the command prints; it must succeed."""
    line = [sys.executable, "-m", "musicrnn_cli.main", *words]
    return subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True).stdout


def measured(row: str, corpus: str, updates: int, folder: Path) -> dict[str, Any]:
    """Held-out figures of the network of a row, and the seconds of its training."""
    model, seconds = folder / f"{row}.safetensors", 0.0
    if not model.exists():
        heard = "" if row == "none" else row.replace("+", ",")
        settings = [*SETTINGS.split(), f"updates={updates}", f"hears={heard}"]
        began = time.perf_counter()
        musicrnn(
            *("train", "compose", corpus, "-o", str(model), "--tokens", "beat", "--seed", "1"),
            *(word for setting in settings for word in ("--set", setting)),
        )
        seconds = time.perf_counter() - began
    told = musicrnn("evaluate", str(model), corpus, "--split", "valid", "--json")
    return {**json.loads(told), "seconds": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", default="pop909")
    parser.add_argument("--updates", type=int, default=400)
    parser.add_argument("--rows", default=",".join(ROWS))
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = options.folder or Path(place)
        folder.mkdir(parents=True, exist_ok=True)
        for row in options.rows.split(","):
            found[row] = measured(row, options.corpus, options.updates, folder)
            print(json.dumps({"hears": row, **found[row]}), flush=True)
    lines: list[list[str]] = []
    for row, figures in found.items():
        a_bar = figures["tokens"] / figures["bars"]
        alone, planned = figures["nats_per_token"], figures.get("nats_per_token_with_plan")
        lines.append([
            row, number(alone), number(alone * a_bar), number(planned),
            number(None if planned is None else planned * a_bar), f"{figures['seconds']:.0f}",
        ])  # fmt: skip
    head = ["hears", "nats a token", "a bar", "with plan", "a bar", "seconds"]
    print(table(head, lines))


if __name__ == "__main__":
    main()
