"""Sounds that a model made beside those of people: are they what was asked, varied, and new?

Conventions. A judge is a classifier that the model never met: it gives a label and a vector, its
last layer's input, of every sound. ``recognised`` is the share told as what was asked; ``ceiling``
that of held-out human sounds sent through the model's tokens. ``spread`` is the mean square
distance of the vectors from the mean of their label, over labels with two sounds or more, beside
that of human sounds. Frechet distances are of the vectors: of generated against held-out sounds,
and of other human sounds against the same, as many.
Copies: the log-mel distance (dB a band, the nearest of shifts up to SHIFT frames, both brought to
the same mean) of each sound to the nearest training sound of its label; beside it the QUANTILE of
the same of held-out human sounds, whose speakers are others. ``nearer`` is the share that is below;
tokens alone bring a sound nearer to all others, so that of human sounds through them stands beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float32Array, Float64Array
from musicrnn.errors import counted
from musicrnn.metrics.bootstrap import Interval, ratio_interval
from musicrnn.metrics.frechet import frechet_distance
from musicrnn.metrics.tables import table

SHIFT = 4  # frames
QUANTILE = 0.01


@dataclass(frozen=True, eq=False)
class Judged:
    """Sounds as a judge hears them: what was asked, what it tells [n], vectors [n, D], log-mel
    frames [n, T, F]."""

    asked: Sequence[str]
    told: Sequence[str]
    vectors: NDArray[np.float32]
    frames: Float32Array

    @property
    def right(self) -> Float64Array:
        """1 where it tells what was asked, [n]."""
        return np.array([a == t for a, t in zip(self.asked, self.told, strict=True)], np.float64)


@dataclass(frozen=True)
class GeneratedSound:
    """See the module's text; ``labels`` are the shares recognised of each."""

    n: int
    compared: int
    recognised: float
    interval: Interval | None
    ceiling: float
    human: float
    spread: float | None
    frechet: float | None
    frechet_human: float | None
    nearest: float
    nearest_human: float
    nearer: float
    nearer_coded: float
    labels: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        return asdict(self)

    def as_text(self) -> str:
        """The same for people."""
        low, high = self.interval or (self.recognised, self.recognised)
        rows = [
            ["recognised as asked", f"{self.recognised:.1%}", f"{low:.1%} to {high:.1%}"],
            ["  human sounds through the tokens", f"{self.ceiling:.1%}", ""],
            ["  human sounds", f"{self.human:.1%}", ""],
            ["spread of a label, human 1", _two(self.spread), ""],
            [f"Frechet distance of {self.compared}", _two(self.frechet), ""],
            ["  human against human", _two(self.frechet_human), ""],
            ["nearest training sound, dB", f"{self.nearest:.2f}", ""],
            [f"  {QUANTILE:.0%} of held-out human ones", f"{self.nearest_human:.2f}", ""],
            ["  nearer than that", f"{self.nearer:.1%}", ""],
            ["    human sounds through the tokens", f"{self.nearer_coded:.1%}", ""],
        ]
        worst = sorted(self.labels.items(), key=lambda pair: pair[1])[:5]
        named = ", ".join(f"{label} {share:.0%}" for label, share in worst)
        figures = table([counted(self.n, "sound"), "", "95 %"], rows)
        return f"{figures}\n\nleast recognised: {named}"


def generated_sound(
    made: Judged, human: Judged, other: Judged, *, coded: Judged, train: Judged
) -> GeneratedSound:
    """``human`` is held out, ``other`` too and of other people, ``coded`` the first through the
    model's tokens, ``train`` what was learnt from."""
    count = min(len(made.asked), len(human.asked), len(other.asked))
    picked = [_some(each, count) for each in (made, human, other)]
    ours, theirs, through = (nearest(each, train) for each in (made, human, coded))
    limit = float(np.quantile(theirs, QUANTILE))
    right = made.right
    own, others = spread(made), spread(human)
    return GeneratedSound(
        len(right),
        count,
        float(right.mean()),
        ratio_interval(right, np.ones(len(right))),
        float(coded.right.mean()),
        float(human.right.mean()),
        own / others if own is not None and others else None,
        frechet_distance(picked[0], picked[1]) if count > 1 else None,
        frechet_distance(picked[2], picked[1]) if count > 1 else None,
        float(ours.min()),
        limit,
        float((ours < limit).mean()),
        float((through < limit).mean()),
        {
            label: float(right[[a == label for a in made.asked]].mean())
            for label in sorted(set(made.asked))
        },
    )


def spread(judged: Judged) -> float | None:
    """The mean square distance of the vectors from the mean of their label, without the bias of few
    sounds; None where no label has two."""
    total, freedom = 0.0, 0
    for label in sorted(set(judged.asked)):
        own = judged.vectors[[asked == label for asked in judged.asked]]
        total += float(np.square(own - own.mean(0), dtype=np.float64).sum())
        freedom += len(own) - 1
    return total / freedom if freedom else None


def _two(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def nearest(sounds: Judged, train: Judged) -> Float64Array:
    """dB of each sound to the nearest training sound of what was asked, [n]; infinite of none."""
    found = np.full(len(sounds.asked), np.inf)
    for label in sorted(set(sounds.asked)):
        known = _centred(train.frames[[asked == label for asked in train.asked]])
        for index in [i for i, asked in enumerate(sounds.asked) if asked == label]:
            own = _centred(sounds.frames[index : index + 1])[0]
            for shift in range(-SHIFT, SHIFT + 1) if len(known) else ():
                moved = np.roll(own, shift, axis=0)[SHIFT:-SHIFT]
                apart = np.abs(known[:, SHIFT:-SHIFT] - moved).mean((1, 2)).min()
                found[index] = min(found[index], float(apart))
    return found


def _centred(frames: Float32Array) -> Float32Array:
    return frames - frames.mean((1, 2), keepdims=True)


def _some(judged: Judged, count: int) -> NDArray[np.float32]:
    """Vectors of ``count`` sounds, evenly among all."""
    places = np.floor(np.arange(count) * len(judged.asked) / count).astype(int)
    return judged.vectors[places]
