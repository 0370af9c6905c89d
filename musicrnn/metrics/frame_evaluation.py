"""Models of frames measured by the protocol of Boulanger-Lewandowski 2012, duplicates counted.

Conventions. Several models are one ensemble. Baselines are counted on the train split and measured
as the models are (:mod:`musicrnn.metrics.frame_likelihood`). A duplicate is a piece of the measured
split that is, frame by frame, also one of the train or valid split, from which a model learnt or by
which it was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import compress
from typing import Any

import numpy as np

from musicrnn.arrays import Frames
from musicrnn.errors import counted
from musicrnn.metrics.bootstrap import BOOTSTRAP_DRAWS
from musicrnn.metrics.frame_likelihood import (
    Forecaster,
    FrameLikelihood,
    frame_likelihood,
    known,
)
from musicrnn.metrics.frames import fit_frame_baselines
from musicrnn.metrics.piece_losses import MODEL, PieceLosses, numbered
from musicrnn.metrics.tables import between, number, table

LEARNT = ("train", "valid")


@dataclass(frozen=True)
class FrameEvaluation:
    """Figures by forecaster, "model" first; ``duplicates`` by the other split they stand in.

    ``distinct`` are the figures without duplicates, None where there is no other piece.
    """

    figures: dict[str, FrameLikelihood]
    duplicates: dict[str, int]
    distinct: dict[str, FrameLikelihood] | None
    examples: PieceLosses

    @property
    def n(self) -> int:
        return self.figures[MODEL].n

    def as_json(self) -> dict[str, Any]:
        """What ``musicrnn evaluate --json`` prints."""
        distinct = None if self.distinct is None else _as_json(self.distinct)
        return {
            **_as_json(self.figures),
            "interval_draws": BOOTSTRAP_DRAWS,
            "duplicates": self.duplicates,
            "without_duplicates": distinct,
            "pieces": self.examples.as_json(),
        }

    def as_text(self) -> str:
        """Nats a time step; lower is better."""
        rows = [
            [name, number(figure.nats_per_step), between(figure.interval)]
            for name, figure in self.figures.items()
        ]
        frames = self.figures[MODEL].frames
        return "\n".join(
            [
                table(["nats per time step", "", "95 % interval"], rows),
                "",
                f"{counted(self.n, 'piece')}, {frames:,} time steps, each of the same weight; "
                f"intervals: bootstrap over pieces, {BOOTSTRAP_DRAWS:,} draws",
                duplicates_text(self),
            ]
        )


def frame_evaluation(
    model: Forecaster, frames: Mapping[Any, Sequence[Frames]], split: str
) -> FrameEvaluation:
    """The likelihood of a split under one model or an ensemble, from the pieces of three splits."""
    pieces = frames[split]
    forecasters = {MODEL: model, **fit_frame_baselines(frames["train"]).forecasters}
    losses = {name: forecast(pieces) for name, forecast in forecasters.items()}
    copies: dict[str, list[bool]] = {
        other: known(pieces, frames[other]) for other in LEARNT if other != split
    }
    new = [not any(found) for found in zip(*copies.values(), strict=True)]
    distinct = None
    if any(new):
        distinct = {n: frame_likelihood([*compress(every, new)]) for n, every in losses.items()}
    figures = {name: frame_likelihood(every) for name, every in losses.items()}
    nats = {name: np.array([loss.sum() for loss in every]) for name, every in losses.items()}
    counts = {"frame": np.array([len(piece) for piece in pieces], np.float64)}
    examples = PieceLosses(numbered(len(pieces)), nats, counts)
    duplicates = {other: sum(found) for other, found in copies.items()}
    return FrameEvaluation(figures, duplicates, distinct, examples)


def duplicates_text(found: FrameEvaluation) -> str:
    """How many pieces are in another split too, and the figures without them."""
    counts = ", ".join(f"{count} in {split}" for split, count in found.duplicates.items())
    if not any(found.duplicates.values()):
        return f"pieces that are also in another split: none ({counts})"
    if found.distinct is None:
        return f"pieces that are also in another split: all ({counts})"
    figures = ", ".join(f"{n} {number(f.nats_per_step)}" for n, f in found.distinct.items())
    left = found.distinct[MODEL]
    return (
        f"pieces that are also in another split: {counts}; without them "
        f"({counted(left.n, 'piece')}, {left.frames:,} time steps): {figures}"
    )


def _as_json(figures: dict[str, FrameLikelihood]) -> dict[str, Any]:
    baselines = {n: figure.nats_per_step for n, figure in figures.items() if n != MODEL}
    return {**asdict(figures[MODEL]), "baselines": baselines}
