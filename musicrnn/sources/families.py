"""Tune families: versions of one tune, found by their names and melodies, so that a split can keep
them on one side.

Conventions. A mark is what two versions of a tune have in common: a simple title, or a run of
RUN_INTERVALS intervals of the top line (musicrnn.metrics.lines), counting pitch alone, in any key.
Pieces that share a mark are of one family, and so are those that are linked by others. A piece's
family is the number of its first member.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence

import numpy as np

from musicrnn.metrics.lines import line_of
from musicrnn.metrics.notes import NoteArrays
from musicrnn.score import Score

RUN_INTERVALS = 16  # intervals
LEAST_INTERVALS = 6  # of a whole line that is shorter than a run
_NOT_THE_NAME = re.compile(r"\([^)]*\)|\[[^]]*\]|\bno\.?\s*\d+|[^a-z ]|\b(?:the|a|an|of|and)\b")
_ARTICLE_BEHIND = re.compile(r",\s*(?:the|a|an)\s*$")


def families(marks: Sequence[Iterable[Hashable]]) -> list[int]:
    """For each piece, of which its marks are given, the number of its family."""
    from scipy.cluster.hierarchy import DisjointSet

    first_with: dict[Hashable, int] = {}
    found = DisjointSet(range(len(marks)))
    for index, of_piece in enumerate(marks):
        for mark in of_piece:
            found.merge(first_with.setdefault(mark, index), index)
    return [min(found.subset(index)) for index in range(len(marks))]


def simple_title(title: str) -> str:
    """``The Keel Row (2)`` and ``Keel Row, The`` are both ``keel row``."""
    title = _ARTICLE_BEHIND.sub("", title.lower().replace("'", ""))
    return " ".join(_NOT_THE_NAME.sub(" ", title).split())


def runs(score: Score) -> set[tuple[int, ...]]:
    """Every run of RUN_INTERVALS intervals of the top line, in any transposition; of a line that is
    shorter all of it, from LEAST_INTERVALS on. Runs of one or two intervals, such as a trill's, are
    left out."""
    steps: list[int] = np.diff(line_of(NoteArrays.of(score), "melody").pitch).tolist()
    length = min(RUN_INTERVALS, max(LEAST_INTERVALS, len(steps)))
    found = {tuple(steps[i : i + length]) for i in range(len(steps) - length + 1)}
    return {run for run in found if len(set(run)) > 2}
