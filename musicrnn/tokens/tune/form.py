"""Where a tune stands that is being written: in its bar, its section, its repeat.

Conventions. Times in units. What follows a plan is in :mod:`musicrnn.tokens.tune.planned`. A
:class:`FreeForm` decides on the way what is repeated, as the characters of ABC do
(:mod:`musicrnn.tokens.abc.form`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod

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
