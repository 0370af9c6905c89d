"""The grammar of bar-and-beat events: which ids may follow, so that a piece is always whole.

It also enforces the composer's controls: a key, density, tempo, metre or chord that is asked for is
the only one allowed where one is due; the end is allowed only after the bars or seconds that are
asked for, and only at the end of a bar in which something sounds. A bar whose chord has a bass
begins with it: the first note at its first position. Only the parts that are asked for play.

Where the last bar asked for is over, a model that never learnt how long the piece is still expects
another bar: what it gives to that goes to the end, if the vocabulary is ``closing``.
"""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from musicrnn.score import TimeSignature
from musicrnn.tokens.beat.asked import bass_masks, forced_ids, playing_ids
from musicrnn.tokens.beat.grid import MAX_BARS, POSITIONS
from musicrnn.tokens.beat.vocabulary import BeatVocabulary
from musicrnn.tokens.programs import DRUM_PROGRAM
from musicrnn.tokens.protocol import END, Controls

MAX_EMPTY_BARS = 2  # running
# positions: nothing begins later than this before the end of the bars asked for
MIN_LAST_POSITIONS = 2


class BeatConstraint:
    """The state of one piece while it is sampled; see :class:`musicrnn.tokens.protocol.Constraint`.

    Raises:
        MusicRNNError: a control that this vocabulary has no token for.
    """

    def __init__(self, vocabulary: BeatVocabulary, controls: Controls) -> None:
        self.vocabulary, self.events = vocabulary, vocabulary.events
        self.controls = controls
        self.programs = vocabulary.programs
        self._mask = np.zeros(len(self.events), np.bool_)
        self._bar = self.events.id("bar")
        self._closing = -1
        self._forced = forced_ids(vocabulary, controls)
        self._playing = playing_ids(vocabulary, controls)
        self._basses = bass_masks(vocabulary, controls)
        self.last = "start"
        self.bars = 0
        self.empty_bars = 0
        self.notes_in_bar = 0
        self.bar_start = 0  # positions since the beginning
        self.sounding_until = 0
        self.signature = -1  # ids of what holds now
        self.tempo = -1
        self.chord = -1
        self.bar_length = 4 * POSITIONS
        self.position = -1
        self.program = -1  # index in programs of the note being written
        self.pitch = -1
        self.seconds = 0.0  # of the bars before this one
        self.finished = False

    def push(self, token: int) -> None:
        group, value = self.events.group[token], self.events.value[token]
        if group == "bar":
            if self.bars:
                self._close_bar()
            self.bars += 1
            self.position, self.notes_in_bar = -1, 0
        elif group == "time":
            self.signature = token
            self.bar_length = TimeSignature(0, *value).bar_ticks(POSITIONS)
        elif group == "position":
            self.position, self.program, self.pitch = value, -1, -1
        elif group == "tempo":
            self.tempo = token
        elif group == "chord":
            self.chord = token
        elif group == "program":
            self.program, self.pitch = self.programs.index(value), -1
        elif group in ("pitch", "drum"):
            self.pitch = value
            self.program = max(self.program, 0)
            self.notes_in_bar += 1
        elif group == "duration":
            end = self.bar_start + self.position + value
            self.sounding_until = max(self.sounding_until, end)
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
            self._allow_one("key" if "key" in self.events.span else "density")
        elif self.last == "key":
            self._allow_one("density")
        elif self.last == "density":
            self._allow("bar")
        elif self.last == "bar":
            self._after_bar()
        elif self.last == "time":
            self._next_position()
            self._next_bar()
        elif self.last in ("position", "tempo", "chord"):
            self._inside_position()
        elif self.last == "program":
            drums = self.programs[self.program] == DRUM_PROGRAM
            self._allow("drum" if drums else "pitch")
        elif self.last in ("pitch", "drum"):
            self._allow("velocity")
        elif self.last == "velocity" and self.programs[self.program] != DRUM_PROGRAM:
            self._fitting_durations()
        else:  # a note has just been completed
            self._next_note()
            self._next_position()
            self._next_bar()
        if self._playing is not None:
            self._mask &= self._playing
        if self._basses is not None and self._begins_bar():
            self._mask &= self._basses[(self.bars - 1) % len(self._basses)]
        if not self._mask[END]:
            self._closing = -1
        return self._mask

    def _begins_bar(self) -> bool:
        """Whether the note that the bar begins with is still to come."""
        return self.position == 0 and self.pitch < 0 and self.program <= 0 and not self.finished

    def _after_bar(self) -> None:
        if self.bars == 1:
            self._allow_one("time")
            return
        if "time" not in self._forced and (self.bars == 2 or not self.vocabulary.steady):
            self._allow("time")
            self._mask[self.signature] = False
        self._next_position()
        self._next_bar()

    def _inside_position(self) -> None:
        first = self.tempo < 0
        if self.last == "position" and (first or "tempo" not in self._forced):
            self._allow_one("tempo")
            if not first:
                self._mask[self.tempo] = False
        if first:
            return
        asked = self._chord_control()
        if self.position == 0 and self.last != "chord" and asked not in (-1, self.chord):
            self._mask[:] = False
            self._mask[asked] = True
            return
        if self.last != "chord" and "chord" in self.events.span and not self.controls.chords:
            self._allow("chord")
            if self.chord >= 0:
                self._mask[self.chord] = False
        self._next_note()
        if self.last != "position":  # a position says at least one thing
            self._next_position()
            self._next_bar()

    def _next_note(self) -> None:
        """A higher pitch of the same program, or a later program."""
        pitch = self.events.span["drum" if self.programs[self.program] == DRUM_PROGRAM else "pitch"]
        if len(self.programs) == 1:
            self._mask[pitch.start + self.pitch + 1 : pitch.stop] = True
            return
        programs = self.events.span["program"]
        self._mask[programs.start + self.program + 1 : programs.stop] = True
        if self.pitch >= 0:
            self._mask[pitch.start + self.pitch + 1 : pitch.stop] = True

    def _next_position(self) -> None:
        first_id = self.events.span["position"].start
        if self.tempo < 0 or (self.position < 0 and self._chord_control() >= 0):
            self._mask[first_id] = True  # the piece, or a bar that must name its chord, opens here
        else:
            end = self.bar_length
            if self.bars == self.controls.bars and "duration" in self.events.span:
                end -= MIN_LAST_POSITIONS  # no notes that anticipate a bar that will not come
            self._mask[first_id + self.position + 1 : first_id + end] = True

    def _next_bar(self) -> None:
        """Another bar or the end, when nothing of this bar is missing."""
        if self.bars == 1 and self.notes_in_bar == 0:
            return
        if self.position < 0 and self._chord_control() >= 0:
            return
        over = self._length_reached()
        free = self.controls.bars is None and self.controls.seconds is None
        if self._sounds() and (over or (free and self._silent_behind())):
            self._mask[END] = True
            if over and self.vocabulary.closing:
                self._closing = self._bar
        if not over and (self._sounds() or self.empty_bars < MAX_EMPTY_BARS):
            self._allow("bar")

    def _fitting_durations(self) -> None:
        """Durations that end with the last bar asked for, as long as bars keep their length."""
        span = self.events.span["duration"]
        bars = MAX_BARS
        if self.controls.bars is not None:
            bars = max(1, self.controls.bars - self.bars + 1)
        if self.controls.seconds is not None:
            left = (self.controls.seconds - self.seconds) / self._bar_seconds()
            bars = max(1, ceil(left - 1e-9))
        room = bars * self.bar_length - self.position
        fitting = sum(duration <= room for duration in self.events.value[span])
        self._mask[span.start : span.start + fitting] = True

    def _length_reached(self) -> bool:
        if self.controls.bars is not None and self.bars >= self.controls.bars:
            return True
        limit = self.controls.seconds
        reached = limit is not None and self.seconds + self._bar_seconds() >= limit
        return reached and self._silent_behind()

    def _silent_behind(self) -> bool:
        """Whether no note is held beyond this bar."""
        return self.sounding_until <= self.bar_start + self.bar_length

    def _close_bar(self) -> None:
        self.seconds += self._bar_seconds()
        self.empty_bars = 0 if self._sounds() else self.empty_bars + 1
        self.bar_start += self.bar_length

    def _sounds(self) -> bool:
        """Whether a note begins in this bar or is held into it."""
        return self.notes_in_bar > 0 or self.sounding_until > self.bar_start

    def _bar_seconds(self) -> float:
        """The length of this bar at the tempo that holds at its end; a wished one exactly."""
        bpm = self.controls.tempo or (self.events.value[self.tempo] if self.tempo >= 0 else 120)
        return self.bar_length / POSITIONS * 60 / bpm

    def _chord_control(self) -> int:
        """The id asked for in this bar, or -1."""
        asked = self._forced.get("chord")
        return -1 if asked is None else asked[(self.bars - 1) % len(asked)]

    def _allow(self, group: str) -> None:
        self._mask[self.events.span[group]] = True

    def _allow_one(self, group: str) -> None:
        """The id asked for in a group, or all of it."""
        if group in self._forced:
            self._mask[self._forced[group][0]] = True
        else:
            self._allow(group)
