"""A plan: the sections of a piece one after another, each with its length in bars.

Conventions. ``i4 A8 A8 B8 o4`` is four bars of intro, twice eight of A, eight of B, four of outro.
A letter says which sections are alike. A small letter is a section without melody, and a letter of
its own: ``b`` need not be like ``B``.
``X`` is a section without a partner, ``i`` an intro, ``o`` an outro. A length that is not given is
8. Spaces and commas may stand between sections or be left out.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from musicrnn.errors import MusicRNNError, counted
from musicrnn.score import Score

LETTERS = "ABCDEFGH"
KINDS = ("i", *LETTERS, "X", *LETTERS.lower(), "x", "o")  # what a section may be in a plan
MAX_PLAN_BARS = 4000
BARS = 8  # of a section whose length is not given
PHRASE = 4  # bars

Plan = tuple[tuple[str, int], ...]  # name, bars

_SECTION = re.compile(r"[\s,]*(\S)\s*(\d*)[\s,]*")


def parse_plan(text: str, *, bars: int | None = None) -> Plan:
    """The plan that a text says; with ``bars`` it must have exactly so many.

    Raises:
        MusicRNNError: a letter is unknown, a length is zero, or the lengths do not add up.
    """
    plan: list[tuple[str, int]] = []
    for name, length in _SECTION.findall(text):
        if name not in KINDS:
            raise MusicRNNError(
                f"a section is A to H, X, a small letter of these, i or o, got {name!r} in {text!r}"
            )
        count = int(length[:9]) if length else BARS
        if not 1 <= count <= MAX_PLAN_BARS:
            raise MusicRNNError(
                f"a section has 1 to {MAX_PLAN_BARS} bars, got {name}{length} in {text!r}"
            )
        plan.append((name, count))
    if not plan:
        raise MusicRNNError(f"a plan has at least one section, as in 'i4 A8 A8 o4', got {text!r}")
    total = bars_of(plan)
    if total > MAX_PLAN_BARS:
        raise MusicRNNError(f"a plan has at most {MAX_PLAN_BARS} bars, {text!r} has {total}")
    if bars is not None and total != bars:
        raise MusicRNNError(
            f"the plan {plan_text(plan)} has {counted(total, 'bar')}, wanted are {bars}"
        )
    return tuple(plan)


def plan_text(plan: Plan | list[tuple[str, int]]) -> str:
    """``i4 A8 B8``: parse_plan's inverse."""
    return " ".join(f"{name}{bars}" for name, bars in plan)


def bars_of(plan: Plan | list[tuple[str, int]]) -> int:
    """The bars of all sections together."""
    return sum(bars for _, bars in plan)


def in_phrases(bars: int) -> int:
    """The whole phrases nearest to so many bars, where they are within a sixteenth of them; else
    the bars as they are."""
    phrases = PHRASE * round(bars / PHRASE)
    return phrases if 16 * abs(phrases - bars) <= bars else bars


@dataclass(frozen=True)
class WrittenSection:
    """``bars`` that are written, played twice if ``repeated``."""

    bars: int
    repeated: bool


def written_sections(plan: Plan) -> list[WrittenSection]:
    """The sections of a plan as they are written: two neighbours of one letter and length once."""
    found: list[WrittenSection] = []
    before = None
    for section in plan:
        if section == before and section[0].upper() in LETTERS:
            found[-1] = WrittenSection(section[1], True)
            before = None
        else:
            found.append(WrittenSection(section[1], False))
            before = section
    return found


def canonical(plan: Plan) -> Plan:
    """The letters renamed in the order in which they come, large and small ones apart: A, B, a."""
    given: dict[str, str] = {}
    spare = {"upper": list(LETTERS), "lower": list(LETTERS.lower())}
    renamed: list[tuple[str, int]] = []
    for name, bars in plan:
        if name.upper() in LETTERS:
            if name not in given:
                given[name] = spare["upper" if name.isupper() else "lower"].pop(0)
            name = given[name]
        renamed.append((name, bars))
    return tuple(renamed)


def plan_of(score: Score) -> Plan:
    """The plan of a score's sections, on its nearest bar lines; () for a score without sections.

    Bars before the first section are an intro. Names of other makers become letters in the order
    in which they come, ``Verse 1`` and ``Verse 2`` one letter, the ninth and later ``X``.
    """
    if not score.sections:
        return ()
    lines = score.bar_lines()
    names = [kind_of(section.name) for section in score.sections]
    letters = [letter for letter in LETTERS if letter not in {name.upper() for name in names}]
    given: dict[str, str] = {}
    for name in names:
        if name not in KINDS and name not in given:
            given[name] = letters.pop(0) if letters else "X"
    starts = [_nearest(lines, section.tick) for section in score.sections]
    named = [*(("i",) if starts[0] else ()), *(given.get(name, name) for name in names)]
    borders = [*((0,) if starts[0] else ()), *starts, len(lines) - 1]
    spans = zip(named, borders[:-1], borders[1:], strict=True)
    return tuple((name, stop - start) for name, start, stop in spans if stop > start)


def _nearest(lines: list[int], tick: int) -> int:
    after = min(bisect_left(lines, tick), len(lines) - 1)
    before = max(0, after - 1)
    return before if tick - lines[before] < lines[after] - tick else after


def kind_of(name: str) -> str:
    """The name in a plan, or for a foreign one its words without a number."""
    if name in KINDS:
        return name
    words = re.sub(r"[\W\d_]+", " ", name).strip().lower()
    for kind, beginnings in (("i", ("intro",)), ("o", ("outro", "ending", "coda"))):
        if words.startswith(beginnings):
            return kind
    return words if len(words) > 1 else f"section {name}"
