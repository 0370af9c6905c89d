"""What a plan says of every bar before it is written: the outlook that a composing model hears.

Conventions. An outlook is int32 [bars, OUTLOOK], see :mod:`musicrnn.context.fields`. The likeness
of a section says how like it is to what came before, by the mean Jaccard index of bars' notes; 0
not known. A section that is new (a letter that comes for the first time, intro, outro, ``X``) has 1
to 5: each of its bars is compared with the earlier bar that is most like it, and the mean is below
20 %, 30 %, 45 %, 70 %, or not. So a loop is told from a verse that goes on. A section that returns
has 6 to 9: its bars share less than 35 %, 70 %, 95 %, or more, with those of the last one of its
letter; there the longest match of the past is heard, as long as it stands in the last one, and what
stood at the same place of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from musicrnn.context.fields import (
    DISTANCE,
    MAX_SECTION_LEFT,
    OPEN,
    OUTLOOK,
    OUTLOOK_FIELDS,
    Outlook,
    bars_left_class,
)
from musicrnn.form.plan import LETTERS, Plan, bars_of, written_sections
from musicrnn.form.similarity import bar_similarity
from musicrnn.score import Score

NEW, RETURNING = 1, 6  # the least likeness of a section that is new, and of one that returns
REPETITIVE = 4  # the least likeness of a new section whose bars mostly come back in it
NEW_SHARES = (0.2, 0.3, 0.45, 0.7)  # the least shares of 2 to 5; 1 has less
RETURNING_SHARES = (0.35, 0.7, 0.95)  # of 7 to 9
SECTION_NUMBERS = {letter: number for number, letter in enumerate((*LETTERS, "X", "I", "O"), 1)}
WITHOUT_MELODY, WITH_MELODY = 1, 2
BARS_LEFT, SECTION_LEFT, DENSITY, SECTION, MELODY, LIKENESS, FEEL, FILL, SYMBOLS = range(
    len(OUTLOOK_FIELDS)
)
PLAIN, A_FILL = 1, 2
WITHOUT_SYMBOLS, WITH_SYMBOLS = 1, 2


def outlook(
    plan: Plan,
    likenesses: Sequence[int],
    densities: NDArray[np.int64] | int = 0,
    *,
    folded: bool = False,
    loops: bool = False,
) -> Outlook:
    """Of a plan's bars, with the likeness of each section and the density of each bar, 1 to 5; 0
    where it is not known. ``folded``, as in tunes: bars that are left are those yet to be written,
    what is repeated at once is written once (musicrnn.form.plan.written_sections). ``loops``, as in
    tunes and grooves: the match is heard in sections that are new but REPETITIVE, too."""
    found = np.zeros((bars_of(plan), OUTLOOK), np.int32)
    left = _written_left(plan) if folded else np.arange(len(found))[::-1]
    found[:, BARS_LEFT] = bars_left_class(left)
    found[:, DENSITY] = densities
    start = 0
    for (name, bars), before, likeness in zip(plan, last_of_letter(plan), likenesses, strict=True):
        rows = found[start : start + bars]
        rows[:, SECTION_LEFT] = np.minimum(np.arange(bars)[::-1] + 1, MAX_SECTION_LEFT)
        rows[:, SECTION] = SECTION_NUMBERS[name.upper()]
        rows[:, MELODY] = WITH_MELODY if name.isupper() else WITHOUT_MELODY
        rows[:, LIKENESS] = likeness
        if loops and REPETITIVE <= likeness < RETURNING:
            rows[:, OPEN] = 1
        if before is not None and not NEW <= likeness < RETURNING:
            first, there = before
            rows[:there, DISTANCE] = start - first
            rows[:, OPEN] = 1
        start += bars
    return found


def _written_left(plan: Plan) -> NDArray[np.int64]:
    """[bars], how many bars are written behind each played one, endings apart."""
    found: list[NDArray[np.int64]] = []
    behind = 0
    for section in reversed(written_sections(plan)):
        left = behind + np.arange(section.bars)[::-1]
        found += [left] * (1 + section.repeated)
        behind += section.bars
    return np.concatenate(found[::-1] or [np.zeros(0, np.int64)])


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
    """How like what came before each section of a score is."""
    return likenesses(plan, bar_similarity(score))


def likenesses(plan: Plan, alike: NDArray[np.float64]) -> list[int]:
    """The same by how alike the bars are, [bars, bars]."""
    nearest = np.tril(alike, -1).max(axis=1, initial=0.0)  # of each bar, the most alike earlier one
    found: list[int] = []
    start = 0
    for (_, bars), before in zip(plan, last_of_letter(plan), strict=True):
        if before is None:
            share = float(nearest[start : start + bars].mean())
            found.append(NEW + int(np.searchsorted(NEW_SHARES, share, side="right")))
        else:
            steps = np.arange(min(bars, before[1]))
            share = float(alike[start + steps, before[0] + steps].mean())
            found.append(RETURNING + int(np.searchsorted(RETURNING_SHARES, share, side="right")))
        start += bars
    return found


def form_of(form: dict[str, Any], symbols: int) -> dict[str, Any]:
    """What a header says of pieces with chord symbols or without, where it tells them apart."""
    apart = form.get("without_symbols")
    if symbols != WITHOUT_SYMBOLS or not isinstance(apart, dict):
        return form
    return cast(dict[str, Any], apart)
