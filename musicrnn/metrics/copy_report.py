"""The copy report: how much of a set of pieces occurs in the training set, beside how much of
human pieces does that the model never saw.

Conventions. A share is pooled over the pieces: runs found by runs looked at, for runs of 8 and of
16 notes. Lines, runs and what counts as a run are defined in musicrnn.metrics.lines and .copying.
The figure to quote is ``melody`` for pitched music and ``drums`` for drums, without rhythm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from musicrnn.metrics.copying import CommonRun, Copied, CopyIndex, pool
from musicrnn.metrics.lines import VIEWS, Line, View, line_of
from musicrnn.metrics.notes import NoteArrays

RUN_LENGTHS = (8, 16)
MAX_NAMED_PIECES = 5  # pieces that are named


@dataclass(frozen=True)
class CopyRow:
    """One way of looking: a view, with or without rhythm."""

    view: View
    rhythm: bool
    generated: dict[int, Copied]
    """By run length."""
    held_out: dict[int, Copied]
    longest: tuple[tuple[str, CommonRun], ...]
    """The generated pieces with the longest runs from the training set, longest first."""
    held_out_longest: tuple[tuple[str, CommonRun], ...]


def copy_report(
    generated: Mapping[str, NoteArrays],
    held_out: Mapping[str, NoteArrays],
    training: Mapping[str, NoteArrays],
) -> tuple[CopyRow, ...]:
    """A row for every view that generated pieces have, first without and then with rhythm."""
    rows: list[CopyRow] = []
    for view in VIEWS:
        ours = {name: line_of(notes, view) for name, notes in generated.items()}
        if not any(len(line.pitch) >= min(RUN_LENGTHS) for line in ours.values()):
            continue
        human = {name: line_of(notes, view) for name, notes in held_out.items()}
        known = [(name, line_of(notes, view)) for name, notes in training.items()]
        for rhythm in (False, True):
            index = CopyIndex(known, rhythm=rhythm)
            row = CopyRow(
                view=view,
                rhythm=rhythm,
                generated=_copied(index, ours),
                held_out=_copied(index, human),
                longest=_longest(index, ours),
                held_out_longest=_longest(index, human),
            )
            rows.append(row)
    return tuple(rows)


def _copied(index: CopyIndex, lines: Mapping[str, Line]) -> dict[int, Copied]:
    return {n: pool([index.copied(line, n) for line in lines.values()]) for n in RUN_LENGTHS}


def _longest(index: CopyIndex, lines: Mapping[str, Line]) -> tuple[tuple[str, CommonRun], ...]:
    runs = [(name, index.longest_run(line)) for name, line in lines.items()]
    found = [(name, run) for name, run in runs if run is not None]
    return tuple(sorted(found, key=lambda item: -item[1].notes)[:MAX_NAMED_PIECES])
