"""The grammar of voices around given ones: these are written as they are, the others freely.

Conventions. As in :mod:`musicrnn.tokens.chorale.given`, which says what is due at each place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

import numpy as np
from numpy.typing import NDArray

from musicrnn.tokens.chorale.given import ENTER, REST_OF_FREE, GivenLines, Place
from musicrnn.tokens.chorale.grammar import ChoraleConstraint
from musicrnn.tokens.chorale.vocabulary import PITCHES, REST, WRITTEN, ChoraleVocabulary
from musicrnn.tokens.protocol import END, Controls

PERFECT = (0, 7)  # semitones over octaves


class AroundConstraint(ChoraleConstraint):
    """The grammar of one piece around given voices, or around what is given of them; ``tell`` is
    told at every bar which share of them is written."""

    def __init__(
        self,
        vocabulary: ChoraleVocabulary,
        given: GivenLines,
        tell: Callable[[float], None] | None = None,
    ) -> None:
        super().__init__(vocabulary, Controls())
        self.given, self.tell = given, tell
        self.written = 0  # ids
        self.pitches: dict[str, int] = {}  # what sounds, as it is written
        self.before: dict[str, int] = {}  # what sounded before this position

    def __copy__(self) -> Self:
        own = super().__copy__()
        own.pitches, own.before = dict(self.pitches), dict(self.before)
        return own

    def push(self, token: int) -> None:
        super().push(token)
        self.written += 1
        group, value = self.events.group[token], self.events.value[token]
        if group == "bar" and self.tell is not None:
            self.tell((self.bars - 1) / self.given.bars)
        if group in ("bar", "position"):
            self.before = dict(self.pitches)
        elif group in WRITTEN:
            self.pitches.pop(group, None)
            if value != REST:
                self.pitches[group] = value

    def allowed(self) -> NDArray[np.bool_]:
        self._mask[:] = False
        self._closing = -1
        given, events = self.given, self.events
        place = self.bars - 1, self.position
        if self.finished:
            self._mask[END] = True
        elif self.written < len(given.head):
            self._mask[given.head[self.written]] = True
        elif self.last == "time" and not self.bars and self.written == len(given.head):
            self._mask[events.id("upbeat" if given.upbeat else "bar")] = True
        elif self.last == "bar" and place[0] in given.times:
            self._mask[given.times[place[0]]] = True
        elif self.position < 0 or not self._voices(place):
            self._move_on(place)
        return self._mask

    def _voices(self, place: Place) -> bool:
        """Allow what may be written here; whether something must be."""
        due = self.given.due.get(place, {})
        if self.last == "position":
            if (chord := self.given.chord_at(place)) is not None:
                self._mask[chord] = True
                return True
            if any(self.given.is_free(name, place) for name in WRITTEN):
                self._allow_chord()
        for name in WRITTEN[self.voice + 1 :]:
            asked = due.get(name)
            if asked is None:
                if self.given.is_free(name, place):
                    self._allow_pitches(name)
                continue
            if asked == ENTER:
                self._allow_pitches(name)
            elif asked == REST_OF_FREE:
                self._mask[self.events.id(name, REST)] = True
            else:
                self._mask[asked] = True
            return True
        return self.voice < 0

    def _allow_pitches(self, name: str) -> None:
        """Those that make no parallel fifths, octaves or unisons with voices that have moved here,
        or that are given to."""
        super()._allow_pitches(name)
        begun = self.before.get(name)
        if begun is None:
            return
        start = self.events.span[name].start
        due = self.given.due.get((self.bars - 1, self.position), {})
        for other, before in self.before.items():
            after = self.pitches.get(other)
            if due.get(other, -1) >= 0:
                after = self.events.value[due[other]]
            if other == name or after is None or after in (before, REST):
                continue
            apart = abs(begun - before) % 12
            if apart in PERFECT:
                pitches = np.arange(PITCHES)
                alike = np.abs(pitches - after) % 12 == apart
                alike &= (pitches - begun) * (after - before) > 0
                self._mask[start : start + PITCHES] &= ~alike

    def _move_on(self, place: Place) -> None:
        """To a later position, as far as the next at which something is due, or over the bar."""
        bar, position = place
        length = self.bar_length
        ahead = [at for at in range(position + 1, length) if (bar, at) in self.given.due]
        until = ahead[0] if ahead else length - 1
        first = self.events.span["position"].start
        for at in range(position + 1, until + 1):
            free = (bar, at) in self.given.due or self._may_strike((bar, at))
            self._mask[first + at] = free
        if ahead:
            return
        over = self.bars >= self.given.bars
        self._mask[END if over else self.events.id("bar")] = True
        if over:
            self._closing = self.events.id("bar")

    def _may_strike(self, place: Place) -> bool:
        """Whether a free voice may where nothing is due, once it has entered."""
        return not self.given.is_silent(place) and any(
            self.given.is_free(name, place) and name in self.before | self.pitches
            for name in WRITTEN
        )
