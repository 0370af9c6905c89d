"""Nats a note of the sixteenth grid, beside the published figures: docs/chorales.md.

    python tests/benchmarks/chorale/likelihood.py [--model chorale] [--split test]

The grid has four notes a sixteenth, as Coconet counts (Huang et al. 2017). A model of ``chorale``
tokens writes events, so all nats of a piece, its head, bars, positions, chords and the end among
them, are divided by its notes of the grid: since a grid could be written with other chords too,
this is an upper bound. Nothing is told but what was written. Beside it stand two counts of the
training split: of each voice's pitches alone, and behind the same voice's last one.
"""

from __future__ import annotations

import argparse

import numpy as np

from musicrnn.metrics.bootstrap import ratio_interval
from musicrnn.metrics.tables import table
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.scoring import piece_losses
from musicrnn.pretrained import load_model
from musicrnn.sampling.compose import fitting_tokenizer
from musicrnn.score import Score
from musicrnn.sources.scores import read_source
from musicrnn.tokens.chorale.lines import lines_of
from musicrnn.tokens.voices import sounding
from musicrnn.training.data import read_all

ADDED = 0.1  # counts
RESTS = 128
SYMBOLS = RESTS + 1


def grid(score: Score) -> np.ndarray:
    """What sounds [T, 4], 0 to 127, or RESTS."""
    found = sounding(lines_of(score).positions)
    return np.where(found < 0, RESTS, found)


def counted(train: list[np.ndarray], held_out: list[np.ndarray], *, behind: bool) -> list[float]:
    """The nats of each held-out piece by counts of each voice's pitches in the training pieces,
    ``behind`` its last pitch or alone."""
    counts = np.full((4, SYMBOLS + 1, SYMBOLS), ADDED)

    def before(piece: np.ndarray) -> np.ndarray:
        moved = np.vstack([np.full((1, 4), SYMBOLS), piece[:-1]])
        return moved if behind else np.full_like(piece, SYMBOLS)

    for piece in train:
        for voice in range(4):
            np.add.at(counts[voice], (before(piece)[:, voice], piece[:, voice]), 1)
    chances = counts / counts.sum(axis=2, keepdims=True)
    voices = np.arange(4)
    return [float(-np.log(chances[voices, before(p), p]).sum()) for p in held_out]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="chorale")
    parser.add_argument("--split", default="test", choices=["valid", "test"])
    options = parser.parse_args()
    checkpoint = load_model(options.model)
    tokenizer = fitting_tokenizer(checkpoint)
    _, pieces = read_source("jsb-chorales")
    read, _ = read_all(pieces, lambda piece: piece.read())
    scores = [item.content for item in read if item.piece.split == options.split]
    grids = [grid(score) for score in scores]
    train = [grid(item.content) for item in read if item.piece.split == "train"]
    notes = [piece.size for piece in grids]
    model = LanguageModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    losses = piece_losses(model, [tokenizer.encode(score) for score in scores])
    rows: list[list[str]] = []
    for name, nats in {
        checkpoint.entry("model")["cell"]: [float(loss.sum()) for loss in losses],
        "bigram": counted(train, grids, behind=True),
        "unigram": counted(train, grids, behind=False),
    }.items():
        low, high = ratio_interval(nats, notes) or (0.0, 0.0)
        rows.append([name, f"{sum(nats) / sum(notes):.3f}", f"{low:.3f} to {high:.3f}"])
    print(f"{len(scores)} pieces of the {options.split} split, {sum(notes):,} notes of the grid")
    print(table(["", "nats a note", "95 % of bootstraps over pieces"], rows))


if __name__ == "__main__":
    main()
