"""What a training window hears beside its ids: the context, with parts of it left out at random.

A model that always hears the longest match leans on it wholly, and then loops. So in a share of the
pieces what the future decides is not known, as when nothing is asked, and then the match is heard
or not; single fields are silent for a window at a time. Where a plan is heard, the match is heard
where the plan opens it, in sections that return.

Conventions. A draw is a piece's own number, kept as long as a row reads it; a window's own part
follows from it and from where the window begins, so that a run that is stopped goes on the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Ids
from musicrnn.context.fields import FIELDS, GROUPS, OPEN, PLAN_FIELDS, Context, Plan
from musicrnn.context.past import NO_PLAN, facts, looked_up
from musicrnn.context.readings import BAR, Readings

PLAN_HEARD = 0.7  # share of the pieces that have a plan
MATCH_HEARD = 0.75  # of those whose plan is not heard
SILENT = 0.15  # share of the windows in which a field is silent
DENSITY_SILENT = 0.5

MATCH = [FIELDS.index(name) for name in GROUPS["match"]]
IN_SECTION = FIELDS.index("place_in_section")
ALWAYS = [FIELDS.index(name) for name in ("position", "key")]
DENSITY = FIELDS.index("density")


class Hearing:
    """The contexts of training pieces.

    Args:
        pieces: ids of each.
        readings: of the vocabulary.
        plans: of each; NO_PLAN where nothing is known.
    """

    def __init__(
        self, pieces: Sequence[Ids], readings: Readings, plans: Sequence[Plan] | None = None
    ) -> None:
        self.pieces, self.readings = pieces, readings
        self.plans = list(plans or [NO_PLAN] * len(pieces))
        self.facts = [
            _small(facts(ids, readings, _opened(plan)))
            for ids, plan in zip(pieces, self.plans, strict=True)
        ]
        self.bars = [np.cumsum(readings[ids, BAR] > 0).astype(np.int32) - 1 for ids in pieces]

    def window(self, piece: int, span: slice, renamed: NDArray[np.int32], *, draw: int) -> Context:
        """[T, F] of the ids in ``span``; ``renamed`` [V] gives other names to ids."""
        found = self.facts[piece][span].astype(np.int32)
        own = np.random.default_rng([draw, 0])
        plan = self.plans[piece]
        if len(plan) and own.random() < PLAN_HEARD:
            bar = np.clip(self.bars[piece][span], 0, len(plan) - 1)
            found[np.ix_(plan[bar, OPEN] == 0, MATCH)] = 0
        else:
            found[:, : len(PLAN_FIELDS)] = 0
            found[:, IN_SECTION] = 0
            if own.random() >= MATCH_HEARD:
                found[:, MATCH] = 0
        random = np.random.default_rng([draw, 1, span.start])
        chances = random.random(len(FIELDS))
        chances[ALWAYS] = 1.0
        chances[MATCH[1]] = chances[MATCH[0]]
        silent = chances < SILENT
        silent[DENSITY] = chances[DENSITY] < DENSITY_SILENT
        found[:, silent] = 0
        return looked_up(found, renamed[self.pieces[piece]], self.readings)


def _opened(plan: Plan) -> Plan:
    """With the match heard everywhere; a window closes it again."""
    opened = plan.copy()
    opened[:, OPEN] = 1
    return opened


def _small(found: Context) -> NDArray[np.integer]:
    return found.astype(np.int16) if found.max(initial=0) < 2**15 else found
