"""A set of generated pieces beside human pieces that the model never saw.

Conventions. Length-sensitive statistics cannot be compared between 16 generated bars and a whole
song, so the held-out pieces are cut into excerpts of as many bars as the generated pieces have in
the median (musicrnn.metrics.excerpts). The figure to quote is the wide overlap of
musicrnn.metrics.wide_report. The narrow one, ``mean_area``, was the figure until November 2026: the
mean over FEATURES of the overlapping area of Yang and Lerch, over all consecutive excerpts; it sees
little of form and nothing of endings. Means over a set leave out pieces that do not have the
statistic. Degenerate is a piece that is silent, repeats one bar more than 6 times running,
or one note more than 16 times running.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.metrics.copy_report import CopyRow, copy_report
from musicrnn.metrics.copying import Copied
from musicrnn.metrics.excerpts import parts_of
from musicrnn.metrics.notes import NoteArrays
from musicrnn.metrics.overlap import ceiling_area, distribution_overlap, overlapping_area
from musicrnn.metrics.statistics import Statistics, statistics
from musicrnn.metrics.wide_report import WideReport, compare_wide
from musicrnn.score import Score

RUNS = ("longest_note_run", "longest_bar_run")
FEATURES = tuple(f.name for f in fields(Statistics) if f.name not in ("bars", *RUNS, "silent"))
MAX_BAR_REPEATS = 6
MAX_NOTE_REPEATS = 16


@dataclass(frozen=True)
class FeatureRow:
    """One feature in both sets. Means and deviations are None for histograms; ``area`` is None
    where fewer than two generated pieces, or no held-out one, have the feature."""

    name: str
    generated_mean: float | None
    generated_deviation: float | None
    held_out_mean: float | None
    held_out_deviation: float | None
    area: float | None
    """The overlapping area of Yang and Lerch, see musicrnn.metrics.overlap."""
    ceiling: float | None
    """The same of as many held-out excerpts (at most half of them) with the other ones."""
    values_overlap: float | None
    """The overlap of the values themselves; scalar features only."""


@dataclass(frozen=True)
class Report:
    """All of it; ``n`` generated pieces, ``held_out`` excerpts of ``held_out_pieces`` pieces."""

    n: int
    held_out: int
    held_out_pieces: int
    training: int
    bars: int
    """The median of the generated pieces, and the length of the excerpts."""
    features: tuple[FeatureRow, ...]
    mean_area: float | None
    """Over the features that have an area; beside it the mean of their ceilings."""
    mean_ceiling: float | None
    runs: dict[str, dict[str, float]]
    """Of longest_note_run and longest_bar_run: the mean and maximum of both sets."""
    degenerate: dict[str, str]
    """The reason by the name of the generated piece."""
    held_out_degenerate: int
    """How many held-out excerpts would be called degenerate."""
    copies: tuple[CopyRow, ...]
    wide: WideReport

    def as_json(self) -> dict[str, Any]:
        """Plain dicts, lists, numbers and text; a share that does not exist is None."""
        plain = asdict(self)
        for row, whole in zip(plain["copies"], self.copies, strict=True):
            for side in ("generated", "held_out"):
                parts: dict[int, Copied] = getattr(whole, side)
                row[side] = {
                    str(notes): {**asdict(part), "share": _number(part.share)}
                    for notes, part in parts.items()
                }
            for side in ("longest", "held_out_longest"):
                row[side] = [{"piece": name, **run} for name, run in row[side]]
        return plain


def compare_sets(
    generated: Mapping[str, Score],
    held_out: Mapping[str, Score],
    training: Iterable[tuple[str, Score]],
) -> Report:
    """Measure generated pieces, by name, against held-out and training pieces.

    The training pieces, (name, score), are gone through once and may be read on the way.

    Raises:
        MusicRNNError: no generated or no held-out piece.
    """
    if not generated or not any(score.note_count for score in held_out.values()):
        raise MusicRNNError(
            f"pieces to compare are needed, got {len(generated)} generated and "
            f"{len(held_out)} held-out ones"
        )
    ours = {name: NoteArrays.of(score) for name, score in generated.items()}
    bars = max(1, round(float(np.median([len(notes.bars) - 1 for notes in ours.values()]))))
    human = {name: NoteArrays.of(score) for name, score in held_out.items()}
    excerpts = parts_of(human, bars)
    known = {name: NoteArrays.of(score) for name, score in training}
    found = {name: statistics(notes) for name, notes in ours.items()}
    one, other = list(found.values()), [statistics(notes) for notes in excerpts.values()]
    rows = tuple(_feature_row(feature, one, other) for feature in FEATURES)
    compared = [row for row in rows if row.area is not None]
    reasons = {name: degeneration(piece) for name, piece in found.items()}
    return Report(
        n=len(ours),
        held_out=len(excerpts),
        held_out_pieces=len(held_out),
        training=len(known),
        bars=bars,
        features=rows,
        mean_area=_mean([row.area for row in compared]),
        mean_ceiling=_mean([row.ceiling for row in compared]),
        runs={run: _run_figures(run, one, other) for run in RUNS},
        degenerate={name: reason for name, reason in reasons.items() if reason is not None},
        held_out_degenerate=sum(degeneration(piece) is not None for piece in other),
        copies=copy_report(ours, excerpts, known),
        wide=compare_wide(
            {name: (score, ours[name]) for name, score in generated.items()},
            {name: (score, human[name]) for name, score in held_out.items()},
            bars,
            one,
        ),
    )


def degeneration(found: Statistics) -> str | None:
    """What is wrong with a piece, or None."""
    if found.silent:
        return "silent"
    if found.longest_bar_run > MAX_BAR_REPEATS:
        return f"one bar {found.longest_bar_run} times running"
    if found.longest_note_run > MAX_NOTE_REPEATS:
        return f"one note {found.longest_note_run} times running"
    return None


def _column(feature: str, found: Sequence[Statistics]) -> NDArray[np.float64]:
    """[pieces, numbers of the feature]."""
    return np.stack([np.atleast_1d(np.asarray(getattr(s, feature), np.float64)) for s in found])


def _feature_row(
    feature: str, one: Sequence[Statistics], other: Sequence[Statistics]
) -> FeatureRow:
    ours, human = _column(feature, one), _column(feature, other)
    scalar = ours.shape[1] == 1
    figures: list[float | None] = [None] * 4
    if scalar:
        finite = [column[np.isfinite(column)] for column in (ours, human)]
        figures = [
            float(measure(values)) if len(values) else None
            for values in finite
            for measure in (np.mean, np.std)
        ]
    return FeatureRow(
        feature,
        *figures,
        area=_number(overlapping_area(ours, human)),
        ceiling=_number(ceiling_area(human, len(ours))),
        values_overlap=_number(distribution_overlap(ours, human)) if scalar else None,
    )


def _run_figures(
    run: str, one: Sequence[Statistics], other: Sequence[Statistics]
) -> dict[str, float]:
    figures: dict[str, float] = {}
    for side, found in (("generated", one), ("held_out", other)):
        lengths = [int(getattr(s, run)) for s in found]
        figures[f"{side}_mean"] = float(np.mean(lengths))
        figures[f"{side}_max"] = max(lengths)
    return figures


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
