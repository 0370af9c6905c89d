"""The form of a whole tune: what its repeat signs say, and how alike its sections are.

Conventions. Plans count played bars (musicrnn.form.plan); an upbeat is none. What is repeated comes
twice in a plan, under one letter. What is written out and longer than eight bars, in whole eights,
is cut into these. Sections get one letter where their bars share 60 % of their notes in the mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from musicrnn.context.readings import CLOSES, CLOSES_AND_OPENS, SECOND
from musicrnn.context.timed import AT, IN_BAR, OPENED, PLAYED, standings
from musicrnn.form.finder import groups
from musicrnn.form.plan import LETTERS, MAX_PLAN_BARS
from musicrnn.form.similarity import bar_similarity
from musicrnn.score import Score
from musicrnn.tokens.protocol import OwnForm
from musicrnn.tokens.tune.words import BARS, CHORDS, ids_of, readings

Now = NDArray[np.int64]
SECTION_BARS = 8
ALIKE = 0.6


def form_of(words: Sequence[str], score: Score) -> OwnForm:
    """Of a tune's words, and the score that they play."""
    spans, copies = section_spans(words)
    bars = min(spans[-1][1] if spans else 0, MAX_PLAN_BARS)
    spans = [(start, min(stop, bars)) for start, stop in spans if start < bars]
    alike = _played_similarity(score, bars)
    numbers = groups(alike, spans, ALIKE)
    for place, (start, _) in enumerate(spans):
        if start in copies and place:
            numbers[place] = numbers[place - 1]
    names = _letters(numbers)
    plan = tuple((name, stop - start) for name, (start, stop) in zip(names, spans, strict=True))
    return OwnForm(plan, alike, any(word in CHORDS for word in words))


def section_spans(words: Sequence[str]) -> tuple[list[tuple[int, int]], set[int]]:
    """First played bar and the one behind the last of each section; and the first bars of those
    that are written once with the section before."""
    borders, copies, first = {0}, set[int](), set[int]()
    stands = list(standings(ids_of(words), readings()))  # before the first word, behind each
    for word, before, after in zip(words, stands[:-1], stands[1:], strict=True):
        if BARS.get(word, -1) < 0:
            continue
        if BARS[word] in (CLOSES, CLOSES_AND_OPENS, SECOND):
            end, opened = int(after[OPENED]), int(before[OPENED])
            middle = (opened + end) // 2
            borders |= {opened, middle, end}
            copies.add(middle)
            first.add(opened)
        elif word != "|1":
            borders.add(_behind(after))
    borders.add(_behind(stands[-1]))
    ends = sorted(borders)
    spans: list[tuple[int, int]] = []
    for start, stop in pairwise(ends):
        length = stop - start
        cut = SECTION_BARS if start not in copies | first and length % SECTION_BARS == 0 else length
        spans += [(at, at + cut) for at in range(start, stop, max(1, cut))]
    return spans, copies


def _behind(now: Now) -> int:
    """The first played bar behind what has been written."""
    return max(0, int(now[PLAYED])) + int(now[IN_BAR] >= 0 and now[AT] > 0)


def _played_similarity(score: Score, bars: int) -> NDArray[np.float64]:
    """[bars, bars] of a score's bars behind its upbeat; what it lacks is like nothing."""
    alike = bar_similarity(score)
    upbeat = int(score.metre is not score.time_signatures[0])
    found = np.zeros((bars, bars))
    there = alike[upbeat : upbeat + bars, upbeat : upbeat + bars]
    found[: len(there), : len(there)] = there
    return found


def _letters(numbers: Sequence[int]) -> list[str]:
    given: dict[int, str] = {}
    for number in numbers:
        if number not in given:
            given[number] = LETTERS[len(given)] if len(given) < len(LETTERS) else "X"
    return [given[number] for number in numbers]
