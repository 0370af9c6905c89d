"""Composed pieces of every style as MusicXML: do other programs read the notes that were written?

    python tests/benchmarks/notation/musicxml_written.py pieces --count 10

composes ``--count`` pieces of each style that writes notes, saves them into the folder pieces as
.musicxml, and compares what music21 and MuseScore read with the score on the grid of written music.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from others import (  # pyright: ignore[reportMissingImports]
    beginnings,
    by_musescore,
    by_music21,
    musescore,
    ours,
)

from musicrnn import load
from musicrnn.checkpoint import read_metadata
from musicrnn.io.musicxml import quantize_musicxml
from musicrnn.pretrained import STYLES, model_path
from musicrnn.training.task import task_of


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=10)
    options = parser.parse_args()
    options.folder.mkdir(exist_ok=True)
    program, told = musescore(), Counter[str]()
    for style in STYLES:
        if task_of(read_metadata(model_path(style))).makes_sound:
            continue
        model = load(style)
        for piece in model.compose_many(range(options.count)):
            path = options.folder / f"{style}-{piece.seed}.musicxml"
            piece.score.save(path)
            exact = quantize_musicxml(piece.score)
            told["pieces"] += 1
            read, graces = by_music21(path)
            told["music21 the same"] += read == ours(exact) and not graces
            if program is not None:
                same = by_musescore(path, program) == beginnings(exact)
                told["MuseScore the same"] += same
                if not same:
                    print(f"MuseScore differs: {path}")
            if read != ours(exact):
                print(f"music21 differs: {path}")
        print(style, dict(told), flush=True)


if __name__ == "__main__":
    main()
