"""The grammar of voices around given ones: these are written as they are, the others freely.

Conventions. A place is (bar, position); an upbeat is bar -1. What is due at a place is said of each
voice in the order of writing: an id that is given, ENTER for a free voice that must strike there,
REST for one that must fall silent, or nothing, and then a free voice may strike or not. Free voices
enter with the first of the given ones, rest where all of those do for LONG_REST or at the end, and
enter again with the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from musicrnn.tokens.chorale.grammar import ChoraleConstraint
from musicrnn.tokens.chorale.vocabulary import (
    NAMES,
    PITCHES,
    REST,
    WRITTEN,
    ChoraleVocabulary,
    steps_of,
)
from musicrnn.tokens.protocol import END, Controls
from musicrnn.tokens.voices import STEPS_A_QUARTER

HEAD = ("start", "key", "time")
NOTHING_FREE: Mapping[str, tuple[int, int]] = MappingProxyType({})
PERFECT = (0, 7)  # semitones over octaves
LONG_REST = 4 * STEPS_A_QUARTER
ENTER, REST_OF_FREE = -1, -2
Place = tuple[int, int]


class GivenLines:
    """What is given of a piece: its head, its bars, and what is due.

    Args:
        ids: the piece, of the voices that are given alone.
        free: of given voices that are to be written anew in some bars, the first of their
            sixteenths and the one behind the last, counted from the first whole bar.

    Attributes:
        head: the ids before the first bar or upbeat.
        times: the id of the metre of each bar in which it changes.
        lengths: sixteenths of each bar.
        due: by place, of each voice what is due there.
    """

    def __init__(
        self,
        vocabulary: ChoraleVocabulary,
        ids: Iterable[int],
        free: Mapping[str, tuple[int, int]] = NOTHING_FREE,
    ) -> None:
        self.events, self.spans = vocabulary.events, free
        self.head: list[int] = []
        self.times: dict[int, int] = {}
        self.lengths: list[int] = []
        self.due: dict[Place, dict[str, int]] = {}
        self.chords: dict[Place, int] = {}
        self.upbeat = False
        self._read(ids)
        self.given = {name for voices in self.due.values() for name in voices}
        self.silent: list[tuple[int, int]] = []  # sixteenths in which all given voices rest
        self._ask_free_voices([name for name in WRITTEN if name not in self.given])
        for name, span in free.items():
            self._set_free(name, span)

    @property
    def bars(self) -> int:
        return len(self.lengths)

    @property
    def free_sixteenths(self) -> int:
        """Of all voices together."""
        inside = sum(end - begin for begin, end in self.spans.values())
        return inside + sum(self.lengths) * (len(WRITTEN) - len(self.given))

    def notes(self) -> dict[int, NDArray[np.int64]]:
        """The notes that are given of each line, as :mod:`musicrnn.context.ahead` has them."""
        found: dict[int, list[list[int]]] = {}
        for (bar, at), voices in sorted(self.due.items()):
            for name, token in voices.items():
                if token >= 0 and self.events.value[token] != REST:
                    found.setdefault(NAMES.index(name), []).append([token, bar, at])
        return {line: np.array(notes, np.int64) for line, notes in found.items()}

    def step(self, place: Place) -> int:
        """Sixteenths from the first whole bar on."""
        bar, position = place
        return position - self._upbeat_bar if bar < 0 else sum(self.lengths[:bar]) + position

    def is_silent(self, place: Place) -> bool:
        """Whether all voices rest there for long."""
        return any(begin <= self.step(place) < end for begin, end in self.silent)

    def is_free(self, name: str, place: Place) -> bool:
        """Whether a voice may be written as it comes."""
        if name not in self.given:
            return True
        begin, end = self.spans.get(name, (0, 0))
        return begin <= self.step(place) < end

    def chord_at(self, place: Place) -> int | None:
        """The chord that is given there, by all voices."""
        if len(self.given) < len(WRITTEN) or any(self.is_free(name, place) for name in WRITTEN):
            return None
        return self.chords.get(place)

    def _read(self, ids: Iterable[int]) -> None:
        bar, length = -1, 0
        position = -1
        for token in map(int, ids):
            group, value = self.events.group[token], self.events.value[token]
            if group == "bar":
                bar += 1
                self.lengths.append(length)
            elif group == "time":
                length = steps_of(value)
                if self.lengths:
                    self.lengths[-1], self.times[bar] = length, token
            elif group == "position":
                position = value
            elif group == "chord":
                self.chords[bar, position] = token
            elif group in WRITTEN:
                self.due.setdefault((bar, position), {})[group] = token
            self.upbeat = self.upbeat or group == "upbeat"
            if group in HEAD and bar < 0:
                self.head.append(token)
        self._upbeat_bar = steps_of(self.events.value[self.head[-1]])

    def _ask_free_voices(self, free: Sequence[str]) -> None:
        """They enter, rest and enter again with the given ones."""
        sounding: set[str] = set()
        since: Place | None = None  # where all fell silent
        for place, voices in sorted(self.due.items()):
            began = not sounding
            for name, token in voices.items():
                if self.events.value[token] == REST:
                    sounding.discard(name)
                else:
                    sounding.add(name)
            if began and sounding and (since is None or self._rest(since, self.step(place), free)):
                voices |= dict.fromkeys(free, ENTER)
            since = since if sounding else place
        if not sounding and since is not None:
            self._rest(since, sum(self.lengths) + LONG_REST, free)

    def _rest(self, since: Place, until: int, free: Sequence[str]) -> bool:
        """Let free voices rest where it is for long; whether it is."""
        if until - self.step(since) < LONG_REST:
            return False
        self.silent.append((self.step(since), until))
        self.due[since] |= dict.fromkeys(free, REST_OF_FREE)
        return True

    def _set_free(self, name: str, span: tuple[int, int]) -> None:
        """Nothing of a voice is due in the span, and behind it what would sound there."""
        last = -1
        for place in sorted(self.due):
            step = self.step(place)
            if step < span[1]:
                last = self.due[place].get(name, last)
            if span[0] <= step < span[1]:
                self.due[place].pop(name, None)
                if not self.due[place]:
                    del self.due[place]
        bar = next((n for n in range(self.bars) if self.step((n, 0)) == span[1]), None)
        if bar is not None and last >= 0:
            self.due.setdefault((bar, 0), {}).setdefault(name, last)


class AroundConstraint(ChoraleConstraint):
    """The grammar of one piece around given voices, or around what is given of them; ``tell`` is
    told at every bar which share of them is written."""

    def __init__(
        self,
        vocabulary: ChoraleVocabulary,
        given: GivenLines,
        tell: Callable[[float], None] | None = None,
    ) -> None:
        super().__init__(vocabulary, Controls(bars=given.bars))
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
