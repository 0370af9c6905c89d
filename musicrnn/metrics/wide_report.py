"""The wide measure: composed pieces beside held-out human ones, in all that the statistics count.

Conventions. Human excerpts are as long as the composed pieces in the median: one of every held-out
piece at a random bar, always the same for one SEED. Beginnings, ends and obedience are those of
whole pieces on both sides. The ceiling is human against human: a second random excerpt of every
piece against the first; the two halves of the held-out pieces against each other give a lower one,
since no piece is on both sides. ``from_first_bar`` says how far excerpts from the first bar, where
composed pieces begin too, are from those at a random bar.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np

from musicrnn.metrics.ends import Ends, ends
from musicrnn.metrics.excerpts import first_excerpts, random_excerpts
from musicrnn.metrics.notes import NoteArrays
from musicrnn.metrics.obedience import Obedience, key_of, obedience
from musicrnn.metrics.statistics import Statistics
from musicrnn.metrics.wide import GROUPS, Values, mean_of, wide_overlaps, wide_statistics
from musicrnn.score import Score

SEED = 0
NAMED_STATISTICS = 5


@dataclass(frozen=True)
class WideRow:
    """The mean of one statistic on both sides; None where no piece has it."""

    group: str
    name: str
    generated: float | None
    held_out: float | None
    from_first_bar: float | None
    """Of human excerpts from the first bar; None for what whole pieces are asked."""
    overlap: float | None
    """None for what is not part of the wide overlap."""
    ceiling: float | None


@dataclass(frozen=True)
class WideReport:
    """The overlaps, and what they are made of."""

    overlap: float | None
    """The wide overlap of the composed pieces with human excerpts at a random bar."""
    ceiling: float | None
    """The same of other random excerpts of the same human pieces."""
    ceiling_of_halves: float | None
    """The same of one half of the human pieces with the other half."""
    first_bar_ceiling: float | None
    """The same of human excerpts from the first bar."""
    first_bar_overlap: float | None
    """Of the composed pieces with human excerpts from the first bar."""
    worst: tuple[str, ...]
    """The statistics with the least overlap, the least first."""
    rows: tuple[WideRow, ...]


Whole = Mapping[str, tuple[Score, NoteArrays]]


def compare_wide(
    generated: Whole, held_out: Whole, bars: int, known: Sequence[Statistics]
) -> WideReport:
    """Compare pieces, each a (score, its notes) by name, in excerpts of so many bars.

    ``known`` are the Statistics of the generated pieces, in order.
    """
    ours = [
        wide_statistics(notes, found)
        for (_, notes), found in zip(generated.values(), known, strict=True)
    ]
    human = [notes for _, notes in held_out.values()]
    random = np.random.default_rng(SEED)
    one, other = (_measured(random_excerpts(human, bars, random)) for _ in range(2))
    first = _measured(first_excerpts(human, bars))
    overlaps, ceilings = wide_overlaps(ours, one), wide_overlaps(other, one)
    rows = [
        WideRow(
            group,
            name,
            *(_number(mean_of(name, side)) for side in (ours, one, first)),
            overlap=overlaps.get(name),
            ceiling=ceilings.get(name) if name in overlaps else None,
        )
        for group, names in GROUPS.items()
        for name in names
    ]
    return WideReport(
        overlap=_mean(overlaps),
        ceiling=_mean(ceilings),
        ceiling_of_halves=_mean(wide_overlaps(one[::2], one[1::2])),
        first_bar_ceiling=_mean(wide_overlaps(first, one)),
        first_bar_overlap=_mean(wide_overlaps(ours, first)),
        worst=tuple(sorted(overlaps, key=lambda name: overlaps[name])[:NAMED_STATISTICS]),
        rows=(*rows, *_whole_rows(generated, held_out)),
    )


def _whole_rows(generated: Whole, held_out: Whole) -> list[WideRow]:
    groups = {"beginnings and ends": Ends, "obedience": Obedience}
    ours, human = ([_whole(*piece) for piece in side.values()] for side in (generated, held_out))
    rows: list[WideRow] = []
    for group, kind in groups.items():
        for field in fields(kind):
            one, other = (_number(mean_of(field.name, side)) for side in (ours, human))
            rows.append(WideRow(group, field.name, one, other, None, None, None))
    return rows


def _whole(score: Score, notes: NoteArrays) -> dict[str, float]:
    key = key_of(score, notes)
    return asdict(ends(notes, key)) | asdict(obedience(score, notes))


def _measured(parts: Sequence[NoteArrays]) -> list[Values]:
    return [wide_statistics(part) for part in parts]


def _mean(overlaps: Mapping[str, float]) -> float | None:
    return float(np.mean(list(overlaps.values()))) if overlaps else None


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
