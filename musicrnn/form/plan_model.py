"""How plans go: a Markov chain over sections and their lengths, and the plans it is learned from.

Conventions. Plans are canonical (the first letter to come is A, :func:`canonical`). The kind of a
section depends on the two before it, smoothed by the one before and by none (Witten and Bell 1991,
the prior weight of a context being the number of kinds seen after it); a letter can only follow
when those before it have come. A length depends on the kind, and on whether this letter has come
before: then it is mostly as long as that time. Lengths are 1 to 32 bars.

A plan of exactly so many bars is drawn section by section. Each candidate counts by its own
probability times that of the simple chain (one section before, lengths by kind alone) to end
exactly after what is left: the latter is a table filled backwards over the bars.

A chain knows little of how verse and chorus come back together. So where enough of the plans are
as long as asked, or nearly so, one of them is taken, its intro, outro and interludes made to fit.
Short pieces have a chain of their own, learned from cuts of one to four sections with melody out of
the plans; the end of the last is then an outro as often as whole pieces end in one, for a network
that never heard a piece end in mid-song cannot close one there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.form.plan import (
    KINDS,
    LETTERS,
    MAX_PLAN_BARS,
    Plan,
    bars_of,
    canonical,
    parse_plan,
    plan_text,
)

LONGEST = 32  # bars of a section
SHORT = 24  # a piece of so many bars is a cut of a song rather than a whole one
_CUT = 4  # sections of a cut, at most
_OUTRO = 4  # bars of the outro of a short piece, at most; else a quarter of it
_NEAR, _ENOUGH = 0.15, 20  # how near in length a plan is, and how many plans are enough
_END = "."
_START = "^"
_AFTER = (*KINDS, _END)
_INDEX = {kind: index for index, kind in enumerate(_AFTER)}

Json = dict[str, dict[str, dict[str, int]]]


@dataclass(frozen=True)
class PlanModel:
    """Two chains, of whole pieces and of short ones, and the plans of the whole ones."""

    whole: Chain
    short: Chain
    plans: tuple[Plan, ...] = ()

    @staticmethod
    def learn(plans: Iterable[Plan]) -> PlanModel:
        """Raises MusicRNNError without a plan."""
        plans = [canonical(plan) for plan in plans if plan]
        if not plans:
            raise MusicRNNError("a model of plans needs a plan with a section")
        cuts = [
            canonical(cut)
            for plan in plans
            for start in range(len(plan))
            for stop in range(start + 1, start + 1 + _CUT)
            if len(cut := plan[start:stop]) == stop - start and all(k in LETTERS for k, _ in cut)
        ]
        return PlanModel(Chain.learn(plans), Chain.learn(cuts or [(("A", 8),)]), tuple(plans))

    def draw(self, bars: int, generator: np.random.Generator) -> Plan:
        """A plan of exactly so many bars."""
        if not 1 <= bars <= MAX_PLAN_BARS:
            raise MusicRNNError(f"a plan has 1 to {MAX_PLAN_BARS} bars, got {bars}")
        if bars > SHORT:
            near = [plan for plan in self.plans if bars_of(plan) == bars]
            if len(near) < _ENOUGH:
                near = [plan for plan in self.plans if abs(bars_of(plan) - bars) <= bars * _NEAR]
            if len(near) < _ENOUGH:
                return self.whole.draw(bars, generator)
            return _fitted(near[int(generator.integers(len(near)))], bars)
        *before, (kind, last) = self.short.draw(bars, generator)
        close = min(last, _OUTRO, max(2, bars // 4))
        end = self.whole.draw_end(generator)
        if end in LETTERS or (last == close and not before):
            return (*before, (kind, last))
        melody = [(kind, last - close)] if last > close else []
        return canonical((*before, *melody, (end, close)))

    def log_likelihood(self, plan: Plan) -> float:
        """In nats, of a whole piece's plan: its sections, their lengths, and the end."""
        return self.whole.log_likelihood(canonical(plan))

    def as_json(self) -> dict[str, Any]:
        """Counts and plans, for a model's header."""
        plans = [plan_text(plan) for plan in self.plans]
        return {"whole": self.whole.counts, "short": self.short.counts, "plans": plans}

    @staticmethod
    def from_json(said: dict[str, Any]) -> PlanModel:
        """as_json's inverse; MusicRNNError if it is none of it."""
        try:
            chains = Chain(said["whole"]), Chain(said["short"])
            plans = tuple(parse_plan(text) for text in said.get("plans", []))
            chains[0].draw_end(np.random.default_rng(0))
            for chain in chains:
                chain.following(_START * 2, {})
                chain.lengths("A", {"A": 1})
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise MusicRNNError("the model file's plans do not fit: it is damaged") from error
        return PlanModel(*chains, plans)


@dataclass(frozen=True)
class Chain:
    """Counts of what follows what: ``next`` by context, ``length`` by kind, ``again`` by whether a
    letter that comes again is as long as the last time."""

    counts: Json

    @staticmethod
    def learn(plans: Iterable[Plan]) -> Chain:
        """From canonical plans."""
        following: dict[str, Counter[str]] = {}
        lengths: dict[str, Counter[str]] = {}
        again: Counter[str] = Counter()
        for plan in plans:
            past = _START * 2
            last: dict[str, int] = {}
            for kind, bars in (*plan, (_END, 0)):
                following.setdefault(past, Counter())[kind] += 1
                past = past[1] + kind
                if kind == _END:
                    continue
                bars = min(bars, LONGEST)
                if kind in last:
                    again["same" if last[kind] == bars else "other"] += 1
                lengths.setdefault(kind, Counter())[str(bars)] += 1
                last[kind] = bars
        counted = {"next": following, "length": lengths, "again": {"": again}}
        return Chain(
            {
                name: {context: dict(sorted(c.items())) for context, c in sorted(table.items())}
                for name, table in counted.items()
            }
        )

    def draw(self, bars: int, generator: np.random.Generator) -> Plan:
        """A plan of exactly so many bars."""
        reach, logs = self._reach(bars)
        past, left = _START * 2, bars
        plan: list[tuple[str, int]] = []
        last: dict[str, int] = {}
        while left:
            longest = min(LONGEST, left)
            kinds = self.following(past, last)[:-1]
            lengths = np.stack([self.lengths(kind, last) for kind in KINDS])[:, :longest]
            ahead = _window(reach, logs, left, longest)
            shares = (kinds[:, None] * lengths * ahead).ravel().cumsum()
            place = int(np.searchsorted(shares, generator.random() * shares[-1], side="right"))
            kind, less = divmod(min(place, len(shares) - 1), longest)
            plan.append((KINDS[kind], less + 1))
            last[KINDS[kind]] = less + 1
            past = past[1] + KINDS[kind]
            left -= less + 1
        return canonical(tuple(plan))

    def draw_end(self, generator: np.random.Generator) -> str:
        """The kind of a last section."""
        kinds = [past[1] for past, counts in self.counts["next"].items() if _END in counts]
        ends = [counts[_END] for counts in self.counts["next"].values() if _END in counts]
        place = np.searchsorted(np.cumsum(ends), generator.random() * sum(ends), side="right")
        return kinds[min(int(place), len(kinds) - 1)]

    def log_likelihood(self, plan: Plan) -> float:
        """In nats, of a canonical plan."""
        past, total = _START * 2, 0.0
        last: dict[str, int] = {}
        for kind, bars in (*plan, (_END, 0)):
            total += float(np.log(self.following(past, last)[_INDEX[kind]]))
            if kind != _END:
                total += float(np.log(self.lengths(kind, last)[min(bars, LONGEST) - 1]))
                last[kind] = min(bars, LONGEST)
                past = past[1] + kind
        return total

    def following(self, past: str, last: dict[str, int]) -> NDArray[np.float64]:
        """[kinds + 1], the probabilities of the next section's kind, and of the end, after two."""
        possible = np.ones(len(_AFTER))
        for letters in (LETTERS, LETTERS.lower()):
            come = max((letters.index(kind) for kind in last if kind in letters), default=-1)
            possible[[_INDEX[letter] for letter in letters[come + 2 :]]] = 0.0
        if past[1] == _START:
            possible[-1] = 0.0
        shares = possible * _smoothed(
            self._after.get(past), _smoothed(self._after.get(past[1]), self._anywhere)
        )
        return shares / shares.sum()

    def lengths(self, kind: str, last: dict[str, int]) -> NDArray[np.float64]:
        """[LONGEST], the probabilities of 1 to LONGEST bars."""
        shares = self._lengths[_INDEX[kind]]
        if kind not in last:
            return shares
        again = self.counts["again"].get("", {})
        same = (again.get("same", 0) + 1) / (sum(again.values()) + 2)
        others = shares.copy()
        others[last[kind] - 1] = 0.0
        mixed = (1 - same) * others / others.sum()
        mixed[last[kind] - 1] = same
        return mixed

    def _reach(self, bars: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The simple chain's probabilities to end after exactly so many more bars, by the kind
        before: [bars + 1, kinds], each row divided by its largest, and the logs of those."""
        table = np.stack([_smoothed(self._after.get(kind), self._anywhere) for kind in KINDS])
        reach = np.zeros((bars + 1, len(KINDS)))
        logs = np.zeros(bars + 1)
        reach[0] = table[:, -1]
        for left in range(1, bars + 1):
            longest = min(LONGEST, left)
            ahead = _window(reach, logs, left, longest)
            row = table[:, :-1] @ (self._lengths[:, :longest] * ahead).sum(axis=1)
            logs[left] = logs[left - longest : left].max() + np.log(row.max())
            reach[left] = row / row.max()
        return reach, logs

    @cached_property
    def _after(self) -> dict[str, NDArray[np.float64]]:
        """Counts [kinds + 1] after two kinds and after one."""
        after: dict[str, NDArray[np.float64]] = {}
        for context, counts in self.counts["next"].items():
            for kind, count in counts.items():
                for part in (context, context[1]):
                    after.setdefault(part, np.zeros(len(_AFTER)))[_INDEX[kind]] += count
        return after

    @cached_property
    def _anywhere(self) -> NDArray[np.float64]:
        even = np.full(len(_AFTER), 1 / len(_AFTER))
        total = sum((c for context, c in self._after.items() if len(context) == 1), np.zeros(1))
        return _smoothed(total + np.zeros(len(_AFTER)), even)

    @cached_property
    def _lengths(self) -> NDArray[np.float64]:
        """[kinds, LONGEST]; a letter's lengths lean on those of all sections."""
        counts = np.zeros((len(KINDS), LONGEST))
        for kind, found in self.counts["length"].items():
            for bars, count in found.items():
                counts[_INDEX[kind], int(bars) - 1] += count
        overall = _smoothed(counts.sum(axis=0), np.full(LONGEST, 1 / LONGEST))
        return np.stack([_smoothed(row, overall) for row in counts])


def _fitted(plan: Plan, bars: int) -> Plan:
    """A plan made as long as asked, bar by bar: sections without a letter first, the shortest of
    them made longer, the longest shorter. A section that has no bar left is none."""
    kinds, lengths = [kind for kind, _ in plan], [length for _, length in plan]
    loose = [place for place, kind in enumerate(kinds) if kind.upper() not in LETTERS]
    while (missing := bars - sum(lengths)) != 0:
        places = loose or range(len(lengths))
        if missing > 0:
            lengths[min(places, key=lengths.__getitem__)] += 1
            continue
        longest = max(places, key=lengths.__getitem__)
        if lengths[longest] <= 2:
            longest = max(range(len(lengths)), key=lengths.__getitem__)
        lengths[longest] -= 1
    left = zip(kinds, lengths, strict=True)
    return canonical(tuple((kind, length) for kind, length in left if length))


def _window(
    reach: NDArray[np.float64], logs: NDArray[np.float64], left: int, longest: int
) -> NDArray[np.float64]:
    """[kinds, longest], the rows before ``left``, by the bars to them, on one scale."""
    window = slice(left - longest, left)
    scale = np.exp(logs[window] - logs[window].max())
    return (reach[window] * scale[:, None])[::-1].T


def _smoothed(
    counts: NDArray[np.float64] | None, behind: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Counts as probabilities, leaning on others by the number of kinds that were seen."""
    if counts is None or not counts.any():
        return behind
    kinds = np.count_nonzero(counts)
    return (counts + kinds * behind) / (counts.sum() + kinds)
