"""What is given of a piece in voices: its head, its bars, and what is due of each voice.

Conventions. A place is (bar, position); an upbeat is bar -1. What is due at a place is said of each
voice in the order of writing: an id that is given, ENTER for a free voice that must strike there,
REST_OF_FREE for one that must fall silent, or nothing, and then a free voice may strike or not.
Free voices enter with the first of the given ones, rest where all of those do for LONG_REST or at
the end, and enter again with the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from musicrnn.tokens.chorale.vocabulary import (
    NAMES,
    REST,
    WRITTEN,
    ChoraleVocabulary,
    steps_of,
)
from musicrnn.tokens.voices import STEPS_A_QUARTER

HEAD = ("start", "key", "time")
NOTHING_FREE: Mapping[str, tuple[int, int]] = MappingProxyType({})
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
        chords: by place, the ids of the chords in ``ids``.
        upbeat: whether there is one.
        given: the voices of which something is given.
        silent: sixteenths in which all given voices rest for long, first and last.
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
        """Of all voices together, an upbeat left out."""
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
        """Nothing of a voice is due in the span but to enter where it did, if it rested before, and
        behind the span what would sound there."""
        last, entered = -1, False
        for place in sorted(self.due):
            step = self.step(place)
            token = self.due[place].get(name, -1)
            if step < span[1] and token >= 0:
                last = token
            if step < span[0]:
                entered = last >= 0 and self.events.value[last] != REST
            if span[0] <= step < span[1]:
                self.due[place].pop(name, None)
                if token >= 0 and not entered and self.events.value[token] != REST:
                    self.due[place][name], entered = ENTER, True
                if not self.due[place]:
                    del self.due[place]
        bar = next((n for n in range(self.bars) if self.step((n, 0)) == span[1]), None)
        if bar is not None and last >= 0:
            self.due.setdefault((bar, 0), {}).setdefault(name, last)


def changes(vocabulary: ChoraleVocabulary, ids: Iterable[int]) -> list[tuple[int, int, str, int]]:
    """Bar, position, voice and pitch of what changes in a piece; a note that is struck again on the
    same pitch does not."""
    events, bar, position = vocabulary.events, -1, -1
    sounding: dict[str, int] = {}
    found: list[tuple[int, int, str, int]] = []
    for token in map(int, ids):
        group, value = events.group[token], events.value[token]
        if group == "bar":
            bar += 1
        elif group == "position":
            position = value
        elif group in WRITTEN and sounding.get(group, REST) != value:
            sounding[group] = value
            found.append((bar, position, group, value))
    return found
