"""What training hears of a piece's bars before they are written: its own plan, length and density.

A piece's sections are its own, where they tell a form (labels, markers of a MIDI file), else those
that are found in its notes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from musicrnn.arrays import Ids
from musicrnn.context.fields import LABELS, Outlook
from musicrnn.form.fills import fill_bars
from musicrnn.form.finder import with_sections
from musicrnn.form.levels import LikenessChains
from musicrnn.form.outlook import (
    A_FILL,
    DENSITY,
    FEEL,
    FILL,
    PLAIN,
    SYMBOLS,
    WITH_SYMBOLS,
    WITHOUT_SYMBOLS,
    likenesses,
    likenesses_of,
    outlook,
)
from musicrnn.form.plan import Plan, plan_of
from musicrnn.form.plan_model import PlanModel
from musicrnn.score import Score, Section
from musicrnn.tokens import Tokenizer
from musicrnn.tokens.chord_words import are_chords
from musicrnn.training.data import Piece


@dataclass(frozen=True, eq=False)
class Planned:
    """A piece's plan, how like what came before each section is, and the outlook."""

    plan: Plan
    likenesses: list[int]
    outlook: Outlook


@dataclass(frozen=True)
class Labels:
    """What the pieces of some data are labelled with: the names of their feels, each numbered by
    its place from 1, whether it is said of drums which of their bars are fills, and of tunes
    whether they have chord symbols."""

    feels: tuple[str, ...] = ()
    fills: bool = False
    symbols: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of an outlook that they tell."""
        told = {"feel": bool(self.feels), "fill": self.fills, "symbols": self.symbols}
        return tuple(name for name in LABELS if told[name])


NO_LABELS = Labels()


def planned(
    score: Score,
    tokenizer: Tokenizer,
    piece: Piece | None = None,
    labels: Labels = NO_LABELS,
    *,
    ids: Ids | None = None,
) -> Planned:
    """Of a score that the tokenizer can hold, in the bars of its ids, which may have been made of
    its own text; the piece says its feel."""
    own = tokenizer.own_form(tokenizer.encode(score) if ids is None else ids)
    if own is not None:
        levels = likenesses(own.plan, own.alike)
        found = outlook(own.plan, levels, folded=True)
        found[:, SYMBOLS] = WITH_SYMBOLS if own.symbols else WITHOUT_SYMBOLS
        return Planned(own.plan, levels, found)
    heard = tokenizer.quantize(score)
    heard = with_sections(replace(heard, sections=_moved_sections(score, heard)))
    plan = plan_of(heard)
    levels = likenesses_of(plan, heard)
    found = outlook(plan, levels, tokenizer.densities(heard))
    if piece is not None and piece.feel in labels.feels:
        found[:, FEEL] = 1 + labels.feels.index(piece.feel)
    if labels.fills:
        fills = fill_bars(heard) | (piece is not None and piece.is_fill)
        found[:, FILL] = np.where(fills, A_FILL, PLAIN)
    return Planned(plan, levels, found)


def _moved_sections(score: Score, heard: Score) -> tuple[Section, ...]:
    """The sections of a score, unless they are chords, on the grid of what is heard of it, which
    begins with its first bar that sounds."""
    if not score.sections or are_chords([section.name for section in score.sections]):
        return ()
    scale = heard.ticks_per_quarter / score.ticks_per_quarter
    first, there = (
        min(track.notes[0].start for track in each.tracks if track.notes) for each in (score, heard)
    )
    begin = int(first * scale + 0.5) - there
    ticks = {max(0, round(s.tick * scale) - begin): s.name for s in score.sections}  # the last wins
    return tuple(Section(tick, name) for tick, name in sorted(ticks.items()) if tick < heard.end)


def section_densities(piece: Planned) -> list[int]:
    """How dense each section of a piece is: as most of its bars."""
    starts = np.cumsum([0, *(bars for _, bars in piece.plan)])
    bars = piece.outlook[:, DENSITY]
    return [int(np.bincount(bars[a:b]).argmax()) for a, b in pairwise(starts.tolist())]


def plan_nats(piece: Planned, form: dict[str, Any]) -> float:
    """What a model's own plans, of its header, need to say a piece's plan and likenesses."""
    likenesses = LikenessChains.from_json(form.get("likenesses", {}))
    plans = PlanModel.from_json(form.get("plans", {}))
    return -likenesses.log_likelihood(piece.likenesses) - plans.log_likelihood(piece.plan)


def without_density(known: Outlook) -> Outlook:
    """What a plan and its length say alone."""
    found = known.copy()
    found[:, DENSITY] = 0
    return found
