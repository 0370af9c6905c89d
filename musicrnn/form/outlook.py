"""What a plan says of every bar before it is written: the outlook that a composing model hears.

Conventions. An outlook is int32 [bars, OUTLOOK], see :mod:`musicrnn.context.fields`. The likeness
of a section is how like it is to the last one of its letter: 1 for a letter that comes for the
first time, 2 to 5 where its bars share less than 35 %, less than 70 %, less than 95 %, or more of
their notes with that one's (mean Jaccard index); 0 not known. In a section that returns (2 to 5)
the longest match of the past is heard, and what stood at the same place of the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.context.fields import (
    DISTANCE,
    MAX_SECTION_LEFT,
    OPEN,
    OUTLOOK,
    OUTLOOK_FIELDS,
    Outlook,
)
from musicrnn.context.past import bars_left_class
from musicrnn.errors import MusicRNNError
from musicrnn.form.plan import LETTERS, Plan, bars_of
from musicrnn.form.similarity import bar_similarity
from musicrnn.score import Score

NEW = 1
LIKENESSES = (0.35, 0.7, 0.95)  # the least shares of 3, 4 and 5; 2 has less
SECTION_NUMBERS = {letter: number for number, letter in enumerate((*LETTERS, "X", "I", "O"), 1)}
WITHOUT_MELODY, WITH_MELODY = 1, 2
BARS_LEFT, SECTION_LEFT, DENSITY, SECTION, MELODY, LIKENESS = range(len(OUTLOOK_FIELDS))


def outlook(
    plan: Plan, likenesses: Sequence[int], densities: NDArray[np.int64] | int = 0
) -> Outlook:
    """Of a plan's bars, with the likeness of each section and the density of each bar, 1 to 5; 0
    where it is not known."""
    found = np.zeros((bars_of(plan), OUTLOOK), np.int32)
    found[:, BARS_LEFT] = bars_left_class(np.arange(len(found))[::-1])
    found[:, DENSITY] = densities
    start = 0
    for (name, bars), before, likeness in zip(plan, last_of_letter(plan), likenesses, strict=True):
        rows = found[start : start + bars]
        rows[:, SECTION_LEFT] = np.minimum(np.arange(bars)[::-1] + 1, MAX_SECTION_LEFT)
        rows[:, SECTION] = SECTION_NUMBERS[name.upper()]
        rows[:, MELODY] = WITH_MELODY if name.isupper() else WITHOUT_MELODY
        rows[:, LIKENESS] = likeness
        if before is not None and likeness != NEW:
            first, there = before
            rows[:there, DISTANCE] = start - first
            rows[:, OPEN] = 1
        start += bars
    return found


def length_alone(bars: int, density: int = 0) -> Outlook:
    """The outlook where only the length, and the density if any, is known."""
    found = np.zeros((bars, OUTLOOK), np.int32)
    found[:, BARS_LEFT] = bars_left_class(np.arange(bars)[::-1])
    found[:, DENSITY] = density
    found[:, OPEN] = 0
    return found


def last_of_letter(plan: Plan) -> list[tuple[int, int] | None]:
    """For each section the first bar and the length of the last one of its letter before it."""
    last: dict[str, tuple[int, int]] = {}
    found: list[tuple[int, int] | None] = []
    start = 0
    for name, bars in plan:
        found.append(last.get(name) if name.upper() in LETTERS else None)
        last[name] = start, bars
        start += bars
    return found


def likenesses_of(plan: Plan, score: Score) -> list[int]:
    """How like each section of a score is to the last one of its letter."""
    alike = bar_similarity(score)
    found: list[int] = []
    start = 0
    for (_, bars), before in zip(plan, last_of_letter(plan), strict=True):
        if before is None:
            found.append(NEW)
        else:
            steps = np.arange(min(bars, before[1]))
            share = float(alike[start + steps, before[0] + steps].mean())
            found.append(2 + int(np.searchsorted(LIKENESSES, share, side="right")))
        start += bars
    return found


def likeness_shares(counts: Any) -> NDArray[np.float64]:
    """[4], the shares of likenesses 2 to 5 among the sections that return, from their counts.

    Raises:
        MusicRNNError: the counts are none.
    """
    try:
        found = np.array([1 + int(counts.get(str(NEW + 1 + n), 0)) for n in range(4)], np.float64)
    except (AttributeError, TypeError, ValueError) as error:
        raise MusicRNNError(f"the model file's likenesses are damaged: {error}") from error
    if found.min() < 1:
        raise MusicRNNError("the model file's likenesses are damaged: a count is below 0")
    return found / found.sum()
