"""Sections found in POP909 against two human labellers, and how its labelled sections return.

    python tests/benchmarks/form/sections.py [--fit]

The table is of the validation and test songs; the finder was tuned on the training songs. --fit
prints the weights of boundaries.py anew instead, from the training songs alone.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from musicrnn.form.boundaries import FEATURES, shifted_features
from musicrnn.form.finder import find_sections
from musicrnn.form.plan import KINDS, Plan, canonical, plan_of
from musicrnn.form.plan_model import LONGEST, PlanModel
from musicrnn.form.returning import letter_similarities
from musicrnn.form.similarity import bars_of_score
from musicrnn.metrics.sections import bar_labels, boundary_f1, label_f1, section_bars
from musicrnn.score import Score
from musicrnn.training.data import Piece
from musicrnn_datasets.pop909 import POP909, read_song

DECAY = 1e-4
Sections = tuple[list[int], list[str]]  # the bars in which they begin, and the label of each bar


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true")
    fit_asked = parser.parse_args().fit
    folder = Path(os.environ["MUSICRNN_DATA"]) / "pop909"
    pieces = list(POP909.pieces(folder))
    if fit_asked:
        fit([both(folder, piece) for piece in pieces if piece.split == "train"])
        return
    songs = {piece.name: (piece.split, piece.read()) for piece in pieces}
    about_corpus([score for _, score in songs.values()])
    agreement(
        [both(folder, piece) for piece in pieces if piece.split != "train"],
    )
    about_plans(songs)


def both(folder: Path, piece: Piece) -> tuple[Score, Score]:
    """A song with the sections of the first labeller, and of the second."""
    return piece.read(), read_song(folder / piece.name, labeller=2)


def about_corpus(scores: list[Score]) -> None:
    labelled = [score for score in scores if score.sections]
    counts = [Counter(metre.numerator for _, metre in score.bars()) for score in scores]
    bars = sum(count.total() for count in counts)
    odd = bars - sum(count.most_common(1)[0][1] for count in counts)
    pairs = [letter_similarities(score) for score in labelled]
    within, between = (np.concatenate(part).mean() for part in zip(*pairs, strict=True))
    print(
        f"songs with sections {len(labelled)} of {len(scores)}; bars of odd length {odd / bars:.4f}"
    )
    print(f"similarity of bars within a letter {within:.3f}, between letters {between:.3f}\n")


def agreement(songs: list[tuple[Score, Score]]) -> None:
    rows: dict[str, list[list[float]]] = {}
    seconds: list[float] = []
    for first, second in songs:
        if not first.sections or first.bars() != second.bars():  # of one song they differ
            continue
        begun = time.perf_counter()
        found = replace(first, sections=find_sections(first))
        seconds.append(time.perf_counter() - begun)
        bars = len(first.bars())
        one, two, mine = (of(score) for score in (first, second, found))
        eight = list(range(0, bars, 8)), ["A"] * bars
        for name, answer in (("found", mine), ("every 8 bars, one letter", eight)):
            for human, truth in (("human 1", one), ("human 2", two)):
                rows.setdefault(f"{name} | {human}", []).append(measured(truth, answer))
        rows.setdefault("human 2 | human 1", []).append(measured(one, two))
    print("| sections | against | boundary F1 | within a bar | label F1 |\n|---|---|---|---|---|")
    for name, figures in rows.items():
        print(f"| {name} | " + " | ".join(f"{v:.3f}" for v in np.mean(figures, axis=0)) + " |")
    print(f"\n{len(seconds)} songs, {1000 * np.mean(seconds):.1f} ms each\n")


def of(score: Score) -> Sections:
    starts = section_bars(score)
    return starts, bar_labels(starts, [s.name for s in score.sections], len(score.bars()))


def measured(truth: Sections, answer: Sections) -> list[float]:
    exact, near = (boundary_f1(truth[0], answer[0], within=w) for w in (0, 1))
    return [exact, near, label_f1(truth[1], answer[1])]


def about_plans(songs: dict[str, tuple[str, Score]]) -> None:
    plans = [(split, plan_of(score)) for split, score in songs.values() if score.sections]
    seen = [plan for split, plan in plans if split == "train"]
    held_out = [plan for split, plan in plans if split != "train"]
    model = PlanModel.learn(seen)
    count = sum(len(plan) + 1 for plan in held_out)
    chain = -sum(model.log_likelihood(plan) for plan in held_out) / count
    print(
        f"held-out plans: chain {chain:.3f} nats a section, unigram {unigram(seen, held_out):.3f}"
    )


def unigram(seen: list[Plan], held_out: list[Plan]) -> float:
    """Nats a section (or end) if kinds and lengths came independently of all before."""

    def counts(plans: list[Plan]) -> tuple[Counter[str], Counter[int]]:
        sections = [section for plan in plans for section in canonical(plan)]
        kinds = Counter([name for name, _ in sections] + ["."] * len(plans))
        return kinds, Counter(min(bars, LONGEST) for _, bars in sections)

    nats = 0.0
    kinds = 0
    for known, new, possible in zip(
        counts(seen), counts(held_out), (len(KINDS) + 1, LONGEST), strict=True
    ):
        kinds = kinds or new.total()
        for value, count in new.items():
            nats -= count * np.log((known[value] + 1) / (known.total() + possible))
    return float(nats) / kinds


def fit(songs: list[tuple[Score, Score]]) -> None:
    rows: list[np.ndarray] = []
    wanted: list[np.ndarray] = []
    for first, second in songs:
        if first.sections and first.bars() == second.bars():
            features = shifted_features(bars_of_score(first))
            share = np.zeros(len(features))
            for score in (first, second):
                share[[bar for bar in section_bars(score) if bar < len(share)]] += 0.5
            rows.append(features[1:])
            wanted.append(share[1:])
    x, y = np.concatenate(rows), np.concatenate(wanted)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        odds = x @ weights[1:] + weights[0]
        error = (1 / (1 + np.exp(-odds)) - y) / len(y)
        decayed = DECAY * np.concatenate([[0.0], weights[1:]])
        value = np.mean(np.logaddexp(0, odds) - y * odds) + decayed @ weights
        return value, np.concatenate([[error.sum()], x.T @ error]) + 2 * decayed

    found = minimize(loss, np.zeros(x.shape[1] + 1), jac=True).x
    print(f"BIAS = {found[0]:.2f}")
    for row in found[1:].reshape(len(FEATURES), -1):
        print("    (" + ", ".join(f"{value:.2f}" for value in row) + "),")


if __name__ == "__main__":
    main()
