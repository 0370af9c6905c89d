"""Evaluate frame models on a polyphonic corpus by the protocol of Boulanger-Lewandowski 2012.

Conventions. Several models are one ensemble. Baselines are counted on the train split and measured
as the models are (:mod:`musicrnn.metrics.frame_likelihood`). A duplicate is a piece of the measured
split that is, frame by frame, also one of the train or valid split, from which a model learnt or by
which it was chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.metrics.frame_likelihood import (
    DRAWS,
    Forecaster,
    FrameLikelihood,
    ensemble,
    frame_likelihood,
    known,
)
from musicrnn.metrics.frames import fit_frame_baselines
from musicrnn.models.frames import FrameModel
from musicrnn.training.frames import piece_losses
from musicrnn_datasets.corpus import Split
from musicrnn_datasets.polyphonic import PITCHES, POLYPHONIC, Frames, read_frames

MODEL = "model"  # its name among the forecasters
LEARNT: tuple[Split, ...] = ("train", "valid")


@dataclass(frozen=True)
class FrameEvaluation:
    """Figures by forecaster, "model" first; ``duplicates`` by the other split they stand in.

    ``distinct`` are the figures without duplicates, None where there is no other piece.
    """

    figures: dict[str, FrameLikelihood]
    duplicates: dict[Split, int]
    distinct: dict[str, FrameLikelihood] | None

    @property
    def n(self) -> int:
        return self.figures[MODEL].n

    def as_json(self) -> dict[str, Any]:
        """What ``musicrnn evaluate --json`` prints."""
        distinct = None if self.distinct is None else _as_json(self.distinct)
        return {
            **_as_json(self.figures),
            "interval_draws": DRAWS,
            "duplicates": self.duplicates,
            "without_duplicates": distinct,
        }


def evaluate_frames(
    checkpoints: Sequence[Checkpoint],
    data: str,
    *,
    split: Split = "test",
    found: Path | None = None,
) -> FrameEvaluation:
    """The likelihood of a split of the corpus ``data`` under one model or an ensemble.

    Raises:
        MusicRNNError: a model is none of frames of 88 pitches, or the data are no frames.
    """
    members = [_forecaster(checkpoint, data) for checkpoint in checkpoints]
    _, frames = read_frames([data], found)
    return evaluation(ensemble(members), frames, split)


def evaluation(
    model: Forecaster, frames: dict[Split, list[Frames]], split: Split
) -> FrameEvaluation:
    """The same of any forecaster on pieces of three splits."""
    pieces = frames[split]
    forecasters = {MODEL: model, **fit_frame_baselines(frames["train"]).forecasters}
    losses = {name: forecast(pieces) for name, forecast in forecasters.items()}
    copies: dict[Split, list[bool]] = {
        other: known(pieces, frames[other]) for other in LEARNT if other != split
    }
    kept = [
        index for index, found in enumerate(zip(*copies.values(), strict=True)) if not any(found)
    ]
    distinct = None
    if kept:
        distinct = {
            name: frame_likelihood([every[index] for index in kept])
            for name, every in losses.items()
        }
    figures = {name: frame_likelihood(every) for name, every in losses.items()}
    return FrameEvaluation(figures, {o: sum(found) for o, found in copies.items()}, distinct)


def _forecaster(checkpoint: Checkpoint, data: str) -> Forecaster:
    task = checkpoint.metadata.get("task")
    if task != "frames":
        raise MusicRNNError(
            f"a model of the task {task!r} does not foretell frames, as {data} asks for and as an "
            "ensemble is made of: train one with musicrnn train compose polyphonic-..."
        )
    if data not in POLYPHONIC:
        raise MusicRNNError(
            f"the model foretells frames of pitches, {data} does not hold any: evaluate it on one "
            f"of {', '.join(POLYPHONIC)}"
        )
    model = FrameModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    if model.config.pitches != PITCHES:
        raise MusicRNNError(
            f"the model foretells {model.config.pitches} pitches, {data} has {PITCHES}"
        )
    return partial(piece_losses, model)


def _as_json(figures: dict[str, FrameLikelihood]) -> dict[str, Any]:
    model = figures[MODEL]
    return {
        "n": model.n,
        "frames": model.frames,
        "nats_per_step": model.nats_per_step,
        "interval": model.interval,
        "baselines": {n: figure.nats_per_step for n, figure in figures.items() if n != MODEL},
    }
