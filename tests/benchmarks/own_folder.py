"""What a folder of one's own comes to: the default training for some minutes, beside counting.

Makes three folders of MIDI files of corpora that no bundled model has learnt from (400 tunes of
``ceol-rince``, the 200 pieces of ``vgmidi``, 60 chorales, the test split of ``jsb-chorales``),
trains on each by ``musicrnn train compose FOLDER --minutes M``, and measures the model on the
validation pieces by ``musicrnn evaluate``, from past tokens alone. ``--base`` adds the base as it
is, and a training that goes on from it; their tokens differ, so compare the nats a bar. Seconds are
counted from when the data are read, which has its own column. Models and what the trainings said
stay in FOLDER/MODEL.log.

    python tests/benchmarks/own_folder.py FOLDER [--minutes 2] [--only reels,games,chorales]
        [--base pop] [--extra "--cell gru --set hidden=256"]
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import write_midi
from musicrnn.metrics.tables import number, table
from musicrnn.sources.find import corpus_folder
from musicrnn_datasets.jsb import JSB_CHORALES

COUNTS = {"reels": 400, "games": 200, "chorales": 60}
READ, LINE = re.compile("^settings for"), re.compile("^(about|update) ")
VALIDATED = re.compile(r"^update .* valid \d")


def make_folder(name: str, folder: Path) -> None:
    """The MIDI files, evenly from the corpus; a folder that is there stays."""
    if folder.exists():
        return
    folder.mkdir(parents=True)
    count = COUNTS[name]
    if name == "chorales":
        pieces = [
            piece
            for piece in JSB_CHORALES.pieces(corpus_folder("jsb-chorales"))
            if piece.split == "test"
        ]
        for piece in pieces[:count]:
            write_midi(piece.read(), folder / f"{piece.name}.mid")
        return
    root = corpus_folder("ceol-rince" if name == "reels" else "vgmidi")
    paths = sorted(root.rglob("*.mid"))
    for index in range(min(count, len(paths))):
        path = paths[index * len(paths) // count]
        shutil.copyfile(path, folder / path.name)


def trained(folder: Path, model: Path, words: Sequence[str]) -> dict[str, float]:
    """Trains, and gives the seconds of reading, until the first line of progress and the first
    validation, and of all."""
    line = [sys.executable, "-m", "musicrnn_cli.main", "train", "compose", str(folder)]
    began, found = time.monotonic(), dict[str, float]()
    with (
        Path(f"{model}.log").open("w") as log,
        subprocess.Popen(
            [*line, "-o", str(model), "--overwrite", *words], stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        assert process.stderr is not None
        for said in process.stderr:
            spent = time.monotonic() - began
            log.write(f"{spent:7.1f} {said}")
            log.flush()
            if READ.match(said):
                found["read"] = spent
            if LINE.match(said):
                found.setdefault("first line", spent - found["read"])
            if VALIDATED.match(said):
                found.setdefault("first validation", spent - found["read"])
    if process.returncode:
        raise MusicRNNError(f"the training of {folder} failed: see {model}.log")
    return {**found, "seconds": time.monotonic() - began}


def measured(model: str, folder: Path) -> dict[str, Any]:
    """What ``musicrnn evaluate`` says on the validation pieces."""
    words = ("evaluate", model, str(folder), "--split", "valid", "--json")
    line = [sys.executable, "-m", "musicrnn_cli.main", *words]
    done = subprocess.run(line, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", default="2")
    parser.add_argument("--only", default=",".join(COUNTS))
    parser.add_argument("--base", default="")
    parser.add_argument("--extra", default="")
    given = parser.parse_args()
    rows: list[list[str]] = []
    for name in given.only.split(","):
        folder = given.folder / name
        make_folder(name, folder)
        for base in ["", given.base] if given.base else [""]:
            model = given.folder / f"{name}{'-from-' + base if base else ''}.safetensors"
            words = ["--minutes", given.minutes, *given.extra.split()]
            times = trained(folder, model, [*words, *(["--from", base] if base else [])])
            figures = measured(str(model), folder)
            before = measured(base, folder) if base else {}
            rows.append(
                [
                    f"{name}{f', from {base}' if base else ''}",
                    *(number(before.get(f"nats_per_{unit}")) for unit in ("token", "bar")),
                    *(number(figures[f"nats_per_{unit}"]) for unit in ("token", "bar")),
                    *(number(figures["baselines"][each]) for each in ("bigram", "unigram")),
                    str(figures["n"]),
                    *(f"{seconds:.0f} s" for seconds in times.values()),
                ]
            )
            print(rows[-1], flush=True)
    header = ["folder", "base", "a bar", "trained", "a bar", "bigram", "unigram", "n valid"]
    print(table([*header, "read", "first line", "first validation", "all"], rows))


if __name__ == "__main__":
    main()
