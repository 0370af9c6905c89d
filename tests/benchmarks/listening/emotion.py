"""The kind of model "emotion" on VGMIDI, five folds of whole games.

    python tests/benchmarks/listening/emotion.py [DATA] [NAME=VALUE ...]

A fold is tested once: the next fold validates the network, the three others train it, through the
task's own encode, train and predictions. Figures are pooled over the five folds: those of the
validation folds, by which settings are compared, then those of the test folds. "4 folds": a
regression needs no validation, and learns from four folds. NAME=VALUE are settings, such as
cell=gru; seed=1 is another seed.
"""

import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.metrics.bootstrap import drawn_groups, percentiles
from musicrnn.metrics.tables import table
from musicrnn.sources.find import corpus_folder
from musicrnn.training.data import DataRequest, TrainingData
from musicrnn.training.emotion.bars import AXES, RatedPiece
from musicrnn.training.emotion.network import (
    BASELINES,
    DRAWS,
    balanced_accuracy,
    nats_of,
)
from musicrnn.training.emotion.task import EMOTION, baseline_probabilities, predictions
from musicrnn.training.run import Run
from musicrnn.training.train import train
from musicrnn.training.wanted import Wanted
from musicrnn_datasets.vgmidi import VGMIDI

FOLDS = 5
NAMES = ("network", *BASELINES, "the same, 4 folds")


def folds_of(pieces: list[RatedPiece]) -> list[list[RatedPiece]]:
    """Whole games, the largest first, of equals by name, each to the fold where the sum of squares
    of (pieces - a fifth) and of (each pair of ratings' count - a fifth) rises least."""
    kinds = sorted({tuple(piece.ratings.tolist()) for piece in pieces})
    games: dict[str, np.ndarray] = {}
    for piece in pieces:
        counts = games.setdefault(piece.group, np.zeros(len(kinds) + 1))
        counts[[kinds.index(tuple(piece.ratings.tolist())), -1]] += 1
    fifth = sum(games.values()) / FOLDS
    total, fold = np.zeros((FOLDS, len(fifth))), dict[str, int]()
    for game in sorted(games, key=lambda game: (-games[game][-1], game)):
        rises = ((total + games[game] - fifth) ** 2 - (total - fifth) ** 2).sum(1)
        fold[game] = int(rises.round(6).argmin())
        total[fold[game]] += games[game]
    return [[piece for piece in pieces if fold[piece.group] == at] for at in range(FOLDS)]


def run_fold(folds: list[list[RatedPiece]], at: int, words: list[str], seed: int) -> dict:
    """(told, called) of the validation and the test fold, and the seconds of training."""
    following = (at + 1) % FOLDS
    rest = [p for j, fold in enumerate(folds) if j not in (at, following) for p in fold]
    examples = {"train": rest, "valid": folds[following], "test": folds[at]}
    data = TrainingData(examples, None, {"corpora": [], "sha256": str(at)})
    settings, plan = Wanted(EMOTION.settings(), tuple(words), seed=seed).settled(EMOTION, data)
    plan = replace(plan, device="cpu")
    with tempfile.TemporaryDirectory() as home:
        output, before = Path(home) / "m.safetensors", time.perf_counter()
        train(EMOTION, data, Run(output), settings=settings, plan=plan)
        seconds = time.perf_counter() - before
        network = EMOTION.load(Checkpoint.load(output))
    found = {split: predictions(network, data, split) for split in ("valid", "test")}
    told, called = found["test"]
    share, regression = baseline_probabilities(rest + folds[following], folds[at])
    found["test"] = (
        np.concatenate([told, regression[None]]),
        np.concatenate([called, (regression > share)[None]]),
    )
    return {**found, "seconds": seconds}


def report(found: list[dict], split: str, pieces: list[RatedPiece]) -> None:
    told = np.concatenate([fold[split][0] for fold in found], axis=1)
    called = np.concatenate([fold[split][1] for fold in found], axis=1)
    games = len({piece.group for piece in pieces})
    print(f"\n{len(pieces)} pieces of {games} games; in brackets 95 %, bootstrap over games")
    ratings = np.stack([piece.ratings for piece in pieces])
    draws = balanced_accuracy(called, ratings, drawn_groups([p.group for p in pieces], DRAWS))
    whole = balanced_accuracy(called, ratings, np.ones((1, len(pieces))))
    draws, whole = (np.append(a, a.mean(2, keepdims=True), axis=2) for a in (draws, whole))
    rows = []
    for row, name in enumerate(NAMES[: len(told)]):
        nats = nats_of(told[row : row + 1], ratings)[0]
        cells = [spread(whole[0, row, at], draws[:, row, at]) for at in range(3)]
        rows.append([name, *cells, *(f"{value:.3f}" for value in nats)])
    for row, name in list(enumerate(NAMES[: len(told)]))[2:]:
        less = [spread((whole[:, 0] - whole[:, row])[0, at], (draws[:, 0] - draws[:, row])[:, at])
                for at in range(3)]  # fmt: skip
        rows.append([f"network - {name}", *less, "", ""])
    print(
        table([f"{split} folds", *AXES, "mean of both", *(f"nats, {axis}" for axis in AXES)], rows),
        flush=True,
    )


def spread(value: float, draws: np.ndarray) -> str:
    """Percent, or points, with the 95 % interval over games."""
    low, high = percentiles(draws)
    return f"{100 * value:.1f} ({100 * low:.1f} .. {100 * high:.1f})"


def main() -> None:
    words = [word for word in sys.argv[1:] if "=" in word and not word.startswith("seed=")]
    seed = next((int(w.removeprefix("seed=")) for w in sys.argv[1:] if w.startswith("seed=")), 0)
    data = next((Path(word) for word in sys.argv[1:] if "=" not in word), None)
    corpus = list(VGMIDI.pieces(corpus_folder(VGMIDI.card.name, data)))
    encoded = EMOTION.encode([(VGMIDI.card, corpus)], DataRequest((VGMIDI.card.name,)))
    pieces = [piece for split in encoded.examples.values() for piece in split]
    folds = folds_of(sorted(pieces, key=lambda piece: piece.name))
    for at, fold in enumerate(folds):
        counted = Counter(tuple(piece.ratings.tolist()) for piece in fold)
        games = sorted({piece.group for piece in fold})
        print(f"fold {at}: {len(fold)} pieces, {len(games)} games, {dict(sorted(counted.items()))}")
    found = [run_fold(folds, at, words, seed) for at in range(FOLDS)]
    seconds = [fold["seconds"] for fold in found]
    print(f"training: {min(seconds):.1f} to {max(seconds):.1f} s a fold")
    report(found, "valid", [p for at in range(FOLDS) for p in folds[(at + 1) % FOLDS]])
    report(found, "test", [piece for fold in folds for piece in fold])


if __name__ == "__main__":
    main()
