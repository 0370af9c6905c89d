"""Fifty composed chorales beside Bach's: chords, lines, ends, parallels, and the wide overlap.

    python tests/benchmarks/chorale/composed.py [--model chorale] [--split test] [--count 50]
        [--bars 16] [--temperatures 0.7,0.9] [--min-ps 0.02]

Composes by the default command, seeds from 1, or with other settings, a row for each. No repair is
made. The tonic is that of the key that is heard in the piece. Settings are chosen on --split valid.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from musicrnn.face.asking import style_of
from musicrnn.key import heard_key
from musicrnn.metrics.harmony import four_voices, last_bass
from musicrnn.metrics.report import compare_sets
from musicrnn.metrics.tables import table
from musicrnn.metrics.voice_leading import voice_leading_of_all
from musicrnn.pretrained import load_model
from musicrnn.sampling.compose import Request
from musicrnn.score import Score
from musicrnn.sources.scores import read_source
from musicrnn.tokens import Controls
from musicrnn.tokens.chorale.vocabulary import NAMES
from musicrnn.tokens.parts import grid_of, voice_tracks
from musicrnn.tokens.voices import sounding
from musicrnn.training.data import read_all
from musicrnn.training.task import task_of

HEADER = ["", "n", "triads or sevenths", "bass steps", "soprano steps", "last bass the tonic",
          "ends on a triad", "parallel fifths", "parallel octaves", "wide overlap"]  # fmt: skip


def pitches_of(score: Score) -> np.ndarray:
    return sounding(grid_of(score, list(voice_tracks(score, NAMES, NAMES).values())))


def row(name: str, scores: Sequence[Score], held_out: dict[str, Score] | None) -> list[str]:
    pieces = [pitches_of(score) for score in scores]
    found = four_voices(pieces)
    tonics = [
        last_bass(piece) == heard_key(np.bincount(piece[piece >= 0] % 12, minlength=12))[0].tonic
        for piece in pieces
    ]
    leading = voice_leading_of_all(pieces, [(0, 127)] * len(NAMES)).tallies()
    overlap = "-"
    if held_out is not None:
        made = {str(number): score for number, score in enumerate(scores)}
        overlap = f"{compare_sets(made, held_out, []).wide.overlap or 0:.3f}"
    shares = (found.chords, found.bass_steps, found.soprano_steps, np.mean(tonics),
              found.ends_on_triad)  # fmt: skip
    rates = (leading[name].rate or 0 for name in ("parallel_fifths", "parallel_octaves"))
    return [
        name,
        str(len(scores)),
        *(f"{share:.3f}" for share in shares),
        *(f"{rate:.2f}" for rate in rates),
        overlap,
    ]


def numbers(text: str) -> list[float]:
    return [float(word) for word in text.split(",") if word]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="chorale")
    parser.add_argument("--split", default="test", choices=["valid", "test"])
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--bars", type=int, default=16)
    parser.add_argument("--temperatures", type=numbers, default=[])
    parser.add_argument("--min-ps", type=numbers, default=[0.0])
    options = parser.parse_args()
    _, pieces = read_source("jsb-chorales")
    read, _ = read_all((p for p in pieces if p.split == options.split), lambda piece: piece.read())
    bach = {item.piece.name: item.content for item in read}
    rows = [row("Bach", list(bach.values()), None)]
    checkpoint, plain = load_model(options.model), style_of(options.model).settings
    chosen = {
        f"temperature {t:g}, min-p {m:g}": replace(plain, temperature=t, min_p=m)
        for t, m in itertools.product(options.temperatures, options.min_ps)
    } or {options.model: plain}
    composer = task_of(checkpoint).composer(checkpoint)
    for name, settings in chosen.items():
        request = composer.completed(Request(Controls(bars=options.bars), settings), options.bars)
        made = composer.compose(list(range(1, options.count + 1)), request)
        rows.append(row(name, [piece.score for piece in made], bach))
    print(table(HEADER, rows))


if __name__ == "__main__":
    main()
