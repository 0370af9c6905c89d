"""How dense the sections of a piece are, one after another: a chain learned from training pieces.

Conventions. A density is 1 to 5. The first section's comes by how often each begins a piece, the
next ones' by the one before, all counts with one more each; a section that returns is as dense as
the last of its letter.
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
from musicrnn.context.fields import DENSITIES
from musicrnn.errors import MusicRNNError
from musicrnn.form.outlook import last_of_letter
from musicrnn.form.plan import Plan

FIRST = "^"


@dataclass(frozen=True)
class DensityModel:
    """``counts`` of what follows what: by the density before, FIRST at the beginning."""

    counts: dict[str, dict[str, int]]

    @staticmethod
    def learn(pieces: Iterable[Sequence[int]]) -> DensityModel:
        """From the densities of the sections of each piece."""
        counts: dict[str, Counter[str]] = {}
        for densities in pieces:
            names = [FIRST, *map(str, densities)]
            for before, after in pairwise(names):
                counts.setdefault(before, Counter())[after] += 1
        return DensityModel({name: dict(sorted(c.items())) for name, c in sorted(counts.items())})

    def draw(self, plan: Plan, random: Random) -> list[int]:
        """A density for each section of a plan."""
        found: dict[int, int] = {}  # by the first bar of a section
        before, start = FIRST, 0
        for (_, bars), last in zip(plan, last_of_letter(plan), strict=True):
            drawn = 1 + int(np.searchsorted(self.shares(before).cumsum(), random.random(), "right"))
            found[start] = min(drawn, DENSITIES) if last is None else found[last[0]]
            before = str(found[start])
            start += bars
        return list(found.values())

    def shares(self, before: str) -> NDArray[np.float64]:
        """[5], how likely each density is after another."""
        after = self.counts.get(before, {})
        found = np.array([1 + after.get(str(1 + d), 0) for d in range(DENSITIES)], np.float64)
        return found / found.sum()

    @staticmethod
    def from_json(said: Any) -> DensityModel:
        """Of a model's header; MusicRNNError if it is none."""
        model = DensityModel(said)
        try:
            for before in said:
                if model.shares(before).min() <= 0:
                    raise ValueError(f"a count after {before} is below 0")
        except (AttributeError, TypeError, ValueError) as error:
            raise MusicRNNError(f"this is no model of densities: {error}") from error
        return model
