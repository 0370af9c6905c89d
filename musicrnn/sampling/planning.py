"""The plan of a new piece: asked for, or drawn from a model of the training pieces' plans.

Conventions. A model that hears its plan carries in its header, under "form", how plans go ("plans",
a PlanModel), how like what came before sections are ("likenesses", LikenessChains), and how dense
they are, one after another ("densities", a LevelChain; not every model has one), and how often
each of eight bars is a drum fill ("fills"). The form of pieces without chord symbols stands apart
in that of those with some, as "without_symbols"; for feels and symbols see
:mod:`musicrnn.sampling.labels`. What is drawn for a seed comes from a generator of its own, so that
a piece's ids use none of its numbers. A length in seconds becomes whole bars, and whole phrases
if they are near, where the tokens keep to forms, of a metre that is asked for or drawn: a plan
needs them.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from musicrnn.checkpoint import Checkpoint
from musicrnn.context.fields import OUTLOOK, Outlook
from musicrnn.errors import MusicRNNError, counted
from musicrnn.form.fills import draw_fills, fill_shares_from_json, fills_every
from musicrnn.form.levels import LikenessChains, densities_from_json, draw_densities
from musicrnn.form.outlook import (
    A_FILL,
    FEEL,
    FILL,
    PLAIN,
    SYMBOLS,
    form_of,
    length_alone,
    outlook,
)
from musicrnn.form.plan import Plan, in_phrases, plan_text
from musicrnn.form.plan_model import PlanModel
from musicrnn.io.abc.fields import bars_lasting
from musicrnn.sampling.labels import feel_number, feels_of, metres_of, not_learnt, symbols_of
from musicrnn.sampling.sampler import Foresight, Seed, as_asked
from musicrnn.tokens import Controls, Tokenizer
from musicrnn.tokens.protocol import BOUNDS

PLANNING = 1  # the spawn key of the generators of plans
COMMON = 1 / 40  # of the time signatures, among which the rare ones are mostly upbeats
UNBOUNDED_BARS = 4096  # whose outlook tells nothing, where no length is asked for


@dataclass(frozen=True, eq=False)
class Drawn:
    """The plan of what is new, of each section the likeness and the density, 0 where none is drawn,
    the feel's number, 0 for none, which bars are fills, and the metre, None where it is free."""

    plan: Plan = ()
    likenesses: list[int] = field(default_factory=list[int])
    densities: list[int] = field(default_factory=list[int])
    feel: int = 0
    fills: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    metre: tuple[int, int] | None = None


class Planner:
    """Plans and outlooks of pieces with the same wishes.

    Args:
        tokenizer: the model's.
        controls: what is asked, its bars those of the primer too.
        form: the plan that is asked for what comes after the primer; () for none.
        primer_bars: how many bars the primer has.

    Raises:
        MusicRNNError: a form, feel or fills are asked for that the model cannot hear, or its header
            is damaged.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        tokenizer: Tokenizer,
        controls: Controls,
        *,
        form: Plan = (),
        primer_bars: int = 0,
    ) -> None:
        said = checkpoint.metadata.get("form")
        self.plans: PlanModel | None = None
        self.tokenizer, self.controls = tokenizer, controls
        self.form, self.primer_bars = form, primer_bars
        self.feels = feels_of(checkpoint)
        self.wished_feel = feel_number(controls.feel, self.feels)
        self.fills: list[float] = []
        self.symbols = symbols_of(checkpoint, controls)
        if said is None and form:
            raise MusicRNNError(not_learnt("form", plan_text(form)))
        if controls.fill_every and not (isinstance(said, dict) and "fills" in said):
            wished = f"one every {counted(controls.fill_every, 'bar')}"
            raise MusicRNNError(not_learnt("fills", wished))
        if said is None:
            return
        if not isinstance(said, dict):
            raise MusicRNNError("the model file's form is damaged: it is no JSON object")
        learnt = form_of(cast(dict[str, Any], said), self.symbols)
        if "fills" in learnt:
            self.fills = fill_shares_from_json(learnt["fills"])
        self.plans = PlanModel.from_json(learnt.get("plans", {}))
        self.likenesses = LikenessChains.from_json(learnt.get("likenesses", {}))
        dense = learnt.get("densities")
        self.densities = None if dense is None else densities_from_json(dense)
        self.metres = self._common(metres_of(checkpoint))
        self.drawn = cache(self._drawn)

    @property
    def foresight(self) -> Foresight:
        """The outlook of a piece, and where its tokens keep to forms the plan of what is new."""
        return Foresight(self.outlook, self.wishes if self.tokenizer.follows_form else as_asked)

    def wishes(self, controls: Controls, seed: Seed) -> Controls:
        """The controls of the piece of a seed: its plan in place of a length, and its metre."""
        plan = self.plan(seed)
        if not plan:
            return controls
        metre = self.drawn(_key(seed)).metre or controls.time_signature
        return replace(controls, bars=None, seconds=None, form=plan, time_signature=metre)

    def plan(self, seed: Seed) -> Plan:
        """The plan of what comes after the primer; () where there is none."""
        return self.drawn(_key(seed)).plan if self.plans is not None else ()

    def feel(self, seed: Seed) -> str:
        """The feel of what comes after the primer; "" where there is none."""
        number = self.drawn(_key(seed)).feel if self.plans is not None else 0
        return [*self.feels][number - 1] if number else ""

    def outlook(self, seed: Seed) -> Outlook:
        """What is known of every bar of the piece of a seed."""
        density = self.controls.density or 0
        if self.controls.bars is None and not self.plan(seed):
            found = np.zeros((UNBOUNDED_BARS, OUTLOOK), np.int32)
            new = found[self.primer_bars :]
            new[:, FEEL], new[:, SYMBOLS] = self.wished_feel, self.symbols
            if every := self.controls.fill_every:
                new[:, FILL] = np.where(fills_every(every, len(new)), A_FILL, PLAIN)
            return found
        if self.plans is None:
            return length_alone(self.controls.bars or 0, density)
        drawn = self.drawn(_key(seed))
        bars = np.repeat(drawn.densities, [bars for _, bars in drawn.plan])
        planned = outlook(
            drawn.plan,
            drawn.likenesses,
            density or bars,
            folded=self.tokenizer.follows_form,
            loops=self.tokenizer.loops,
        )
        planned[:, FEEL] = drawn.feel
        planned[:, SYMBOLS] = self.symbols
        if self.fills:
            planned[:, FILL] = np.where(drawn.fills, A_FILL, PLAIN)
        return np.concatenate([self._before(density), planned])

    def _before(self, density: int) -> Outlook:
        bars = self.controls.bars or 0
        return length_alone(bars, density)[: self.primer_bars]

    def _drawn(self, key: tuple[int, ...]) -> Drawn:
        assert self.plans is not None
        entropy = np.random.SeedSequence(list(key), spawn_key=(PLANNING,))
        random = np.random.default_rng(entropy)
        bars, metre = self._length(random)
        if bars is None:
            return Drawn(feel=self.wished_feel)
        new_bars = bars - self.primer_bars
        plan = self.form or self.plans.draw(new_bars, random)
        likenesses = self.likenesses.draw(plan, random)
        dense = [0] * len(plan)
        if self.densities is not None:
            dense = draw_densities(self.densities, plan, random)
        drawn, fills = self.wished_feel, random.random(new_bars) < 0
        if self.feels and not drawn and sum(self.feels.values()):
            shares = np.array([*self.feels.values()]) / sum(self.feels.values())
            drawn = 1 + int(random.choice(len(shares), p=shares))
        if self.controls.fill_every:
            fills = fills_every(self.controls.fill_every, new_bars)
        elif self.fills:
            fills = draw_fills(self.fills, new_bars, random)
        return Drawn(plan, likenesses, dense, drawn, fills, metre)

    def _length(self, random: np.random.Generator) -> tuple[int | None, tuple[int, int] | None]:
        """The bars, None where they are not known, and the metre in which seconds make bars."""
        asked = self.controls
        if asked.seconds is None or not self.metres:
            return asked.bars, None
        counts = np.array([*self.metres.values()])
        metre = [*self.metres][int(random.choice(len(counts), p=counts / counts.sum()))]
        lasting = in_phrases(bars_lasting(asked.seconds, metre, asked.tempo))
        played = min(lasting, BOUNDS["bars"][1])
        return min(played, asked.bars or played), metre

    def _common(self, counts: dict[tuple[int, int], int]) -> dict[tuple[int, int], int]:
        """Metres that tunes of so many seconds may have, with their counts: the one that is asked
        for, else those that are common; none where the tokens keep to no form."""
        if not self.tokenizer.follows_form:
            return {}
        if self.controls.time_signature is not None:
            return {self.controls.time_signature: 1}
        known: dict[tuple[int, int], int] = {}
        for metre, count in counts.items():
            with suppress(MusicRNNError):  # a metre that the tokens cannot say
                self.tokenizer.constraint(replace(self.controls, time_signature=metre))
                known[metre] = count
        least = sum(known.values()) * COMMON
        return {metre: count for metre, count in known.items() if count > least}


def _key(seed: Seed) -> tuple[int, ...]:
    return (seed,) if isinstance(seed, int) else tuple(seed)
