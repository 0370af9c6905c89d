"""The grammar of performance events: only what can sound, in the order that encoding uses.

At one moment notes end, then others begin, each velocity is followed by a note, and time moves
on. A note_off needs a sounding note, a note_on a silent pitch and a known velocity; the end comes
when nothing sounds. Where seconds are asked for, the piece goes on until then, and what still
sounds stops there; it may be silent for a while before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError, counted
from musicrnn.tokens.performance.time import MAX_TICKS, TICKS_PER_SECOND
from musicrnn.tokens.protocol import END, Controls
from musicrnn.tokens.vocabulary import EventVocabulary


class PerformanceConstraint:
    """The state of one piece while it is sampled; see :class:`musicrnn.tokens.protocol.Constraint`.

    Raises:
        MusicRNNError: a control other than seconds.
    """

    def __init__(self, events: EventVocabulary, controls: Controls) -> None:
        self.events = events
        self.limit = limit_in_ticks(controls)  # ticks
        self.may_end_early = controls.seconds is None
        self.shifts, self.velocities, self.ons = (
            events.span[group] for group in ("time_shift", "velocity", "note_on")
        )
        self.offs = events.span.get("note_off")
        self._mask = np.zeros(len(events), np.bool_)
        self.last = "start"
        self.last_value = 0
        self.velocity = -1
        self.tick = 0
        self.notes = 0
        self.sounding = np.zeros(128, np.bool_)
        self.new = np.zeros(128, np.bool_)  # begun at this tick
        self.finished = False

    def closing(self) -> int:
        return -1  # seconds end anywhere

    def push(self, token: int) -> None:
        group, value = self.events.group[token], self.events.value[token]
        if group == "time_shift":
            self.tick += value
            self.new[:] = False
            if self.offs is None:
                self.sounding[:] = False
        elif group == "velocity":
            self.velocity = value
        elif group == "note_on":
            self.sounding[value] = self.new[value] = True
            self.notes += 1
        elif group == "note_off":
            self.sounding[value] = self.new[value] = False
        elif token == END:
            self.finished = True
        self.last, self.last_value = group, value

    def allowed(self) -> NDArray[np.bool_]:
        mask = self._mask
        mask[:] = False
        silent = self.offs is None or not self.sounding.any()
        if self.finished:
            mask[END] = True
        elif self.tick >= self.limit:
            mask[END] = silent
            self._allow_offs()
        elif self.last == "velocity":
            self._allow_ons()
        else:
            if self.last in ("time_shift", "note_off"):
                self._allow_offs()
            if self.velocity >= 0:
                self._allow_ons()
            self._allow_velocities()
            self._allow_shifts()
            ended = self.last == ("note_on" if self.offs is None else "note_off")
            mask[END] = self.may_end_early and silent and ended
        if not mask.any():  # only after ids that the grammar would not have allowed
            mask[END] = True
        return mask

    def _allow_offs(self) -> None:
        if self.offs is not None:
            self._mask[self.offs] = self.sounding & ~self.new

    def _allow_ons(self) -> None:
        self._mask[self.ons] = ~self.sounding

    def _allow_velocities(self) -> None:
        if not self.sounding.all():
            self._mask[self.velocities] = True
            if self.velocity >= 0:
                self._mask[self.velocities.start + self.velocity] = False

    def _allow_shifts(self) -> None:
        """After the first note, up to the limit; a shift follows a shift only if that was full."""
        full = self.shifts.stop - self.shifts.start
        if self.notes and (self.last != "time_shift" or self.last_value == full):
            most = min(full, self.limit - self.tick)
            self._mask[self.shifts.start : self.shifts.start + most] = True


def limit_in_ticks(controls: Controls) -> int:
    """When a piece must end; raises MusicRNNError for other controls than seconds."""
    if controls.bars is not None:
        raise MusicRNNError(
            f"performance events have no bars, so {counted(controls.bars, 'bar')} cannot be "
            "counted: wish for seconds, or use a model of bar-and-beat events"
        )
    for name, said in controls.given().items():
        if name != "seconds":
            raise MusicRNNError(
                f"performance events cannot be asked for {name} ({said}): only for seconds"
            )
    return MAX_TICKS if controls.seconds is None else round(controls.seconds * TICKS_PER_SECOND)
