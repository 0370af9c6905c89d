"""How dense the sections of a piece are, and how like what came before: chains of levels.

Conventions. A level is 1 to ``levels``. A piece's first one comes by how often each is the first,
the next ones by the one before, all counts with one more each. A section that returns is as dense
as the last of its letter. Likenesses are those of :mod:`musicrnn.form.outlook`: sections that are
new have a chain of their own, and so have those that return.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Random
from musicrnn.context.fields import DENSITIES, LIKENESSES
from musicrnn.errors import MusicRNNError
from musicrnn.form.outlook import RETURNING, last_of_letter
from musicrnn.form.plan import Plan

FIRST = "^"
INTRO = "i"
NEW_LEVELS, RETURNING_LEVELS = RETURNING - 1, LIKENESSES - RETURNING + 1


@dataclass(frozen=True)
class LevelChain:
    """``counts`` of what follows what: by the level before, FIRST at the beginning."""

    counts: dict[str, dict[str, int]]
    levels: int

    @staticmethod
    def learn(pieces: Iterable[Sequence[int]], levels: int) -> LevelChain:
        """From the levels of each piece."""
        counts: dict[str, Counter[str]] = {}
        for found in pieces:
            for before, after in pairwise([FIRST, *map(str, found)]):
                counts.setdefault(before, Counter())[after] += 1
        ordered = {name: dict(sorted(c.items())) for name, c in sorted(counts.items())}
        return LevelChain(ordered, levels)

    def shares(self, before: str) -> NDArray[np.float64]:
        """[levels], how likely each is after another."""
        found = self._counts(before)
        return found / found.sum()

    def _counts(self, before: str) -> NDArray[np.float64]:
        after = self.counts.get(before, {})
        return np.array([1 + after.get(str(1 + n), 0) for n in range(self.levels)], np.float64)

    def draw(self, before: str, random: Random) -> int:
        """The level after another, or after FIRST."""
        drawn = int(np.searchsorted(self.shares(before).cumsum(), random.random(), side="right"))
        return 1 + min(drawn, self.levels - 1)  # the sum may fall short of 1

    def log_likelihood(self, found: Sequence[int]) -> float:
        """In nats, of the levels of a piece."""
        return sum(
            float(np.log(self.shares(before)[int(after) - 1]))
            for before, after in pairwise([FIRST, *map(str, found)])
        )

    @staticmethod
    def from_json(said: Any, levels: int) -> LevelChain:
        """Of a model's header; MusicRNNError if it is none."""
        chain = LevelChain(said, levels)
        try:
            for before in (FIRST, *said):
                if chain._counts(before).min() < 1:
                    raise ValueError(f"a count after {before} is below 0")
        except (AttributeError, TypeError, ValueError) as error:
            raise MusicRNNError(f"the model file's levels are damaged: {error}") from error
        return chain


def densities_from_json(said: Any) -> LevelChain:
    """The chain of densities of a model's header."""
    return LevelChain.from_json(said, DENSITIES)


def draw_densities(chain: LevelChain, plan: Plan, random: Random) -> list[int]:
    """A density for each section of a plan; without an intro, as if one had been before it."""
    found: dict[int, int] = {}  # by the first bar of a section
    intro = plan[:1] and plan[0][0] == INTRO
    before, start = FIRST if intro else str(chain.draw(FIRST, random)), 0
    for (_, bars), last in zip(plan, last_of_letter(plan), strict=True):
        drawn = chain.draw(before, random)
        found[start] = drawn if last is None else found[last[0]]
        before = str(found[start])
        start += bars
    return list(found.values())


@dataclass(frozen=True)
class LikenessChains:
    """Of sections that are new, and of those that return."""

    new: LevelChain
    returning: LevelChain

    @staticmethod
    def learn(pieces: Iterable[Sequence[int]]) -> LikenessChains:
        """From the likenesses of the sections of each piece."""
        apart = [_apart(found) for found in pieces]
        return LikenessChains(
            LevelChain.learn((new for new, _ in apart), NEW_LEVELS),
            LevelChain.learn((returning for _, returning in apart), RETURNING_LEVELS),
        )

    def draw(self, plan: Plan, random: Random) -> list[int]:
        """A likeness for each section of a plan."""
        found: list[int] = []
        new, returning = FIRST, FIRST
        for last in last_of_letter(plan):
            if last is None:
                level = self.new.draw(new, random)
                new = str(level)
            else:
                level = self.returning.draw(returning, random)
                returning = str(level)
            found.append(level if last is None else RETURNING - 1 + level)
        return found

    def log_likelihood(self, likenesses: Sequence[int]) -> float:
        """In nats, of the likenesses of a piece; which sections return is known."""
        new, returning = _apart(likenesses)
        return self.new.log_likelihood(new) + self.returning.log_likelihood(returning)

    def as_json(self) -> dict[str, dict[str, dict[str, int]]]:
        """Counts, for a model's header."""
        return {"new": self.new.counts, "returning": self.returning.counts}

    @staticmethod
    def from_json(said: Any) -> LikenessChains:
        """as_json's inverse; MusicRNNError if it is none of it."""
        if not isinstance(said, dict) or said.keys() - {"new", "returning"}:
            raise MusicRNNError("the model file's likenesses are damaged: two chains were expected")
        return LikenessChains(
            LevelChain.from_json(said.get("new", {}), NEW_LEVELS),
            LevelChain.from_json(said.get("returning", {}), RETURNING_LEVELS),
        )


def _apart(likenesses: Sequence[int]) -> tuple[list[int], list[int]]:
    """The levels of sections that are new, and of those that return."""
    new = [each for each in likenesses if each < RETURNING]
    return new, [each - RETURNING + 1 for each in likenesses if each >= RETURNING]
