"""Evaluations on frames as plain text: the model, its baselines, and both without duplicates."""

from __future__ import annotations

from musicrnn.errors import counted
from musicrnn.metrics.frame_likelihood import DRAWS, FrameLikelihood
from musicrnn_cli.tables import number, table
from musicrnn_datasets.frame_evaluation import MODEL, FrameEvaluation


def frames_text(found: FrameEvaluation) -> str:
    """Nats a time step; lower is better."""
    rows = [
        [name, number(figure.nats_per_step), between(figure)]
        for name, figure in found.figures.items()
    ]
    frames = found.figures[MODEL].frames
    return "\n".join(
        [
            table(["nats per time step", "", "95 % interval"], rows),
            "",
            f"{counted(found.n, 'piece')}, {frames:,} time steps, each of the same weight; "
            f"intervals: bootstrap over pieces, {DRAWS:,} draws",
            duplicates_text(found),
        ]
    )


def duplicates_text(found: FrameEvaluation) -> str:
    """How many pieces stand in another split too, and the figures without them."""
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


def between(figure: FrameLikelihood) -> str:
    """The interval, or a dash."""
    if figure.interval is None:
        return "-"
    low, high = figure.interval
    return f"{low:.3f} to {high:.3f}"
