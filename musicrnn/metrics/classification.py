"""How well labels are predicted: accuracy and its interval, the majority baseline, the confusions.

Conventions. Shares are in 0..1. ``confusion[t][p]`` counts
recordings of label t that were called p. A precision without any call, and a recall without any
recording, is 0. Calibration: a temperature divides the logits (Guo et al. 2017).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError, counted
from musicrnn.metrics.calls import Calls
from musicrnn.metrics.intervals import wilson_interval
from musicrnn.metrics.open_set import OpenSetFigures, Probabilities
from musicrnn.metrics.piece_losses import numbered

MAX_COLUMNS = 16  # labels: with more, each names what it is most often called instead


@dataclass(frozen=True)
class LabelScores:
    """Of one label: how many recordings have it, and which labels they were given."""

    n: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class LabelFigures:
    """How ``n`` recordings were labelled; ``nats`` is the mean negative log-likelihood of the right
    label."""

    n: int
    accuracy: float
    interval: tuple[float, float]
    majority: float
    labels: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    scores: dict[str, LabelScores]
    nats: float
    examples: Calls
    open_set: OpenSetFigures | None = None

    def as_json(self) -> dict[str, Any]:
        """n, accuracy, interval, majority, labels, confusion, scores, nats, pieces; open_set."""
        found = asdict(self)
        del found["examples"]
        if self.open_set is None:
            del found["open_set"]
        return {**found, "pieces": self.examples.as_json()}

    def as_text(self) -> str:
        """Accuracy beside the majority baseline, a line a label, and who was taken for whom."""
        low, high = self.interval
        width = max(map(len, self.labels))
        matrix = len(self.labels) <= MAX_COLUMNS
        lines = [
            f"accuracy {self.accuracy:.1%} (95 % interval {low:.1%} .. {high:.1%}), "
            f"always the commonest label {self.majority:.1%}, {self.nats:.3f} nats a recording",
            "",
            f"{'':{width}}      n  precision  recall     F1   called "
            + (" ".join(f"{label[:4]:>4}" for label in self.labels) if matrix else "otherwise"),
        ]
        for label, row in zip(self.labels, self.confusion, strict=True):
            of = self.scores[label]
            if not matrix and not of.n and not of.precision:
                continue  # a label that training added, and no recording has
            lines.append(
                f"{label:{width}}  {of.n:5}  {of.precision:9.1%} {of.recall:7.1%} {of.f1:6.1%}"
                + " " * 10
                + (" ".join(f"{count:4}" for count in row) if matrix else self._others(label, row))
            )
        return "\n".join([*lines, *(["", self.open_set.as_text()] if self.open_set else [])])

    def _others(self, label: str, row: tuple[int, ...]) -> str:
        """What the recordings of a label are called, if not by its name: the three commonest."""
        called = zip(row, self.labels, strict=True)
        wrong = sorted((-count, name) for count, name in called if count and name != label)[:3]
        return ", ".join(f"{name} {-count}" for count, name in wrong)


def label_figures(
    told: Probabilities,
    truth: Sequence[int],
    labels: Sequence[str],
    *,
    names: Sequence[str] = (),
) -> LabelFigures:
    """What probabilities [n, K] come to, where the labels ``truth`` [n] are right; recordings
    without ``names`` are numbered.

    Raises:
        MusicRNNError: nothing to score, or probabilities of another number of recordings.
    """
    if len(truth) != len(told) or not truth:
        raise MusicRNNError(
            f"as many calls as recordings are needed, and at least one: got {len(told)} calls "
            f"for {counted(len(truth), 'recording')}"
        )
    confusion = np.zeros((len(labels), len(labels)), np.int64)
    called = told.argmax(axis=1)
    np.add.at(confusion, (np.asarray(truth), called), 1)
    nats = losses(told, truth)
    right = int(np.trace(confusion))
    return LabelFigures(
        n=len(truth),
        accuracy=right / len(truth),
        interval=wilson_interval(right, len(truth)),
        majority=int(confusion.sum(axis=1).max()) / len(truth),
        labels=tuple(labels),
        confusion=tuple(map(tuple, confusion.tolist())),
        scores={label: _scores(confusion, index) for index, label in enumerate(labels)},
        nats=float(nats.mean()),
        examples=Calls(
            names or numbered(len(truth)),
            [labels[label] for label in truth],
            [labels[int(label)] for label in called],
            nats.tolist(),
        ),
    )


def log_loss(told: Probabilities, truth: Sequence[int]) -> float:
    """The mean negative log-likelihood of the right labels, nats."""
    return float(losses(told, truth).mean())


def losses(told: Probabilities, truth: Sequence[int]) -> Probabilities:
    """The negative log-likelihood of each right label, nats, [n]."""
    right = told[np.arange(len(truth)), np.asarray(truth)]
    return -np.log(np.maximum(right, 1e-12))


def calibrated(
    told: Callable[[float], Probabilities], truth: Sequence[int], labels: Sequence[str]
) -> dict[str, Any]:
    """The temperature that suits validation recordings, and their scores: entries of a header.

    ``told`` gives probabilities [n, K] at a temperature.
    """
    temperature = calibrate(lambda at: log_loss(told(at), truth))
    found = label_figures(told(temperature), truth, labels)
    metrics = {
        "valid_n": found.n,
        "valid_accuracy": found.accuracy,
        "valid_interval": list(found.interval),
        "valid_majority": found.majority,
        "valid_loss": found.nats,
    }
    return {"temperature": temperature, "metrics": metrics}


def calibrate(loss: Callable[[float], float]) -> float:
    """The temperature in 0.2..5 with the least ``loss``, to 1 %."""
    grid = np.exp(np.linspace(math.log(0.2), math.log(5.0), 325))
    return float(grid[int(np.argmin([loss(float(temperature)) for temperature in grid]))])


def _scores(confusion: NDArray[np.int64], index: int) -> LabelScores:
    right = int(confusion[index, index])
    n, calls = int(confusion[index].sum()), int(confusion[:, index].sum())
    precision = right / calls if calls else 0.0
    recall = right / n if n else 0.0
    both = precision + recall
    return LabelScores(n, precision, recall, 2 * precision * recall / both if both else 0.0)
