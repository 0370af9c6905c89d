"""The plan of a new piece: asked for, or drawn from a model of the training pieces' plans.

Conventions. A model that hears its plan carries in its header, under "form", how plans go ("plans",
a PlanModel), how like what came before sections are ("likenesses", LikenessChains), and how dense
they are, one after another ("densities", a LevelChain; not every model has one), and how often
each of eight bars is a drum fill ("fills"). Beside it, under "feels", stand the names of the feels
that it has learnt, in the order of their numbers, and how many pieces had each; under "symbols" how
many had no chord symbols, and how many had some; the form of the former stands apart in that of the
latter, as "without_symbols". What is drawn for a seed comes from a generator of its own, so that a
piece's ids use none of its numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from musicrnn.checkpoint import Checkpoint
from musicrnn.context.fields import FEELS, OUTLOOK, Outlook
from musicrnn.errors import MusicRNNError, counted, listed
from musicrnn.form.fills import draw_fills, fill_shares_from_json, fills_every
from musicrnn.form.levels import LikenessChains, densities_from_json, draw_densities
from musicrnn.form.outlook import (
    A_FILL,
    FEEL,
    FILL,
    PLAIN,
    SYMBOLS,
    WITH_SYMBOLS,
    WITHOUT_SYMBOLS,
    form_of,
    length_alone,
    outlook,
)
from musicrnn.form.plan import Plan, plan_text
from musicrnn.form.plan_model import PlanModel
from musicrnn.sampling.sampler import Foresight, Seed, no_form
from musicrnn.tokens import Controls, tokenizer_called

PLANNING = 1  # the spawn key of the generators of plans
UNBOUNDED_BARS = 4096  # whose outlook tells nothing, where no length is asked for


@dataclass(frozen=True, eq=False)
class Drawn:
    """The plan of what is new, of each section the likeness and the density, 0 where none is drawn,
    the feel's number, 0 for none, and which bars are fills."""

    plan: Plan = ()
    likenesses: list[int] = field(default_factory=list[int])
    densities: list[int] = field(default_factory=list[int])
    feel: int = 0
    fills: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))


class Planner:
    """Plans and outlooks of pieces with the same wishes.

    Args:
        controls: what is asked, its bars those of the primer too.
        form: the plan that is asked for what comes after the primer; () for none.
        primer_bars: how many bars the primer has.

    Raises:
        MusicRNNError: a form, feel or fills are asked for that the model cannot hear, or its header
            is damaged.
    """

    def __init__(
        self, checkpoint: Checkpoint, controls: Controls, *, form: Plan = (), primer_bars: int = 0
    ) -> None:
        said = checkpoint.metadata.get("form")
        self.plans: PlanModel | None = None
        self.controls, self.form, self.primer_bars = controls, form, primer_bars
        self.feels = feels_of(checkpoint)
        self.wished_feel = _number_of(controls.feel, self.feels)
        self.fills: list[float] = []
        self.folded = _follows_form(checkpoint)
        self.symbols = _symbols(checkpoint, controls)
        if said is None and form:
            raise MusicRNNError(_not_learnt("form", plan_text(form)))
        if controls.fill_every and not (isinstance(said, dict) and "fills" in said):
            wished = f"one every {counted(controls.fill_every, 'bar')}"
            raise MusicRNNError(_not_learnt("fills", wished))
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
        self.drawn = cache(self._drawn)

    @property
    def foresight(self) -> Foresight:
        """The outlook of a piece, and where it has no primer the form that it keeps to."""
        return Foresight(self.outlook, no_form if self.primer_bars else self.plan)

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
        if self.controls.bars is None:
            found = np.zeros((UNBOUNDED_BARS, OUTLOOK), np.int32)
            new = found[self.primer_bars :]
            new[:, FEEL], new[:, SYMBOLS] = self.wished_feel, self.symbols
            if every := self.controls.fill_every:
                new[:, FILL] = np.where(fills_every(every, len(new)), A_FILL, PLAIN)
            return found
        if self.plans is None:
            return length_alone(self.controls.bars, density)
        drawn = self.drawn(_key(seed))
        bars = np.repeat(drawn.densities, [bars for _, bars in drawn.plan])
        planned = outlook(drawn.plan, drawn.likenesses, density or bars, folded=self.folded)
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
        if self.controls.bars is None:
            return Drawn(feel=self.wished_feel)
        entropy = np.random.SeedSequence(list(key), spawn_key=(PLANNING,))
        random = np.random.default_rng(entropy)
        new_bars = self.controls.bars - self.primer_bars
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
        return Drawn(plan, likenesses, dense, drawn, fills)


def feels_of(checkpoint: Checkpoint) -> dict[str, int]:
    """The feels that a model has learnt, in the order of their numbers, and how many pieces had
    each; {} for none."""
    said = checkpoint.metadata.get("feels", {})
    if not isinstance(said, dict) or len(cast(dict[str, Any], said)) > FEELS:
        raise MusicRNNError(f"the model file's feels are damaged: {said!r}")
    found = cast(dict[str, Any], said)
    if not all(type(count) is int and count >= 0 for count in found.values()):
        raise MusicRNNError(f"the model file's feels are damaged: {said!r}")
    return found


def _number_of(feel: str | None, feels: dict[str, int]) -> int:
    if feel is None:
        return 0
    if not feels:
        raise MusicRNNError(_not_learnt("feels", feel))
    if feel not in feels:
        raise MusicRNNError(
            f"the feel {feel!r} is foreign to this model: it knows {listed([*feels])}"
        )
    return 1 + [*feels].index(feel)


def _follows_form(checkpoint: Checkpoint) -> bool:
    """Whether the model's tokens write what is repeated at once only once."""
    said = checkpoint.metadata.get("tokenizer")
    named = cast(dict[str, Any], said) if isinstance(said, dict) else {}
    return "name" in named and tokenizer_called(named["name"]).follows_form


def _symbols(checkpoint: Checkpoint, controls: Controls) -> int:
    """Whether chord symbols stand above the notes: as asked, or where none is said if a fifth of
    the training pieces have some; 0 where the model cannot hear it."""
    said = checkpoint.metadata.get("symbols")
    if said is None:
        return 0
    known = isinstance(said, list) and [type(n) for n in cast(list[Any], said)] == [int, int]
    if not known:
        raise MusicRNNError(f"the model file's counts of pieces with symbols are damaged: {said!r}")
    without, some = cast(list[int], said)
    usual = WITH_SYMBOLS if some * 5 >= without + some else WITHOUT_SYMBOLS
    if controls.symbols is None:
        return usual
    return WITH_SYMBOLS if controls.symbols else WITHOUT_SYMBOLS


def _not_learnt(what: str, wished: str) -> str:
    return (
        f"this model has learnt no {what}, {wished} was wished: leave the wish out, or train a "
        "model anew"
    )


def _key(seed: Seed) -> tuple[int, ...]:
    return (seed,) if isinstance(seed, int) else tuple(seed)
