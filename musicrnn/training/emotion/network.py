"""The emotion network, how it learns, and what it is worth.

Conventions. Bars [B, T, F] and the numbers of whole pieces [B, P] (see :mod:`.bars`) -> log-odds
[B, A] that each axis is positive. Two branches: a bidirectional recurrent network over windows of
bars, and a logistic regression on the numbers of the piece, fitted in closed form to the training
pieces before the network learns. Together they say the mean of their log-odds, as the branches of
a :mod:`musicrnn.networks.classifier` do. A piece's probability is the mean over its windows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from musicrnn.layers.attention_pool import AttentionPool
from musicrnn.layers.bidirectional import Bidirectional
from musicrnn.layers.standard import Standard
from musicrnn.metrics.bootstrap import Interval, drawn_groups, percentiles
from musicrnn.metrics.piece_losses import MODEL, PieceLosses
from musicrnn.metrics.tables import number, table
from musicrnn.networks.network import Network
from musicrnn.networks.recurrent import recurrent
from musicrnn.threads import suited_threads
from musicrnn.training.emotion.bars import (
    AXES,
    BAR_NUMBERS,
    PIECE_NUMBERS,
    Array,
    EmotionSettings,
    EmotionSizes,
    RatedPiece,
    Reading,
    fit_logistic,
    ratings_of,
    sigmoid,
)
from musicrnn.training.objective import Objective

MAX_WINDOWS = 6  # of a piece, side by side or overlapping
BATCH = 64  # windows
DRAWS = 2000  # of the bootstrap
BASELINES = ("commonest label", "logistic regression")


class EmotionNetwork(Network):
    """Bars [B, T, F] -> log-odds [B, A] of the recurrent branch alone; see :meth:`together`."""

    Config: ClassVar[type[EmotionSizes]] = EmotionSizes
    config: EmotionSizes

    def __init__(self, config: EmotionSizes) -> None:
        super().__init__(config)
        features, hidden = len(BAR_NUMBERS), config.hidden
        self.standard = Standard(features)
        self.input_dropout = nn.Dropout(config.input_dropout)
        self.project = nn.Linear(features, hidden)
        nn.init.normal_(self.project.weight, std=features**-0.5)
        self.both_ways = recurrent(Bidirectional, config, hidden)
        self.pool = AttentionPool(2 * hidden)
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(4 * hidden, len(AXES))
        self.piece = Standard(len(PIECE_NUMBERS))
        self.register_buffer("regression", torch.zeros(len(AXES), len(PIECE_NUMBERS)))
        self.register_buffer("regression_bias", torch.zeros(len(AXES)))

    def forward(self, bars: Tensor) -> Tensor:
        lengths = torch.full((len(bars),), bars.shape[1], device=bars.device)
        x = self.input_dropout(self.standard(bars))
        x = self.both_ways(torch.tanh(self.project(x)), lengths)  # [B, T, 2H]
        return self.output(self.dropout(torch.cat([x.mean(1), self.pool(x, lengths)], 1)))

    def together(self, bars: Tensor, piece: Tensor) -> Tensor:
        """The mean log-odds of both branches, [B, A]; ``piece`` [B, P]."""
        weight, bias = cast(Tensor, self.regression), cast(Tensor, self.regression_bias)
        return (self(bars) + nn.functional.linear(self.piece(piece), weight, bias)) / 2

    def observe(self, pieces: Sequence[RatedPiece]) -> None:
        """Take the features' scales and the regression from training pieces."""
        self.standard.observe(torch.from_numpy(np.concatenate([p.reading.bars for p in pieces])))
        fitted = fit_logistic(pieces)
        self.piece.observe(torch.from_numpy(np.stack([p.reading.piece for p in pieces])))
        cast(Tensor, self.regression).copy_(torch.from_numpy(fitted.weights[:, :-1]))
        cast(Tensor, self.regression_bias).copy_(torch.from_numpy(fitted.weights[:, -1]))


def window_starts(bars: int, crop: int) -> list[int]:
    """Where the windows of a piece begin: as many as fit, MAX_WINDOWS at most, evenly spaced."""
    count = min(MAX_WINDOWS, max(1, round(bars / crop)))
    return np.linspace(0, max(0, bars - crop), count).round().astype(int).tolist()


def window(bars: NDArray[np.float32], start: int, crop: int) -> NDArray[np.float32]:
    """[crop, F] from ``start`` on; a piece that ends sooner begins again."""
    return bars[np.arange(start, start + crop) % len(bars)]


def window_probabilities(network: EmotionNetwork, readings: Sequence[Reading]) -> list[Array]:
    """For every piece that each axis is positive, [windows, A]; the network in evaluation mode."""
    crop, device = network.config.crop, network.device
    starts = [window_starts(len(reading.bars), crop) for reading in readings]
    cut = [window(r.bars, at, crop) for r, own in zip(readings, starts, strict=True) for at in own]
    whole = [r.piece for r, own in zip(readings, starts, strict=True) for _ in own]
    rows: list[Array] = []
    for first in range(0, len(cut), BATCH):
        bars = torch.from_numpy(np.stack(cut[first : first + BATCH])).to(device)
        piece = torch.from_numpy(np.stack(whole[first : first + BATCH])).float().to(device)
        with torch.no_grad(), suited_threads(network, BATCH):
            rows.append(network.together(bars, piece).double().cpu().numpy())
    ends = np.cumsum([len(own) for own in starts])[:-1]
    return np.split(sigmoid(np.concatenate(rows)), ends)


def probabilities(network: EmotionNetwork, pieces: Sequence[RatedPiece]) -> Array:
    """That each axis is positive, [N, A]."""
    found = window_probabilities(network, [piece.reading for piece in pieces])
    return np.stack([rows.mean(0) for rows in found])


class EmotionObjective(Objective):
    """Binary cross-entropy of the recurrent branch on windows drawn by chance, two of them mixed
    (Zhang et al., mixup, ICLR 2018), the ratings smoothed. An axis without a rating costs nothing.
    """

    counters = ("drawn",)

    def __init__(
        self,
        network: EmotionNetwork,
        train: Sequence[RatedPiece],
        valid: Sequence[RatedPiece],
        *,
        settings: EmotionSettings,
        seed: int,
    ) -> None:
        super().__init__(network, settings.batch_size)
        self.train, self.valid = train, valid
        self.settings, self.seed = settings, seed
        self.drawn = 0  # batches so far

    def loss(self, network: Callable[..., Any]) -> tuple[Tensor, int]:
        settings = self.settings
        random = np.random.default_rng([self.seed, self.drawn, self.rank])
        self.drawn += 1
        chosen = random.permutation(len(self.train))[: settings.batch_size]
        pieces = [self.train[index] for index in chosen]
        cut = np.stack([self._crop(piece.reading.bars, random) for piece in pieces])
        ratings = ratings_of(pieces).astype(np.float32)
        known = (ratings != 0).astype(np.float32)
        wanted = 0.5 + ratings * (1 - settings.smoothing) / 2
        if settings.mixup:
            share = np.float32(random.beta(settings.mixup, settings.mixup))
            other = random.permutation(len(pieces))
            cut = share * cut + (1 - share) * cut[other]
            wanted = share * wanted + (1 - share) * wanted[other]
            known = known * known[other]
        inputs, targets, weights = (
            torch.from_numpy(a.astype(np.float32)).to(self.device) for a in (cut, wanted, known)
        )
        nats = nn.functional.binary_cross_entropy_with_logits(
            network(inputs), targets, weights, reduction="sum"
        )
        return nats, len(pieces)

    def validate(self) -> dict[str, float]:
        told = probabilities(self.module, self.valid)
        return {"loss": nats_of(told[None], ratings_of(self.valid))[0].mean()}

    def _crop(self, bars: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
        crop = self.settings.crop
        return window(bars, int(random.integers(max(0, len(bars) - crop) + 1)), crop)


def nats_of(told: Array, ratings: NDArray[np.int8]) -> Array:
    """[K, A], the mean over the rated pieces of what K predictions [K, N, A] say; 0 for none."""
    return lost_on(told, ratings).sum(1) / np.maximum(1, (ratings != 0).sum(0))


def lost_on(told: Array, ratings: NDArray[np.int8]) -> Array:
    """[K, N, A] nats, 0 where a piece has no rating."""
    right = np.where(ratings > 0, told, 1 - told)
    return -np.log(np.maximum(right, 1e-9)) * (ratings != 0)


@dataclass(frozen=True)
class AxisFigures:
    """Of the ``n`` pieces with a rating: balanced accuracy and nats; ``majority`` is the accuracy
    of the training pieces' commonest label. A baseline has an accuracy and nats too."""

    n: int
    accuracy: float
    interval: Interval | None  # 95 %, over groups; None for a single group
    majority: float
    nats: float
    baselines: dict[str, dict[str, float]]


@dataclass(frozen=True)
class EmotionFigures:
    """Of pieces in so many groups; ``examples`` are the nats of both ratings."""

    groups: int
    axes: dict[str, AxisFigures]
    examples: PieceLosses

    @property
    def n(self) -> int:
        return len(self.examples.names)

    def as_json(self) -> dict[str, Any]:
        """n, groups, pieces, and by axis n, accuracy, interval, majority, nats, baselines."""
        axes = {axis: asdict(figures) for axis, figures in self.axes.items()}
        return {"n": self.n, "groups": self.groups, **axes, "pieces": self.examples.as_json()}

    def as_text(self) -> str:
        """A line a prediction and axis."""
        rows: list[list[str]] = []
        for axis, of in self.axes.items():
            low, high = of.interval or (float("nan"), float("nan"))
            spread = f" ({low:.1%} .. {high:.1%})" if of.interval else ""
            rows.append([axis, str(of.n), f"{of.accuracy:.1%}{spread}", number(of.nats)])
            for name, base in of.baselines.items():
                rows.append([f"  {name}", "", f"{base['accuracy']:.1%}", number(base["nats"])])
        text = table(["", "n", "balanced accuracy", "nats"], rows)
        return (
            f"{text}\n\nIn brackets: 95 % interval, bootstrap over {self.groups} groups of pieces."
        )


def emotion_figures(told: Array, called: Any, pieces: Sequence[RatedPiece]) -> EmotionFigures:
    """The figures of the first of K predictions beside the others, which are those of BASELINES.

    ``told`` [K, N, A] are probabilities; ``called`` [K, N, A] says what is called positive.
    """
    ratings = ratings_of(pieces)
    accuracy = balanced_accuracy(called, ratings, np.ones((1, len(pieces))))[0]  # [K, A]
    draws = balanced_accuracy(
        called, ratings, drawn_groups([piece.group for piece in pieces], DRAWS)
    )
    nats, groups = nats_of(told, ratings), len({piece.group for piece in pieces})
    axes: dict[str, AxisFigures] = {}
    for at, axis in enumerate(AXES):
        baselines = {
            name: {"accuracy": float(accuracy[k, at]), "nats": float(nats[k, at])}
            for k, name in enumerate(BASELINES, 1)
        }
        axes[axis] = AxisFigures(
            n=int((ratings[:, at] != 0).sum()),
            accuracy=float(accuracy[0, at]),
            interval=percentiles(draws[:, 0, at]) if groups > 1 else None,
            majority=float(accuracy[1, at]),
            nats=float(nats[0, at]),
            baselines=baselines,
        )
    lost = lost_on(told, ratings).sum(2)  # [K, N]
    examples = PieceLosses(
        [piece.name for piece in pieces],
        dict(zip((MODEL, *BASELINES), lost, strict=True)),
        {"rating": (ratings != 0).sum(1).astype(np.float64)},
        groups=[piece.group for piece in pieces],
    )
    return EmotionFigures(groups, axes, examples)


def balanced_accuracy(called: Any, ratings: NDArray[np.int8], weights: Array) -> Array:
    """[D, K, A]: the mean of the recalls of both signs, of one where the other is not there.

    ``weights`` [D, N] say how often a piece counts; NaN where no piece with a rating counts.
    """
    recalls, there = [], []
    for positive in (True, False):
        own = (ratings > 0) if positive else (ratings < 0)  # [N, A]
        n = weights @ own  # [D, A]
        right = np.einsum("dn,kna->dka", weights, (np.asarray(called) == positive) & own)
        recalls.append(right / np.maximum(n, 1)[:, None])
        there.append(n[:, None] > 0)
    count = np.sum(there, axis=0)
    return np.where(count > 0, np.sum(recalls, axis=0) / np.maximum(count, 1), np.nan)
