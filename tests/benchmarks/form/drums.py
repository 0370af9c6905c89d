"""Whether grooves do as asked: feel, density, fills and metre; and what they are played on.

    python tests/benchmarks/form/drums.py [--model drums] [--split test] [--count 20] [--only NAMES]

Composes pieces of 8 bars by the default command with wishes and judges them beside the held-out
performances of Groove that are no fills. A feel is told by a logistic regression over what stands
where in a bar, how loud, and the tempo; it has learnt the windows of 8 bars of the training split,
its regularisation is the best on the validation split. Accuracies are balanced: the mean over
feels. Their intervals are the 2.5 and 97.5 % quantiles of bootstraps over performances or pieces.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from musicrnn.drum_kit import CLOSED_HIHAT, EDGES, OPEN_HIHAT, PEDAL_HIHAT, RIDES, SNARES, TOMS
from musicrnn.face.asking import style_of
from musicrnn.form.fills import fill_bars
from musicrnn.metrics.excerpts import random_excerpts
from musicrnn.metrics.notes import NoteArrays
from musicrnn.metrics.obedience import Asked, as_asked
from musicrnn.metrics.tables import table
from musicrnn.pretrained import load_model
from musicrnn.sampling.compose import Composition, compose
from musicrnn.score import Score
from musicrnn.sources.scores import read_source
from musicrnn.tokens import Controls
from musicrnn.training.data import Split, read_all

BARS = 8
FEELS = ("rock", "funk", "soul", "hiphop", "jazz", "latin")
VOICES = ((35, 36), SNARES, (37, 39), (CLOSED_HIHAT,), (OPEN_HIHAT,), (PEDAL_HIHAT,), RIDES, TOMS,
          (49, 52, 55, 57))  # fmt: skip
STEPS = 48  # places of a bar
HANDS = (CLOSED_HIHAT, OPEN_HIHAT, *RIDES)
HARDLY = 0.1  # share of strokes
SILENT_BELOW, SILENT_ABOVE = 35, 81  # what General MIDI has no sound for


def features(notes: NoteArrays, bpm: float) -> np.ndarray:
    """Of a window: strokes a bar and mean loudness by voice and sixteenth, the share of strokes off
    the sixteenths, strokes a quarter, and the tempo."""
    bars = len(notes.bars) - 1
    bar, place = notes.positions(12)
    length = np.diff(notes.bars)[bar] * 12 / notes.ticks_per_quarter
    step = np.floor(place * STEPS / length + 1e-6).astype(np.int64) % STEPS
    found: list[np.ndarray] = []
    for voice in VOICES:
        mine = np.isin(notes.pitch, voice)
        count = np.bincount(step[mine], minlength=STEPS) / bars
        loud = np.bincount(step[mine], weights=notes.velocity[mine], minlength=STEPS) / bars / 127
        grid = count.reshape(16, 3)
        found += [np.minimum(1, grid.sum(1)), loud.reshape(16, 3).sum(1)]
        found.append(np.array([grid[:, 1:].sum(), count.sum() / 8]))
    beats = float(notes.bars[-1]) / notes.ticks_per_quarter
    found.append(np.array([len(notes) / beats / 5, bpm / 100, (bpm / 100) ** 2]))
    return np.concatenate(found)


@dataclass(frozen=True, eq=False)
class Windows:
    """What is told of windows [N, F], the number of each one's feel and of its performance [N]."""

    told: np.ndarray
    feel: np.ndarray
    piece: np.ndarray


def windows(pieces: Sequence[tuple[str, Score]], hop: int) -> Windows:
    """Of pieces, each a (feel, score)."""
    rows: list[np.ndarray] = []
    feel: list[int] = []
    numbers: list[int] = []
    for number, (name, score) in enumerate(pieces):
        notes = NoteArrays.of(score)
        first = int(np.searchsorted(notes.bars, notes.start[0], side="right")) - 1
        for begin in range(first, len(notes.bars) - BARS, hop):
            part = notes.cut(begin, begin + BARS)
            if len(part):
                rows.append(features(part, score.tempos[0].bpm))
                feel.append(FEELS.index(name))
                numbers.append(number)
    return Windows(np.array(rows), np.array(feel), np.array(numbers))


class Judge:
    """The logistic regression; ``weight`` is that of the squared weights in its loss."""

    def __init__(self, learnt: Windows, weight: float) -> None:
        self.mean, self.spread = learnt.told.mean(0), learnt.told.std(0) + 0.05
        share = np.bincount(learnt.piece)[learnt.piece] * 1.0  # a performance counts by its root
        each = share**-0.5
        each /= np.bincount(learnt.feel, weights=each)[learnt.feel]
        x, y = (torch.from_numpy(v) for v in (self._scaled(learnt.told), learnt.feel))
        each = torch.from_numpy(each / each.sum())
        self.weights = torch.zeros(x.shape[1] + 1, len(FEELS), dtype=torch.float64)
        self.weights.requires_grad_()
        fit = torch.optim.LBFGS([self.weights], max_iter=300, line_search_fn="strong_wolfe")

        def loss() -> torch.Tensor:
            fit.zero_grad()
            logits = x @ self.weights[:-1] + self.weights[-1]
            found = (torch.nn.functional.cross_entropy(logits, y, reduction="none") * each).sum()
            found = found + weight * (self.weights[:-1] ** 2).sum()
            found.backward()
            return found

        fit.step(loss)

    def _scaled(self, told: np.ndarray) -> np.ndarray:
        return (told - self.mean) / self.spread

    def feel(self, told: np.ndarray) -> np.ndarray:
        """[N], the likeliest feel's number."""
        weights = self.weights.detach().numpy()
        return (self._scaled(told) @ weights[:-1] + weights[-1]).argmax(1)


def balanced(judged: np.ndarray, found: Windows, pieces: np.ndarray | None = None) -> float:
    """The mean over feels of the share of windows that are judged right; ``pieces`` with how often
    each performance counts."""
    counts = np.ones(len(found.feel)) if pieces is None else pieces[found.piece].astype(float)
    right = np.bincount(found.feel, weights=counts * (judged == found.feel), minlength=len(FEELS))
    all_of = np.bincount(found.feel, weights=counts, minlength=len(FEELS))
    return float((right[all_of > 0] / all_of[all_of > 0]).mean())


def interval(judged: np.ndarray, found: Windows, draws: int = 1000) -> tuple[float, float]:
    """By a bootstrap over the performances of each feel."""
    random = np.random.default_rng(0)
    pieces = np.unique(found.piece)
    feel = np.array([found.feel[found.piece == piece][0] for piece in pieces])
    values: list[float] = []
    for _ in range(draws):
        counts = np.zeros(pieces.max() + 1, np.int64)
        for number in range(len(FEELS)):
            mine = pieces[feel == number]
            if len(mine):
                np.add.at(counts, random.choice(mine, len(mine)), 1)
        values.append(balanced(judged, found, counts))
    return float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975))


class Grooves:
    """The performances of Groove that are no fills, by split, and the model."""

    def __init__(self, model: str, split: Split, count: int) -> None:
        _, pieces = read_source("groove")
        self.human: dict[str, list[tuple[str, Score]]] = {"train": [], "valid": [], "test": []}
        for item in read_all((p for p in pieces if not p.is_fill), lambda piece: piece.read())[0]:
            self.human[item.piece.split].append((item.piece.feel, item.content))
        self.model, self.split, self.count = load_model(model), split, count
        self.settings = style_of(model).settings

    def composed(self, count: int, **wishes: object) -> list[Composition]:
        controls = Controls(bars=BARS, **wishes)  # pyright: ignore[reportArgumentType]
        seeds = list(range(1, count + 1))
        return compose(self.model, seeds, controls=controls, settings=self.settings)

    def named(self, split: str) -> list[tuple[str, Score]]:
        return [(feel, score) for feel, score in self.human[split] if feel in FEELS]

    def judge(self) -> Judge:
        learnt, valid = windows(self.named("train"), 4), windows(self.named("valid"), BARS)
        judges = [Judge(learnt, weight) for weight in (0.0003, 0.001, 0.003, 0.01, 0.03)]
        return max(judges, key=lambda each: balanced(each.feel(valid.told), valid))

    def feels(self) -> str:
        judge = self.judge()
        human = windows(self.named(self.split), BARS)
        made = windows(
            [(f, piece.score) for f in FEELS for piece in self.composed(self.count, feel=f)], BARS
        )
        rows: list[list[str]] = []
        for name, found in (("people", human), ("composed", made)):
            judged = judge.feel(found.told)
            low, high = interval(judged, found)
            each = [
                f"{(judged[found.feel == n] == n).mean():.2f}" if (found.feel == n).any() else "-"
                for n in range(len(FEELS))
            ]
            total = f"{balanced(judged, found):.3f} ({low:.3f} to {high:.3f})"
            rows.append([name, str(len(np.unique(found.piece))), str(len(judged)), total, *each])
        return table(["feel", "pieces", "windows", "balanced accuracy", *FEELS], rows)

    def densities(self) -> str:
        human = random_excerpts(
            [NoteArrays.of(score) for _, score in self.human[self.split]],
            BARS,
            np.random.default_rng(0),
        )
        found = [a_quarter(notes) for notes in human]
        low, high = np.quantile(found, (0.4, 0.6))
        borders = (0, *self.model.entry("tokenizer")["density_borders"], np.inf)
        rows: list[list[str]] = []
        for level in range(1, 6):
            pieces = self.composed(2 * self.count, density=level)
            dense = np.array([a_quarter(NoteArrays.of(piece.score)) for piece in pieces])
            inside = (borders[level - 1] <= dense) & (dense < borders[level])
            outer = {1: dense < low, 5: dense > high}.get(level)
            rows.append(
                [
                    str(level),
                    str(len(dense)),
                    f"{dense.mean():.2f}",
                    f"{inside.mean():.2f}",
                    "" if outer is None else f"{outer.mean():.2f}",
                ]
            )
        header = ["density", "n", "strokes a quarter", "in its band",
                  "beyond people's 40 or 60 %"]  # fmt: skip
        return table(header, rows)

    def together(self) -> str:
        """Every feel with the sparsest and the densest that can be asked, in 4/4."""
        rows: list[list[str]] = []
        for feel in self.model.entry("feels"):
            row = [feel, str(self.count)]
            for level in (1, 5):
                pieces = self.composed(self.count, feel=feel, density=level, time_signature=(4, 4))
                dense = [a_quarter(NoteArrays.of(piece.score)) for piece in pieces]
                kept = np.mean([piece.density == level for piece in pieces])
                row += [f"{np.mean(dense):.2f}", f"{kept:.2f}"]
            rows.append(row)
        header = ["feel", "n", "strokes a quarter of 1", "in its band", "of 5", "in its band"]
        return table(header, rows)

    def fills(self) -> str:
        pieces = self.composed(2 * self.count, fill_every=4)
        found = np.array([fill_bars(piece.score)[:BARS] for piece in pieces])
        free = np.array([fill_bars(piece.score)[:BARS] for piece in self.composed(2 * self.count)])
        rows = [
            [name, str(len(each)), *(f"{share:.2f}" for share in each.mean(0))]
            for name, each in (("a fill every 4 bars", found), ("nothing asked", free))
        ]
        return table(["fills in bar", "n", *map(str, range(1, BARS + 1))], rows)

    def metres(self) -> str:
        rows: list[list[str]] = []
        for metre in ((4, 4), (3, 4), (6, 8)):
            pieces = self.composed(self.count, time_signature=metre)
            name = "/".join(map(str, metre))
            kept = [as_asked(piece.score, Asked(metre=name)).metre for piece in pieces]
            rows.append([name, str(len(kept)), f"{np.mean(kept):.2f}"])
        return table(["metre", "n", "kept"], rows)

    def strokes(self) -> str:
        """Of pieces with no wishes, beside one random excerpt of each human performance."""
        random = np.random.default_rng(0)
        human = [NoteArrays.of(score) for _, score in self.human[self.split]]
        made = [NoteArrays.of(piece.score) for piece in self.composed(5 * self.count)]
        rows: list[list[str]] = []
        for name, side in (("people", random_excerpts(human, BARS, random)), ("composed", made)):
            drums = np.concatenate([notes.pitch for notes in side])
            silent = (drums < SILENT_BELOW) | (drums > SILENT_ABOVE) | np.isin(drums, [*EDGES])
            hands = np.array([np.isin(notes.pitch, HANDS).mean() for notes in side])
            rows.append([name, str(len(side)), str(int(silent.sum())), f"{hands.mean():.2f}",
                         f"{(hands < HARDLY).mean():.2f}"])  # fmt: skip
        header = ["strokes", "n", "silent", "share of hi-hat and ride", "pieces with hardly any"]
        return table(header, rows)


def a_quarter(notes: NoteArrays) -> float:
    return len(notes) * notes.ticks_per_quarter / float(notes.bars[-1] - notes.bars[0])


MEASURES = ("strokes", "feels", "densities", "together", "fills", "metres")

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="drums")
    parser.add_argument("--split", default="test", choices=("valid", "test"))
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--only", default=",".join(MEASURES))
    options = parser.parse_args()
    grooves = Grooves(options.model, options.split, options.count)
    for measure in options.only.split(","):
        print(getattr(grooves, measure)(), end="\n\n", flush=True)
