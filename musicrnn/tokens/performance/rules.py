"""The grammar of performance events for many pieces at once; see :mod:`musicrnn.tokens.rules`.

The same grammar as :mod:`musicrnn.tokens.performance.grammar`, line by line.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from musicrnn.tokens.performance.grammar import limit_in_ticks
from musicrnn.tokens.protocol import END, Controls
from musicrnn.tokens.vocabulary import EventVocabulary

GROUPS = ("start", "end", "time_shift", "velocity", "note_on", "note_off")
_, ENDING, SHIFT, VELOCITY, ON, OFF = range(len(GROUPS))


class PerformanceState(NamedTuple):
    """[B] each, and two of [B, 128] pitches."""

    last: Tensor  # group, by its place in GROUPS
    value: Tensor  # of the last id
    velocity: Tensor  # -1 until one is known
    tick: Tensor
    played: Tensor  # whether there was a note
    finished: Tensor
    sounding: Tensor
    new: Tensor  # begun at this tick


class PerformanceRules:
    """Raises MusicRNNError for a control other than seconds."""

    closing = -1  # seconds end anywhere

    def __init__(
        self, events: EventVocabulary, controls: Controls, *, device: torch.device
    ) -> None:
        self.limit = limit_in_ticks(controls)
        self.may_end_early = controls.seconds is None
        self.drums = "note_off" not in events.span
        self.shifts, self.bins = (
            events.span[group].stop - events.span[group].start for group in GROUPS[SHIFT:ON]
        )
        self.device = device
        self.group = torch.tensor([GROUPS.index(group) for group in events.group], device=device)
        self.values = torch.tensor([value or 0 for value in events.value], device=device)
        self.pitches = torch.arange(128, device=device)

    def start(self) -> PerformanceState:
        zero = torch.zeros(1, dtype=torch.long, device=self.device)
        no = zero > 0
        silence = no.repeat(1, 128)
        state = dict.fromkeys(PerformanceState._fields, zero)
        state |= {"velocity": zero - 1, "played": no, "finished": no}
        state |= {"sounding": silence, "new": silence}
        return PerformanceState(**state)

    def push(self, state: tuple[Tensor, ...], ids: Tensor) -> PerformanceState:
        s = PerformanceState(*state)
        group, value = self.group[ids], self.values[ids]
        shifted = group == SHIFT
        begins = group == ON
        this = self.pitches == value[:, None]  # [B, 128]
        struck = this & begins[:, None]
        stopped = this & (group == OFF)[:, None]
        over = shifted[:, None] if self.drums else torch.zeros_like(struck)
        return PerformanceState(
            last=group,
            value=value,
            velocity=torch.where(group == VELOCITY, value, s.velocity),
            tick=s.tick + torch.where(shifted, value, 0),
            played=s.played | begins,
            finished=s.finished | (ids == END),
            sounding=(s.sounding | struck) & ~(stopped | over),
            new=(s.new | struck) & ~(stopped | shifted[:, None]),
        )

    def allowed(self, state: tuple[Tensor, ...]) -> Tensor:
        s = PerformanceState(*state)
        going_on = ~s.finished
        timely = going_on & (s.tick < self.limit)
        free = timely & (s.last != VELOCITY)  # not bound to say the velocity's note
        silent = ~s.sounding.any(1) | self.drums

        ended = s.last == (ON if self.drums else OFF)
        early = free & ended if self.may_end_early else torch.zeros_like(free)
        end = s.finished | (silent & (early | (going_on & ~timely)))
        offs_due = (going_on & ~timely) | (free & ((s.last == SHIFT) | (s.last == OFF)))
        offs = offs_due[:, None] & s.sounding & ~s.new
        ons_due = timely & ((s.last == VELOCITY) | (s.velocity >= 0))
        ons = ons_due[:, None] & ~s.sounding
        bins = torch.arange(self.bins, device=self.device)
        louder = (free & ~s.sounding.all(1))[:, None] & (bins != s.velocity[:, None])
        after_full = (s.last != SHIFT) | (s.value == self.shifts)
        most = torch.where(free & s.played & after_full, self.limit - s.tick, 0)
        shifts = torch.arange(self.shifts, device=self.device) < most[:, None]

        parts = [shifts, louder, ons, *([] if self.drums else [offs])]
        nothing = ~torch.stack([part.any(1) for part in parts]).any(0)
        start = torch.zeros_like(end)
        return torch.cat([start[:, None], (end | nothing)[:, None], *parts], 1)

    def closes(self, state: tuple[Tensor, ...]) -> Tensor:
        return torch.zeros_like(PerformanceState(*state).played)
