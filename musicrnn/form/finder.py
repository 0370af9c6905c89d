"""Sections found in the notes of a piece: where they begin, and which of them are alike.

Conventions. Names are those of a plan (:mod:`musicrnn.form.plan`), letters in the order in which
they come. The borders are those with the largest sum of log odds of a boundary
(:mod:`musicrnn.form.boundaries`) and logs of how often a section has such a length. Two sections
are as alike as their bars from the first on, in proportion to the shorter length by the longer;
they are joined, the most alike first, while the mean between two groups is large enough. Sections
with melody and those without are apart: of the latter the first is an intro, the last an outro. A
first section of one bar is an intro in any case: a pick-up.

On 201 validation and test songs of POP909, against two labellers: boundary F1 .70 and .71 (within a
bar .79), pairwise label F1 .80 and .79; the labellers against each other .81 (.87) and .91; a
boundary every 8 bars and one letter .16 (.42) and .42. 3 to 8 ms a song (2026-11-29, one core, by
tests/benchmarks/form/sections.py). The constants were chosen on the training songs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from musicrnn.form.boundaries import boundary_odds
from musicrnn.form.plan import KINDS, LETTERS, kind_of
from musicrnn.form.similarity import Bars, bars_of_score
from musicrnn.score import Score, Section

MAX_BARS = 2000  # of a piece: their similarities are a square table
LONGEST = 24  # bars of a section
# The share of sections of 1, 2, ... bars, of two labellers in the training songs of POP909.
LENGTHS = (
    0.033, 0.026, 0.029, 0.340, 0.063, 0.029, 0.020, 0.304, 0.065, 0.024, 0.007, 0.011,
    0.007, 0.006, 0.003, 0.026, 0.003, 0.001, 0.001, 0.001, 0.001, 0.001, 0.001, 0.001,
)  # fmt: skip
LENGTH_WEIGHT = 0.75
BOUNDARY_BIAS = 0.9
MELODY_ALIKE, OTHERS_ALIKE = 0.25, 0.4  # the least mean similarity of two groups of sections
OWN_BARS = 2  # in the mean, of sections that a file names itself
PARTS = (
    "intro", "verse", "chorus", "bridge", "refrain", "pre", "solo", "interlude", "hook", "outro",
    "ending", "coda", "strophe", "section",
)  # fmt: skip
SUNG = 0.5  # melody onsets a bar of a section that has melody


def with_sections(score: Score) -> Score:
    """The score with its own sections, or where they tell no form with those that are found."""
    return score if tells_form(score) else replace(score, sections=find_sections(score))


def tells_form(score: Score) -> bool:
    """Whether a score's own sections are parts of a form: two or more, OWN_BARS each in the mean,
    half of them named as parts are (``A``, ``Verse 2``), or half of them again. Else they may be
    words of a song, or just "Start"."""
    kinds = [kind_of(section.name) for section in score.sections]
    if len(kinds) < 2 or len(score.bars()) < OWN_BARS * len(kinds):
        return False
    named = sum(kind in KINDS or kind.startswith(PARTS) for kind in kinds)
    return 2 * max(named, len(kinds) - len(set(kinds))) >= len(kinds)


def find_sections(score: Score) -> tuple[Section, ...]:
    """The sections of a piece, the first at tick 0; () without notes or with over MAX_BARS bars."""
    if not score.note_count or len(score.bars()) > MAX_BARS:
        return ()
    bars = bars_of_score(score)
    borders = [*section_starts(bars), len(bars.sung)]
    names = section_names(bars, borders)
    ticks = bars.lines[borders[:-1]].tolist()
    return tuple(Section(tick, name) for tick, name in zip(ticks, names, strict=True))


def section_starts(bars: Bars) -> list[int]:
    """The bars in which sections begin: the best path over all segmentations."""
    odds = boundary_odds(bars) + BOUNDARY_BIAS
    gains = LENGTH_WEIGHT * np.log(LENGTHS)
    count = len(odds)
    best = np.zeros(count + 1)
    begun = np.zeros(count + 1, dtype=np.int64)
    for end in range(1, count + 1):
        longest = min(LONGEST, end)
        scores = best[end - longest : end][::-1] + gains[:longest]
        length = int(scores.argmax()) + 1
        begun[end] = end - length
        best[end] = scores[length - 1] + (odds[end] if end < count else 0.0)
    starts: list[int] = []
    end = count
    while end:
        end = int(begun[end])
        starts.append(end)
    return starts[::-1]


def section_names(bars: Bars, borders: list[int]) -> list[str]:
    """The names of the sections between borders, bars counted from 0."""
    spans = list(pairwise(borders))
    sung = [bars.sung[start:stop].mean() >= SUNG for start, stop in spans]
    names = [""] * len(spans)
    if len(spans) > 1 and (not sung[0] or borders[1] == 1):
        names[0] = "i"
    if not sung[-1] and len(spans) > 1:
        names[-1] = "o"
    melody = (bars.melody + bars.notes) / 2
    others = (bars.notes + bars.chroma) / 2
    for led, alike, least, named in (
        (True, melody, MELODY_ALIKE, str.upper),
        (False, others, OTHERS_ALIKE, str.lower),
    ):
        members = [i for i, name in enumerate(names) if not name and bool(sung[i]) == led]
        _name(names, groups(alike, [spans[i] for i in members], least), members, named)
    return names


def _name(
    names: list[str], group: list[int], members: list[int], named: Callable[[str], str]
) -> None:
    """Letters for groups of two or more as they come; the rest, and the ninth group on, is X."""
    letters: dict[int, str] = {}
    for index, number in zip(members, group, strict=True):
        if group.count(number) > 1 and number not in letters and len(letters) < len(LETTERS):
            letters[number] = LETTERS[len(letters)]
        names[index] = named(letters.get(number, "X"))


def groups(alike: NDArray[np.float64], spans: list[tuple[int, int]], least: float) -> list[int]:
    """The group of each span: average linkage."""
    count = len(spans)
    table = np.full((count, count), -1.0)
    for i, (a, a_stop) in enumerate(spans):
        for j, (b, b_stop) in enumerate(spans[:i]):
            lengths = sorted((a_stop - a, b_stop - b))
            steps = np.arange(lengths[0])
            table[i, j] = table[j, i] = alike[a + steps, b + steps].sum() / lengths[1]
    group = list(range(count))
    size = np.ones(count)
    while count > 1 and table.max() >= least:
        i, j = sorted(divmod(int(table.argmax()), count))
        merged = (size[i] * table[i] + size[j] * table[j]) / (size[i] + size[j])
        merged[(table[i] < 0) | (table[j] < 0)] = -1.0
        table[i] = table[:, i] = merged
        table[j] = table[:, j] = -1.0
        size[i] += size[j]
        group = [i if number == j else number for number in group]
    return group
