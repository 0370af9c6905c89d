"""The plan of a new piece: asked for, or drawn from a model of the training pieces' plans.

Conventions. A model that hears its plan carries in its header, under "form", how plans go ("plans",
a PlanModel), how like what came before sections are ("likenesses", LikenessChains), and how dense
they are, one after another ("densities", a LevelChain; not every model has one). What is
drawn for a seed comes from a generator of its own, so that a piece's ids use none of its numbers.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.context.fields import OUTLOOK, Outlook
from musicrnn.errors import MusicRNNError
from musicrnn.form.levels import LikenessChains, densities_from_json, draw_densities
from musicrnn.form.outlook import length_alone, outlook
from musicrnn.form.plan import Plan, plan_text
from musicrnn.form.plan_model import PlanModel
from musicrnn.sampling.sampler import Seed
from musicrnn.tokens import Controls

PLANNING = 1  # the spawn key of the generators of plans
UNBOUNDED_BARS = 4096  # whose outlook tells nothing, where no length is asked for


class Planner:
    """Plans and outlooks of pieces with the same wishes.

    Args:
        controls: what is asked, its bars those of the primer too.
        form: the plan that is asked for what comes after the primer; () for none.
        primer_bars: how many bars the primer has.

    Raises:
        MusicRNNError: a form is asked for that the model cannot hear, or its header is damaged.
    """

    def __init__(
        self, checkpoint: Checkpoint, controls: Controls, *, form: Plan = (), primer_bars: int = 0
    ) -> None:
        said = checkpoint.metadata.get("form")
        self.plans: PlanModel | None = None
        self.controls, self.form, self.primer_bars = controls, form, primer_bars
        if said is None:
            if form:
                raise MusicRNNError(
                    f"this model has learnt no form, {plan_text(form)} was wished: leave the wish "
                    "out, or train a model anew"
                )
            return
        if not isinstance(said, dict):
            raise MusicRNNError("the model file's form is damaged: it is no JSON object")
        learnt = cast(dict[str, Any], said)
        self.plans = PlanModel.from_json(learnt.get("plans", {}))
        self.likenesses = LikenessChains.from_json(learnt.get("likenesses", {}))
        dense = learnt.get("densities")
        self.densities = None if dense is None else densities_from_json(dense)
        self.drawn = cache(self._drawn)

    def plan(self, seed: Seed) -> Plan:
        """The plan of what comes after the primer; () where there is none."""
        return self.drawn(_key(seed))[0] if self.plans is not None else ()

    def outlook(self, seed: Seed) -> Outlook:
        """What is known of every bar of the piece of a seed."""
        density = self.controls.density or 0
        if self.controls.bars is None:
            return np.zeros((UNBOUNDED_BARS, OUTLOOK), np.int32)
        if self.plans is None:
            return length_alone(self.controls.bars, density)
        plan, likenesses, densities = self.drawn(_key(seed))
        bars = np.repeat(densities, [bars for _, bars in plan])
        planned = outlook(plan, likenesses, density or bars)
        return np.concatenate([self._before(density), planned])

    def _before(self, density: int) -> Outlook:
        bars = self.controls.bars or 0
        return length_alone(bars, density)[: self.primer_bars]

    def _drawn(self, key: tuple[int, ...]) -> tuple[Plan, list[int], list[int]]:
        """The plan, and of each section the likeness and the density, 0 where none is drawn."""
        assert self.plans is not None
        if self.controls.bars is None:
            return (), [], []
        entropy = np.random.SeedSequence(list(key), spawn_key=(PLANNING,))
        random = np.random.default_rng(entropy)
        new_bars = self.controls.bars - self.primer_bars
        plan = self.form or self.plans.draw(new_bars, random)
        likenesses = self.likenesses.draw(plan, random)
        if self.densities is None:
            return plan, likenesses, [0] * len(plan)
        return plan, likenesses, draw_densities(self.densities, plan, random)


def _key(seed: Seed) -> tuple[int, ...]:
    return (seed,) if isinstance(seed, int) else tuple(seed)
