"""Where a tune stands that is being written: in its bar, its section, its repeat.

Conventions. Times in units. A :class:`PlannedForm` follows a plan: two neighbouring sections of one
letter and length are written once, between ``|:`` and ``:|``, with endings of a bar or two, or
without. An upbeat that comes behind the first ``|:``, or before a first section that is played
once, begins every section, which ends short by as much. A :class:`FreeForm` decides on the way
what is repeated, as the characters of ABC do (:mod:`musicrnn.tokens.abc.form`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from musicrnn.form.plan import Plan, WrittenSection, written_sections
from musicrnn.tokens.abc.form import (
    DOUBLE,
    ENDING,
    FINAL,
    FIRST,
    GO_ON,
    OPEN,
    PLAIN,
    SECOND,
    SECTION_BARS,
    Form,
)
from musicrnn.tokens.tune.words import UPBEAT_WORD

ENDING_BARS = 2  # at most
_WORDS = {GO_ON: "|", DOUBLE: "||", FINAL: "|]", OPEN: "|:", ENDING: "|1"}
Words = frozenset[str]


class TuneForm(ABC):
    """``over``: no more than the end may come; ``bar_begins``: nothing stands in the bar yet."""

    over: bool = False

    @abstractmethod
    def openings(self) -> Words:
        """Bar lines, or UPBEAT_WORD, that may come behind the key; lines that may come behind
        UPBEAT_WORD."""

    @abstractmethod
    def open(self, word: str) -> None:
        """One of the openings came, or a note in place of one."""

    @abstractmethod
    def room(self) -> int:
        """Units that may be filled before a bar line must come."""

    @abstractmethod
    def lines(self) -> Words:
        """Bar lines that may come now."""

    @abstractmethod
    def line(self, word: str) -> None:
        """One of them came."""

    @abstractmethod
    def take(self, units: int) -> None:
        """A note or rest came."""

    @property
    @abstractmethod
    def bar_begins(self) -> bool: ...

    @property
    @abstractmethod
    def played(self) -> int:
        """The played bar that is under way, from 0."""

    @property
    def may_end(self) -> bool:
        return self.over

    @property
    def left(self) -> int | None:
        """Units to the end of the tune, where its last bars are being written; else None."""
        return None


class PlannedForm(TuneForm):
    """See the module's text; ``bar`` units a bar."""

    def __init__(self, bar: int, plan: Plan) -> None:
        self.bar, self.sections = bar, written_sections(plan)
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
        if self.upbeat:
            return self.bar * 3 // 4 - self.filled
        return min(self.rest, self.length - self.filled)

    def lines(self) -> Words:
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
        if self.upbeat:
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


class FreeForm(TuneForm):
    """See the module's text; ``bars`` to be played at most, or ``exact`` so many."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.closed = False  # a repeat has just closed
        self.upbeat = False  # it is being written

    @property
    def bar_begins(self) -> bool:
        return self.form.rest == self.form.bar

    @property
    def played(self) -> int:
        return max(0, self.form.position) // self.form.bar

    @property
    def may_end(self) -> bool:
        return self.over or (self.closed and not self.form.exact)

    def openings(self) -> Words:
        repeats = self.form.limit >= 2 * SECTION_BARS
        if not self.form.opening:
            return frozenset()
        if self.upbeat:
            return frozenset({"|:"} if repeats else ())
        return frozenset({"|", UPBEAT_WORD, "|:"} if repeats else {"|", UPBEAT_WORD})

    def open(self, word: str) -> None:
        if word == UPBEAT_WORD:
            self.upbeat = True
            return
        if word == "|:":
            self.form.open()
        self.form.opening = self.upbeat

    def room(self) -> int:
        if self.upbeat:
            return self.form.bar * 3 // 4 - (self.form.bar - self.form.rest)
        return self.form.room(0)

    def lines(self) -> Words:
        form = self.form
        flags = form.behind_bar(0)
        found = {word for flag, word in _WORDS.items() if flags & flag}
        if form.may_close(0):
            if form.mode == FIRST:
                found.add(":|2")
            else:
                found |= {":|", ":|:"} if self._may_reopen() else {":|"}
        return frozenset(found)

    def _may_reopen(self) -> bool:
        form = self.form
        behind = 2 * form.position - form.begin
        return form.limit * form.bar - behind >= 2 * SECTION_BARS * form.bar

    def take(self, units: int) -> None:
        self.form.take(units)
        self.closed = False

    def line(self, word: str) -> None:
        form = self.form
        if word in ("|", "||", "|]", "|:", "|1"):
            form.cross()
            self.upbeat = False
        if word == "||":
            form.mode = PLAIN
        elif word == "|:":
            form.open()
        elif word == "|1":
            form.first_ending()
        elif word in (":|", ":|:", ":|2"):
            form.close()
            self.closed = word == ":|"
        if word == ":|:":
            form.open()
        elif word == ":|2":
            form.mode = SECOND
        self.over = word == "|]" or (word == ":|" and form.bars >= form.limit)
