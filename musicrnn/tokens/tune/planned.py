"""A tune's form where it has a plan.

Conventions. Times in units. Two neighbouring sections of one letter and length are written once,
between ``|:`` and ``:|``, with endings of a bar or two, or without. An upbeat that comes behind the
first ``|:``, or before a first section that is played once, begins every section, which ends short
by as much; before the first ``|:`` it stands alone. Behind a primer that ends in the middle of a
bar, what is left of that bar is such an upbeat.
"""

from __future__ import annotations

from musicrnn.form.plan import Plan, WrittenSection, written_sections
from musicrnn.tokens.tune.form import TuneForm, Words
from musicrnn.tokens.tune.words import UPBEAT_WORD

ENDING_BARS = 2  # at most


class PlannedForm(TuneForm):
    """See the module's text; ``bar`` units a bar."""

    @staticmethod
    def behind(bar: int, plan: Plan, *, rest: int, played: int) -> PlannedForm:
        """Of what comes behind a primer of so many played bars, the last of which has ``rest``
        units left: an upbeat with which the sections begin."""
        form = PlannedForm(bar, plan)
        form.phase, form.before = rest % bar, played
        form.rest = form.phase or bar
        form.opens = form.now.repeated
        return form

    def __init__(self, bar: int, plan: Plan) -> None:
        self.bar, self.sections = bar, written_sections(plan)
        self.opens = False  # the first section's "|:" must come, behind a primer
        self.upbeat = False  # it is being written
        self.inside = not self.now.repeated  # an upbeat belongs to the first section
        self.phase = 0  # units of the upbeat with which sections begin
        self.filled, self.rest = 0, bar  # of the pass, and what is left of the bar
        self.ending: int | None = None  # what was filled before it
        self.again = False  # in the second ending
        self.before = 0  # played bars of the sections before

    @property
    def now(self) -> WrittenSection:
        return self.sections[0]

    @property
    def following(self) -> WrittenSection | None:
        return self.sections[1] if len(self.sections) > 1 else None

    @property
    def length(self) -> int:
        return self.now.bars * self.bar

    @property
    def bar_begins(self) -> bool:
        return self.rest == self.bar and not self.upbeat

    @property
    def played(self) -> int:
        within = max(0, self.filled - self.phase) // self.bar
        return self.before + within + self.now.bars * self.again

    @property
    def left(self) -> int | None:
        unclosed = self.ending is not None and not self.again
        last = self.following is None and not unclosed and not self.upbeat
        return self.length - self.filled if last else None

    def openings(self) -> Words:
        line = "|:" if self.now.repeated else "|"
        if self.upbeat:
            return frozenset({line} if self.now.repeated else ())
        return frozenset({line, UPBEAT_WORD} if self.now.bars > 1 else {line})

    def open(self, word: str) -> None:
        if word == UPBEAT_WORD:
            self.upbeat = True
        elif word == "|:":
            self.inside = True

    def room(self) -> int:
        if self.opens:
            return 0
        if self.upbeat:
            return self.bar * 3 // 4 - self.filled
        return min(self.rest, self.length - self.filled)

    def lines(self) -> Words:
        if self.opens:
            return frozenset({"|:"})
        if self.upbeat:
            due = "|" if self.inside else "|:"
            return frozenset({due} if self.filled else ())
        left = self.length - self.filled
        if left:
            if self.rest:
                return frozenset()
            return frozenset({"|", "|1"} if self._may_part(left) else {"|"})
        return self._borders()

    def _may_part(self, left: int) -> bool:
        """Whether a first ending may begin."""
        ending = ENDING_BARS * self.bar
        fresh = self.now.repeated and self.ending is None
        return fresh and left <= ending <= self.filled - self.phase

    def _borders(self) -> Words:
        follows = self.following
        if self.now.repeated and not self.again:
            if self.ending is not None:
                return frozenset({":|2"})
            return frozenset({":|:" if follows is not None and follows.repeated else ":|"})
        if follows is None:
            return frozenset({"|]"})
        if follows.repeated:
            return frozenset({"|:"})
        return frozenset({"||"} if self.rest else {"|", "||"})

    def take(self, units: int) -> None:
        self.filled += units
        self.rest -= units

    def line(self, word: str) -> None:
        if self.opens:
            self.opens = False
        elif self.upbeat:
            self.upbeat, self.rest = False, self.bar
            self.phase = self.filled if self.inside else 0
            self.filled = self.phase
        elif word == "|1":
            self.ending, self.rest = self.filled, self.bar
        elif word == ":|2":
            assert self.ending is not None
            self.filled, self.rest, self.again = self.ending, self.bar, True
        elif self.filled < self.length:
            self.rest = self.bar
        else:
            self._next()

    def _next(self) -> None:
        self.before += self.now.bars * (1 + self.now.repeated)
        self.filled, self.rest = 0, self.phase or self.bar
        self.ending, self.again = None, False
        if self.following is None:
            self.over = True
        else:
            self.sections = self.sections[1:]
