"""The grammar of four voices: which ids may follow, so that a piece is always whole.

All voices enter together, where the piece begins; none falls silent twice. The metre stays. The end
comes with the last bar that is asked for, and what the network gives to another bar goes to it.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.score import Key
from musicrnn.tokens.abc.words import refuse_wishes_of_events
from musicrnn.tokens.beat.grid import MAX_BARS
from musicrnn.tokens.chorale.lines import BPM
from musicrnn.tokens.chorale.vocabulary import (
    NAMES,
    PITCHES,
    REST,
    WRITTEN,
    ChoraleVocabulary,
    key_name,
    shift_of,
    steps_of,
)
from musicrnn.tokens.protocol import END, Controls
from musicrnn.tokens.voices import MAX_STEPS, STEPS_A_QUARTER

MAX_HELD_BARS = 1  # running, in which no voice strikes


class ChoraleConstraint:
    """The state of one piece while it is sampled; see :class:`musicrnn.tokens.protocol.Constraint`.

    Raises:
        MusicRNNError: a wish that there is no id for, or more bars than a piece may have.
    """

    def __init__(self, vocabulary: ChoraleVocabulary, controls: Controls) -> None:
        self.events, self.controls = vocabulary.events, controls
        self.ranges = dict(zip(NAMES, vocabulary.ranges, strict=True))
        self._wished = _wished(vocabulary, controls)
        self._mask = np.zeros(len(self.events), np.bool_)
        self._inside = np.ones(len(self.events), np.bool_)  # the ranges of the voices
        self.last = "start"
        self.bars = self.held_bars = self.steps = 0
        self.bar_length = STEPS_A_QUARTER * 4
        self.position = self.voice = self.chord = -1
        self.sounding: dict[str, bool] = dict.fromkeys(WRITTEN, False)
        self.entered = 0  # voices that have
        self.struck_in_bar = False
        self.finished = False
        self._closing = -1

    def __copy__(self) -> Self:
        """The same so far; both may go on."""
        own = object.__new__(type(self))
        own.__dict__.update(self.__dict__)
        own.sounding, own._mask = dict(self.sounding), self._mask.copy()
        return own

    def push(self, token: int) -> None:
        group, value = self.events.group[token], self.events.value[token]
        if group == "key":
            self._keep_to_ranges(shift_of(value))
        elif group == "time":
            self.bar_length = steps_of(value)
        elif group in ("bar", "upbeat"):
            if self.bars:
                self.steps += self.bar_length
                self.held_bars = 0 if self.struck_in_bar else self.held_bars + 1
            self.bars += group == "bar"
            self.position = self.voice = -1
            self.struck_in_bar = False
        elif group == "position":
            self.position, self.voice = value, -1
        elif group == "chord":
            self.chord = token
        elif group in WRITTEN:
            self.voice = WRITTEN.index(group)
            self.entered = max(self.entered, self.voice + 1)
            self.sounding[group] = value != REST
            self.struck_in_bar = True
        elif token == END:
            self.finished = True
        self.last = group

    def closing(self) -> int:
        return self._closing

    def allowed(self) -> NDArray[np.bool_]:
        self._mask[:] = False
        self._closing = -1
        if self.finished:
            self._mask[END] = True
        elif self.last == "start":
            self._allow_wished("key")
        elif self.last == "key":
            self._allow_wished("time")
        elif self.last == "time" and not self.bars and self.entered == 0:
            self._mask[[self.events.id("bar"), self.events.id("upbeat")]] = True
        elif self.entered < len(WRITTEN):
            self._enter()
        else:
            self._go_on()
        return self._mask

    def _enter(self) -> None:
        """The piece begins with all voices, at the first position or inside an upbeat."""
        if self.position >= 0:
            self._allow_chord(due=self.chord < 0)
            if self.chord >= 0 or self.last != "position":
                self._allow_pitches(WRITTEN[self.entered])
            return
        first = self.events.span["position"].start
        if self.last == "upbeat":
            self._mask[first + 1 : first + self.bar_length] = True
        else:
            self._mask[first] = True

    def _go_on(self) -> None:
        if self.position >= 0:
            for name in WRITTEN[self.voice + 1 :]:
                self._allow_pitches(name)
                self._mask[self.events.id(name, REST)] = self.sounding[name]
            if self.voice < 0:
                self._allow_chord()
                return
        first = self.events.span["position"].start
        self._mask[first + self.position + 1 : first + self.bar_length] = True
        self._next_bar()

    def _allow_chord(self, *, due: bool = False) -> None:
        """Another chord, where a beat begins and none is written yet, or where it is due."""
        if self.last == "position" and (due or self.position % STEPS_A_QUARTER == 0):
            self._allow("chord")
            self._mask[self.chord] &= self.chord < 0

    def _next_bar(self) -> None:
        """Another bar or the end."""
        if self._is_over():
            self._mask[END] = True
            self._closing = self.events.id("bar")
            return
        free = self.controls.bars is None and self.controls.seconds is None
        self._mask[END] = free and self.bars > 0
        if self.struck_in_bar or self.held_bars < MAX_HELD_BARS or not self._mask.any():
            self._mask[self.events.id("bar")] = True

    def _is_over(self) -> bool:
        if self.bars == 0:
            return False
        if self.bars >= MAX_BARS or self.steps + 3 * self.bar_length > MAX_STEPS:
            return True
        if self.controls.bars is not None:
            return self.bars >= self.controls.bars
        if self.controls.seconds is None:
            return False
        quarters = (self.steps + self.bar_length) / STEPS_A_QUARTER
        return quarters * 60 / (self.controls.tempo or BPM) >= self.controls.seconds

    def _allow(self, group: str) -> None:
        self._mask[self.events.span[group]] = True

    def _allow_pitches(self, name: str) -> None:
        start = self.events.span[name].start
        pitches = slice(start, start + PITCHES)
        self._mask[pitches] = self._inside[pitches]

    def _keep_to_ranges(self, shift: int) -> None:
        for name, (low, high) in self.ranges.items():
            start = self.events.span[name].start
            sounds = (np.arange(PITCHES) + shift) % PITCHES
            self._inside[start : start + PITCHES] = (low <= sounds) & (sounds <= high)

    def _allow_wished(self, group: str) -> None:
        """The id that is wished of a group, or all of it."""
        if group in self._wished:
            self._mask[self._wished[group]] = True
        else:
            self._allow(group)


def _wished(vocabulary: ChoraleVocabulary, controls: Controls) -> dict[str, int]:
    refuse_wishes_of_events(controls, "a chorale")
    events = vocabulary.events
    if controls.chords:
        raise MusicRNNError(
            f"a chorale has no ids for chords, {controls.given()['chords']} was wished: leave the "
            "wish out"
        )
    found: dict[str, int] = {}
    if controls.key is not None:
        found["key"] = events.id("key", key_name(Key(0, *controls.key)))
    if controls.time_signature is not None:
        if ("time", controls.time_signature) not in events:
            said = controls.given()["time signature"]
            raise MusicRNNError(f"chorale ids know no metre {said}: 1/2 to 16/16 are known")
        found["time"] = events.id("time", controls.time_signature)
    longest = MAX_STEPS // steps_of(controls.time_signature or (4, 4)) - 2
    if controls.bars is not None and controls.bars > longest:
        raise MusicRNNError(f"bars must be in 1..{longest}, got {controls.bars}")
    return found
