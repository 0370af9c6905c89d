"""What training hears of a piece's bars before they are written: its own plan, length and density.

A piece's sections are its own, where they tell a form (labels, markers of a MIDI file), else those
that are found in its notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Ids
from musicrnn.context.fields import LABELS, Outlook, bars_left_class
from musicrnn.form.fills import fill_bars
from musicrnn.form.finder import with_sections
from musicrnn.form.levels import LikenessChains
from musicrnn.form.outlook import (
    A_FILL,
    BARS_LEFT,
    DENSITY,
    FEEL,
    FILL,
    PLAIN,
    SYMBOLS,
    WITH_SYMBOLS,
    WITHOUT_SYMBOLS,
    form_of,
    likenesses,
    likenesses_of,
    outlook,
)
from musicrnn.form.plan import Plan, plan_of
from musicrnn.form.plan_model import PlanModel
from musicrnn.score import Score, Section
from musicrnn.score_ticks import since, until, without_upbeat
from musicrnn.tokens import Tokenizer
from musicrnn.tokens.chord_words import are_chords
from musicrnn.training.data import Piece

EXCERPT = 8  # bars


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
        found = outlook(own.plan, levels, folded=tokenizer.follows_form, loops=tokenizer.loops)
        found[:, SYMBOLS] = WITH_SYMBOLS if own.symbols else WITHOUT_SYMBOLS
        return Planned(own.plan, levels, found)
    heard = tokenizer.quantize(score)
    heard = with_sections(replace(heard, sections=_moved_sections(score, heard)))
    if not tokenizer.counts_upbeat:
        heard = without_upbeat(heard)
    plan = plan_of(heard)
    levels = likenesses_of(plan, heard)
    found = outlook(plan, levels, tokenizer.densities(heard), loops=tokenizer.loops)
    if piece is not None and piece.feel in labels.feels:
        found[:, FEEL] = 1 + labels.feels.index(piece.feel)
    if labels.fills:
        fills = fill_bars(heard) | (piece is not None and piece.is_fill)
        found[:, FILL] = np.where(fills, A_FILL, PLAIN)
    return Planned(plan, levels, found)


def excerpts(
    score: Score, tokenizer: Tokenizer, piece: Piece, labels: Labels
) -> list[tuple[Ids, Planned]]:
    """A drummer's performance from every eighth bar on, as pieces: drummers play for minutes, and
    what is asked for is short. Each hears how much of the performance is left; the last one ends.
    """
    if not labels.fills:
        return []
    heard = tokenizer.quantize(score)
    lines = heard.bar_lines()
    bars = len(lines) - 1
    left = bars_left_class(np.arange(bars)[::-1])
    found: list[tuple[Ids, Planned]] = []
    for first in range(EXCERPT, bars - EXCERPT + 1, EXCERPT):
        last = first + EXCERPT if first + 2 * EXCERPT <= bars else bars
        end = lines[last] - lines[first]
        part = until(since(heard, lines[first]), end)
        if part.note_count == 0 or tokenizer.quantize(part).bar_lines()[-1] != end:
            continue  # it begins or ends with silence
        ids = tokenizer.encode(part)
        known = planned(part, tokenizer, piece, labels)
        known.outlook[:, BARS_LEFT] = left[first:last]
        found.append((ids if last == bars else ids[:-1], known))
    return found


def evened(pieces: Sequence[Planned]) -> NDArray[np.float64] | None:
    """How often each is to be read, so that rare feels are learnt too: by the root of how many
    have its feel; None where no feel is known."""
    feels = np.array([int(piece.outlook[0, FEEL]) for piece in pieces])
    return 1 / np.sqrt(np.bincount(feels)[feels].astype(np.float64)) if feels.any() else None


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
    form = form_of(form, int(piece.outlook[:1, SYMBOLS].sum()))
    likenesses = LikenessChains.from_json(form.get("likenesses", {}))
    plans = PlanModel.from_json(form.get("plans", {}))
    return -likenesses.log_likelihood(piece.likenesses) - plans.log_likelihood(piece.plan)


def without_density(known: Outlook) -> Outlook:
    """What a plan and its length say alone."""
    found = known.copy()
    found[:, DENSITY] = 0
    return found
