"""How well a model predicts held-out sequences, beside what counting alone can do.

Conventions. ids are [N] int32, a piece from its start to its end; the first id is given and the
N - 1 others are predicted. Natural logarithms, lower is better. Every token of a set weighs the
same (no mean of per-piece means). Nats per note and per bar are the nats of ALL tokens by the
number of notes and of bars, so that tokenizers of different length can be compared. Intervals are
over pieces (:mod:`musicrnn.metrics.bootstrap`).

Baselines: the unigram with additive smoothing (count + a) / (total + a V), and the bigram smoothed
towards it, (count of the pair + b * unigram) / (count of the first + b): the Dirichlet prior of
MacKay and Peto, "A hierarchical Dirichlet language model", Natural Language Engineering 1, 1995.
a and b are the powers of two that predict the validation sequences best; without validation
sequences both are 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float64Array, Ids
from musicrnn.errors import MusicRNNError
from musicrnn.metrics.bootstrap import Interval
from musicrnn.metrics.piece_losses import MODEL, PieceLosses
from musicrnn.metrics.tables import between, number, table

STRENGTHS = tuple(2.0**exponent for exponent in range(-10, 13))
UNITS = ("token", "note", "bar")
MAX_VOCABULARY = 10_000  # the bigram keeps a full table


@dataclass(frozen=True)
class Likelihood:
    """The likelihood of a set of sequences; ``nats_per_note`` and ``nats_per_bar`` are None where
    the tokens have no notes or bars. ``baselines`` are nats per token by name. The interval is of
    nats per token, over pieces; None of a single piece."""

    nats_per_token: float
    interval: Interval | None
    nats_per_note: float | None
    interval_per_note: Interval | None
    nats_per_bar: float | None
    interval_per_bar: Interval | None
    tokens: int
    notes: int
    bars: int
    baselines: dict[str, float]
    nats_per_token_with_plan: float | None = None
    """The same where the model hears each piece's plan and length, the nats of these under the
    model's own plans among them; None for a model that hears no plan."""

    def as_text(self) -> str:
        """Nats of the model and of counting; lower is better."""
        rows: list[list[str]] = []
        told = self.nats_per_token_with_plan
        planned = [] if told is None else [("with its plan", told)]
        for name, nats in [("model", self.nats_per_token), *planned, *self.baselines.items()]:
            total = nats * self.tokens
            per_note = total / self.notes if self.notes else None
            per_bar = total / self.bars if self.bars else None
            rows.append([name, number(nats), number(per_note), number(per_bar)])
        intervals = (self.interval, self.interval_per_note, self.interval_per_bar)
        rows.insert(1, ["  95 % interval", *map(between, intervals)])
        counts = ["n", f"{self.tokens:,}", f"{self.notes:,}", f"{self.bars:,}"]
        return table(["nats per", "token", "note", "bar"], [*rows, counts])


@dataclass(frozen=True, eq=False)
class Baselines:
    """Counts turned into probabilities."""

    unigram: Float64Array  # [V], probabilities
    bigram: Float64Array  # [V, V], row: the id before; probabilities

    def nats(self, sequences: Sequence[Ids]) -> dict[str, float]:
        """Nats per token of each baseline on sequences, by its name: unigram, bigram."""
        tokens = sum(max(0, len(ids) - 1) for ids in sequences)
        found = self.piece_nats(sequences)
        return {name: float(nats.sum()) / tokens for name, nats in found.items()}

    def piece_nats(self, sequences: Sequence[Ids]) -> dict[str, Float64Array]:
        """Nats of each sequence in sum, [N]."""
        before, after = _pairs(sequences, len(self.unigram))
        lengths = [max(0, len(ids) - 1) for ids in sequences]
        piece = np.repeat(np.arange(len(sequences)), lengths)
        chances = {"unigram": self.unigram[after], "bigram": self.bigram[before, after]}
        found: dict[str, Float64Array] = {}
        for name, each in chances.items():
            nats = np.bincount(piece, weights=-np.log(each), minlength=len(sequences))
            found[name] = nats.astype(np.float64)
        return found


def fit_baselines(
    train: Sequence[Ids], validation: Sequence[Ids] = (), *, vocabulary_size: int
) -> Baselines:
    """Count the training sequences; the validation sequences choose the smoothing.

    Raises:
        MusicRNNError: nothing to count, an id outside the vocabulary, or one of over 10,000.
    """
    if not 1 <= vocabulary_size <= MAX_VOCABULARY:
        raise MusicRNNError(
            f"the vocabulary must have 1..{MAX_VOCABULARY} tokens, got {vocabulary_size}"
        )
    before, after = _pairs(train, vocabulary_size)
    counts = np.bincount(after, minlength=vocabulary_size).astype(np.float64)
    pairs = np.bincount(before * vocabulary_size + after, minlength=vocabulary_size**2)
    pairs = pairs.reshape(vocabulary_size, vocabulary_size).astype(np.float64)
    rows = pairs.sum(axis=1)

    def unigram_of(strength: float) -> Float64Array:
        return (counts + strength) / (counts.sum() + strength * vocabulary_size)

    unigram, bigram_strength = unigram_of(1.0), 1.0
    if any(len(ids) > 1 for ids in validation):
        first, second = _pairs(validation, vocabulary_size)
        unigram = unigram_of(_best(lambda strength: unigram_of(strength)[second]))
        seen, begun, alone = pairs[first, second], rows[first], unigram[second]
        bigram_strength = _best(lambda strength: (seen + strength * alone) / (begun + strength))
    bigram = (pairs + bigram_strength * unigram) / (rows[:, None] + bigram_strength)
    return Baselines(unigram, bigram)


def likelihood(pieces: PieceLosses) -> Likelihood:
    """The figures of pieces whose tokens, notes and bars are counted."""
    tokens, notes, bars = (int(pieces.counts[unit].sum()) for unit in UNITS)
    figures = [pieces.figure(unit) for unit in UNITS]
    intervals = [pieces.interval(unit) for unit in UNITS]
    nats = figures[0]
    assert nats is not None  # a piece has an id that is predicted
    return Likelihood(
        nats,
        intervals[0],
        figures[1],
        intervals[1],
        figures[2],
        intervals[2],
        tokens,
        notes,
        bars,
        {name: pieces.losses[name].sum() / tokens for name in pieces.losses if name != MODEL},
    )


def _pairs(
    sequences: Sequence[Ids], vocabulary_size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every id that is predicted, and the one before it."""
    long_enough = [np.asarray(ids, dtype=np.int64) for ids in sequences if len(ids) > 1]
    if not long_enough:
        raise MusicRNNError(
            f"no token to count: {len(sequences)} sequences, none of two ids or more"
        )
    before = np.concatenate([ids[:-1] for ids in long_enough])
    after = np.concatenate([ids[1:] for ids in long_enough])
    low = min(int(before.min()), int(after.min()))
    high = max(int(before.max()), int(after.max()))
    if low < 0 or high >= vocabulary_size:
        raise MusicRNNError(
            f"ids must be in 0..{vocabulary_size - 1}, got {low}..{high}: "
            "the sequences are of another tokenizer"
        )
    return before, after


def _best(chances: Callable[[float], Float64Array]) -> float:
    """The strength under which the tokens' chances are likeliest."""
    return min(STRENGTHS, key=lambda strength: float(-np.log(chances(strength)).mean()))
