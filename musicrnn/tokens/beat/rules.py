"""The grammar of bar-and-beat events for many pieces at once; see :mod:`musicrnn.tokens.rules`.

The same grammar as :mod:`musicrnn.tokens.beat.grammar`, with the same names. What may follow is at
most one interval of ids in each group, less what holds already (a tempo, a chord, a metre): so an
answer is two numbers a group and row, and the mask is made of them by looking up each id's group.

On a GPU every operation on a row of numbers costs the same, however short the row is: so questions
about an id's group are columns of one table, looked up together, and not one comparison each.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from musicrnn.score import TimeSignature
from musicrnn.tokens.beat.asked import bass_masks, forced_ids, playing_ids
from musicrnn.tokens.beat.grammar import MAX_EMPTY_BARS, MIN_LAST_POSITIONS
from musicrnn.tokens.beat.grid import MAX_BARS, POSITIONS
from musicrnn.tokens.beat.vocabulary import BeatVocabulary
from musicrnn.tokens.programs import DRUM_PROGRAM
from musicrnn.tokens.protocol import END, START, Controls
from musicrnn.tokens.spans import Spans

GROUPS = (
    "start", "end", "key", "density", "bar", "time", "position", "tempo", "chord", "program",
    "pitch", "drum", "velocity", "duration",
)  # fmt: skip


class Kind(NamedTuple):
    """Of ids [B]: which group they belong to, or whether to one of several, [B] each."""

    start: Tensor
    end: Tensor
    key: Tensor
    density: Tensor
    bar: Tensor
    time: Tensor
    position: Tensor
    tempo: Tensor
    chord: Tensor
    program: Tensor
    velocity: Tensor
    duration: Tensor
    note: Tensor  # pitch or drum
    inside: Tensor  # position, tempo or chord
    last: Tensor  # velocity or duration: of a note


SEVERAL = {
    "note": ("pitch", "drum"),
    "inside": ("position", "tempo", "chord"),
    "last": ("velocity", "duration"),
}


class BeatState(NamedTuple):
    """[B] each: what :class:`musicrnn.tokens.beat.grammar.BeatConstraint` keeps of one piece."""

    last: Tensor  # id; the end stays the last for ever
    bars: Tensor
    empty_bars: Tensor
    notes_in_bar: Tensor
    bar_start: Tensor
    sounding_until: Tensor
    signature: Tensor
    tempo: Tensor
    chord: Tensor
    bar_length: Tensor
    position: Tensor
    program: Tensor
    pitch: Tensor
    seconds: Tensor  # float64


NOT_YET = ("signature", "tempo", "chord", "position", "program", "pitch")  # -1 at the start


class BeatRules:
    """Raises MusicRNNError for a control that this vocabulary has no token for."""

    def __init__(
        self, vocabulary: BeatVocabulary, controls: Controls, *, device: torch.device
    ) -> None:
        events, programs = vocabulary.events, vocabulary.programs
        self.controls, self.device = controls, device
        self.forced = forced_ids(vocabulary, controls)
        self.steady = vocabulary.steady
        self.closing = events.id("bar") if vocabulary.closing else -1
        self.span = {group: (span.start, span.stop) for group, span in events.span.items()}
        for group in self.forced.keys() - {"chord"}:  # chords take turns
            asked = self.forced[group][0]
            self.span[group] = asked, asked + 1
        self.programs, self.pitched = len(programs), "duration" in self.span

        def on_device(numbers: list[int] | list[bool] | list[list[bool]] | int) -> Tensor:
            return torch.tensor(numbers, device=device)

        self.zero, self.none, self.one = on_device(0), on_device(-1), on_device(1)
        self.drums = on_device([program == DRUM_PROGRAM for program in programs])
        self.chords = on_device(self.forced.get("chord", [-1]))
        self.ids = torch.arange(len(events), device=device)
        self.playing, self.basses = (
            None if mask is None else torch.from_numpy(mask).to(device)
            for mask in (playing_ids(vocabulary, controls), bass_masks(vocabulary, controls))
        )  # [V], [chords, V]
        self.group = on_device([GROUPS.index(group) for group in events.group])
        self.lows = on_device([self.span.get(group, (0, 0))[0] for group in GROUPS])
        self.kinds = on_device(
            [
                [group in SEVERAL.get(kind, (kind,)) for kind in Kind._fields]
                for group in events.group
            ]
        )
        values: list[int] = []
        for group, value in zip(events.group, events.value, strict=True):
            if group == "time":
                value = TimeSignature(0, *value).bar_ticks(POSITIONS)
            elif group == "program":
                value = programs.index(value)
            values.append(value if isinstance(value, int) else 0)
        self.values = on_device(values)
        if self.pitched:
            self.durations = self.values[slice(*self.span["duration"])]

    def start(self) -> BeatState:
        zero, bar = self.zero[None], self.zero[None] + 4 * POSITIONS
        state = dict.fromkeys(BeatState._fields, zero)
        state |= dict.fromkeys(NOT_YET, self.none[None])
        state |= {"last": zero + START, "bar_length": bar, "seconds": zero.double()}
        return BeatState(**state)

    def push(self, state: tuple[Tensor, ...], ids: Tensor) -> BeatState:
        s = BeatState(*state)
        new, value = self._kind(ids), self.values[ids]
        closes = new.bar & (s.bars > 0)
        empty = torch.where(_sounds(s), self.zero, s.empty_bars + 1)
        ends = s.bar_start + s.position + value
        program = torch.where(new.note, s.program.clamp(min=0), s.program)
        return BeatState(
            last=torch.where(s.last == END, s.last, ids),
            bars=s.bars + new.bar,
            empty_bars=torch.where(closes, empty, s.empty_bars),
            notes_in_bar=torch.where(new.bar, self.zero, s.notes_in_bar + new.note),
            bar_start=s.bar_start + s.bar_length * closes,
            sounding_until=torch.maximum(s.sounding_until, ends * new.duration),
            signature=torch.where(new.time, ids, s.signature),
            tempo=torch.where(new.tempo, ids, s.tempo),
            chord=torch.where(new.chord, ids, s.chord),
            bar_length=torch.where(new.time, value, s.bar_length),
            position=torch.where(new.position, value, torch.where(new.bar, self.none, s.position)),
            program=torch.where(new.position, self.none, torch.where(new.program, value, program)),
            pitch=torch.where(
                new.position | new.program, self.none, torch.where(new.note, value, s.pitch)
            ),
            seconds=s.seconds + self._bar_seconds(s) * closes,
        )

    def allowed(self, state: tuple[Tensor, ...]) -> Tensor:
        s = BeatState(*state)
        last = self._kind(s.last)
        untimed = s.tempo < 0
        free = last.inside & ~untimed  # a chord or a note may come
        unnamed = first = untimed
        spans = Spans(GROUPS, self.lows, self.span)
        if self.controls.chords:
            control = self.chords[(s.bars - 1).remainder(len(self.chords))]
            due = free & (s.position == 0) & ~last.chord & (control != s.chord)
            free = free & ~due
            unnamed = s.position < 0  # a bar that must name its chord
            first = untimed | unnamed
            spans.allow("chord", due, control, control + 1)
            spans.allow("tempo", self._tempo_due(last, untimed) & ~due)
        else:
            spans.allow("chord", free & ~last.chord)
            spans.allow("tempo", self._tempo_due(last, untimed))
        drums = self.drums[s.program.remainder(self.programs)] if self.programs > 1 else self.drums
        held = last.velocity & ~drums  # its duration comes next
        complete = last.last & ~held
        opening = last.bar & (s.bars == 1)
        moves = (last.bar & ~opening) | last.time | complete | (free & ~last.position)

        header = "key" if "key" in self.span else "density"
        spans.allow(header, last.start)
        spans.allow("density", last.key if header == "key" else last.start)
        changing = last.bar & (s.bars <= 2) if self.steady else last.bar
        spans.allow("time", opening if "time" in self.forced else changing)
        self._notes(spans, s, last.program, free | complete, drums)
        spans.allow("velocity", last.note)
        if self.pitched:
            spans.allow("duration", held, None, self._fitting(s))
        self._next_position(spans, s, moves, first)
        missing = (s.bars == 1) & (s.notes_in_bar == 0)
        if self.controls.chords:
            missing = missing | unnamed
        self._next_bar(spans, s, last, moves & ~missing)

        low, high = spans.stacked(self.group)  # [B, V]
        metre = torch.where(s.bars == 1, self.none, s.signature)
        held_ids = torch.stack([metre, s.tempo, s.chord], 1)
        found = (self.ids >= low) & (self.ids < high) & ~_among(self.ids, held_ids)
        if self.playing is not None:
            found = found & self.playing
        if self.basses is not None:
            due = (s.position == 0) & (s.pitch < 0) & (s.program <= 0) & ~last.end
            found = found & (self.basses[(s.bars - 1).remainder(len(self.chords))] | ~due[:, None])
        return found

    def closes(self, state: tuple[Tensor, ...]) -> Tensor:
        s = BeatState(*state)
        over = self._over(s)
        running = s.last != END
        return running & over if over is not None else torch.zeros_like(running)

    def _kind(self, ids: Tensor) -> Kind:
        return Kind(*self.kinds[ids].unbind(1))

    def _tempo_due(self, last: Kind, untimed: Tensor) -> Tensor:
        return last.position & untimed if "tempo" in self.forced else last.position

    def _notes(self, spans: Spans, s: BeatState, new: Tensor, due: Tensor, drums: Tensor) -> None:
        """A higher pitch of the same program, or a later program; any pitch of a ``new`` one."""
        if self.programs > 1:
            spans.allow("program", due, s.program + (self.span["program"][0] + 1))
            due = new | (due & (s.pitch >= 0))
        for group, kind in (("pitch", ~drums), ("drum", drums)):
            if group in self.span:
                where = due & kind if self.programs > 1 else due
                spans.allow(group, where, s.pitch + (self.span[group][0] + 1))

    def _next_position(self, spans: Spans, s: BeatState, due: Tensor, only_first: Tensor) -> None:
        start = self.span["position"][0]
        end = s.bar_length + start
        if self.pitched and self.controls.bars is not None:
            end = end - MIN_LAST_POSITIONS * (s.bars == self.controls.bars)
        low = torch.where(only_first, self.zero, s.position + 1) + start
        high = torch.where(only_first, self.one + start, end)
        spans.allow("position", due, low, high)

    def _next_bar(self, spans: Spans, s: BeatState, last: Kind, due: Tensor) -> None:
        """Another bar or the end."""
        sounds = _sounds(s)
        silent_behind = self._silent_behind(s)
        over = self._over(s)
        another = sounds | (s.empty_bars < MAX_EMPTY_BARS)
        if over is not None:
            another = another & ~over
        may_end = silent_behind if over is None else over
        spans.allow("end", last.end | (due & sounds & may_end))
        spans.allow("bar", last.density | (due & another))

    def _over(self, s: BeatState) -> Tensor | None:
        """Whether the length that is asked for is reached; None where none is."""
        over = None
        if self.controls.seconds is not None:
            reached = s.seconds + self._bar_seconds(s) >= self.controls.seconds
            over = reached & self._silent_behind(s)
        if self.controls.bars is not None:
            reached = s.bars >= self.controls.bars
            over = reached if over is None else over | reached
        return over

    def _silent_behind(self, s: BeatState) -> Tensor:
        """Whether no note is held beyond this bar."""
        return s.sounding_until <= s.bar_start + s.bar_length

    def _fitting(self, s: BeatState) -> Tensor:
        """The id behind the longest duration that ends with the last bar asked for."""
        if self.controls.seconds is not None:
            left = (self.controls.seconds - s.seconds) / self._bar_seconds(s)
            room = (left - 1e-9).ceil().clamp(min=1).long() * s.bar_length - s.position
        elif self.controls.bars is not None:
            bars = (self.controls.bars - s.bars + 1).clamp(min=1)
            room = bars * s.bar_length - s.position
        else:
            room = s.bar_length * MAX_BARS - s.position
        return self.span["duration"][0] + (self.durations <= room[:, None]).sum(1)

    def _bar_seconds(self, s: BeatState) -> Tensor:
        """The length of this bar at the tempo that holds at its end, in float64."""
        told = torch.where(s.tempo < 0, 120 * self.one, self.values[s.tempo])
        return s.bar_length.double() / POSITIONS * 60 / (self.controls.tempo or told)


def _sounds(s: BeatState) -> Tensor:
    """Whether a note begins in this bar or is held into it."""
    return (s.notes_in_bar > 0) | (s.sounding_until > s.bar_start)


def _among(ids: Tensor, held: Tensor) -> Tensor:
    """[B, V]: whether each of the ids [V] is among the row's own [B, n]."""
    found = ids == held[:, :1]
    for column in range(1, held.shape[1]):
        found = found | (ids == held[:, column : column + 1])
    return found
