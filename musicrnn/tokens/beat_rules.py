"""The grammar of bar-and-beat events for many pieces at once; see :mod:`musicrnn.tokens.rules`.

The same grammar as :mod:`musicrnn.tokens.beat_grammar`, with the same names. What may follow is at
most one interval of ids in each group, less what holds already (a tempo, a chord, a metre): so an
answer is three numbers a group and row, and the mask is made of them by looking up each id's group.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from musicrnn.score import TimeSignature
from musicrnn.tokens.beat_grammar import MAX_EMPTY_BARS, POSITIONS, SHORTEST_LAST, forced_ids
from musicrnn.tokens.beat_grid import DRUMS, MAX_BARS
from musicrnn.tokens.protocol import END, Wishes
from musicrnn.tokens.vocabulary import EventVocabulary

GROUPS = (
    "start", "end", "key", "density", "bar", "time", "position", "tempo", "chord", "program",
    "pitch", "drum", "velocity", "duration",
)  # fmt: skip
CODE = {group: code for code, group in enumerate(GROUPS)}


class BeatState(NamedTuple):
    """[B] each: what :class:`musicrnn.tokens.beat_grammar.BeatConstraint` keeps of one piece."""

    last: Tensor  # group, by its place in GROUPS
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
    finished: Tensor

    def last_is(self, *groups: str) -> Tensor:
        """Whether the last id was of one of these."""
        found = self.last == CODE[groups[0]]
        for group in groups[1:]:
            found = found | (self.last == CODE[group])
        return found


class BeatRules:
    """Raises MusicRNNError for a wish that this vocabulary has no token for."""

    def __init__(
        self,
        events: EventVocabulary,
        wishes: Wishes,
        programs: tuple[int, ...],
        *,
        device: torch.device,
    ) -> None:
        self.wishes, self.device = wishes, device
        self.forced = forced_ids(events, wishes)
        self.span = {group: (span.start, span.stop) for group, span in events.span.items()}
        self.several = len(programs) > 1
        self.drums = torch.tensor([program == DRUMS for program in programs], device=device)
        self.group = torch.tensor([CODE[group] for group in events.group], device=device)
        values: list[int] = []
        for group, value in zip(events.group, events.value, strict=True):
            if group == "time":
                value = TimeSignature(0, *value).bar_ticks(POSITIONS)
            elif group == "program":
                value = programs.index(value)
            values.append(value if isinstance(value, int) else 0)
        self.values = torch.tensor(values, device=device)
        self.ids = torch.arange(len(events), device=device)
        self.pitched = "duration" in self.span
        if self.pitched:
            self.durations = self.values[slice(*self.span["duration"])]
        self.chords = torch.tensor(self.forced.get("chord", [-1]), device=device)
        for group in self.forced.keys() - {"chord"}:  # chords take turns
            wished = self.forced[group][0]
            self.span[group] = wished, wished + 1
        lows = [self.span.get(group, (0, 0))[0] for group in GROUPS]
        self.lows = torch.tensor(lows, device=device)

    def start(self) -> BeatState:
        zero = torch.zeros(1, dtype=torch.long, device=self.device)
        none = zero - 1
        return BeatState(
            last=zero,
            bars=zero,
            empty_bars=zero,
            notes_in_bar=zero,
            bar_start=zero,
            sounding_until=zero,
            signature=none,
            tempo=none,
            chord=none,
            bar_length=zero + 4 * POSITIONS,
            position=none,
            program=none,
            pitch=none,
            seconds=zero.double(),
            finished=zero > 0,
        )

    def push(self, state: tuple[Tensor, ...], ids: Tensor) -> BeatState:
        s = BeatState(*state)
        group, value = self.group[ids], self.values[ids]
        bar, place, program = (group == CODE[g] for g in ("bar", "position", "program"))
        note = (group == CODE["pitch"]) | (group == CODE["drum"])
        held = group == CODE["duration"]
        closes = bar & (s.bars > 0)
        empty = torch.where(_sounds(s), 0, s.empty_bars + 1)
        pitch = torch.where(place | program, -1, torch.where(note, value, s.pitch))
        current = torch.where(place, -1, torch.where(program, value, s.program))
        return BeatState(
            last=group,
            bars=s.bars + bar.long(),
            empty_bars=torch.where(closes, empty, s.empty_bars),
            notes_in_bar=torch.where(bar, 0, s.notes_in_bar + note.long()),
            bar_start=s.bar_start + torch.where(closes, s.bar_length, 0),
            sounding_until=torch.where(
                held,
                torch.maximum(s.sounding_until, s.bar_start + s.position + value),
                s.sounding_until,
            ),
            signature=torch.where(group == CODE["time"], ids, s.signature),
            tempo=torch.where(group == CODE["tempo"], ids, s.tempo),
            chord=torch.where(group == CODE["chord"], ids, s.chord),
            bar_length=torch.where(group == CODE["time"], value, s.bar_length),
            position=torch.where(place, value, torch.where(bar, -1, s.position)),
            program=torch.where(note, current.clamp(min=0), current),
            pitch=pitch,
            seconds=s.seconds + torch.where(closes, self._bar_seconds(s), 0.0),
            finished=s.finished | (ids == END),
        )

    def allowed(self, state: tuple[Tensor, ...]) -> Tensor:
        s = BeatState(*state)
        untimed = s.tempo < 0
        inside = s.last_is("position", "tempo", "chord")
        drums = self.drums[s.program.remainder(len(self.drums))]
        held = s.last_is("velocity") & ~drums  # its duration comes next
        wish = self.chords[(s.bars - 1).remainder(len(self.chords))]
        here = (s.position == 0) & ~s.last_is("chord")
        due = inside & ~untimed & here & (wish >= 0) & (wish != s.chord)
        free = inside & ~untimed & ~due
        header = s.last_is("start", "key", "density", "bar")
        complete = ~(header | inside | held | s.last_is("time", "program", "pitch", "drum"))
        opening = s.last_is("bar") & (s.bars == 1)
        moves = (s.last_is("bar") & ~opening) | s.last_is("time") | complete
        moves = moves | (free & ~s.last_is("position"))  # a position says at least one thing
        unnamed = (s.position < 0) & (wish >= 0)  # a bar that must name its chord

        spans = _Spans(self.lows, self.span, s)
        first = "key" if "key" in self.span else "density"
        spans.allow(first, s.last_is("start"))
        spans.allow("density", s.last_is("start", "key") if first != "key" else s.last_is("key"))
        spans.allow("time", opening if "time" in self.forced else s.last_is("bar"))
        timing = untimed if "tempo" in self.forced else ~s.finished
        spans.allow("tempo", s.last_is("position") & timing & ~due)
        if self.wishes.chords:
            spans.allow("chord", due, wish, wish + 1)
        else:
            spans.allow("chord", free & ~s.last_is("chord"))
        self._notes(spans, s, free | complete, drums)
        spans.allow("velocity", s.last_is("pitch", "drum"))
        if self.pitched:
            spans.allow("duration", held, None, self._fitting(s))
        self._next_position(spans, s, moves, untimed | unnamed)
        missing = unnamed | ((s.bars == 1) & (s.notes_in_bar == 0))
        self._next_bar(spans, s, moves & ~missing)
        low, high = spans.stacked(self.group)  # [B, V]
        mask = (self.ids >= low) & (self.ids < high)
        metre = torch.where(s.bars == 1, -1, s.signature)
        for holds in (metre, s.tempo, s.chord):
            mask = mask & (self.ids != holds[:, None])
        return mask

    def _notes(self, spans: _Spans, s: BeatState, due: Tensor, drums: Tensor) -> None:
        """A higher pitch of the same program, or a later program; the first pitch of a new one."""
        if self.several:
            later = self.span["program"][0] + s.program + 1
            spans.allow("program", due, later, None)
            due = due & (s.pitch >= 0)
        new = s.last_is("program")
        above = torch.where(new, 0, s.pitch + 1)
        for group, kind in (("pitch", ~drums), ("drum", drums)):
            if group in self.span:
                spans.allow(group, (new | due) & kind, self.span[group][0] + above, None)

    def _next_position(self, spans: _Spans, s: BeatState, due: Tensor, only_first: Tensor) -> None:
        start = self.span["position"][0]
        end = s.bar_length
        if self.pitched and self.wishes.bars is not None:
            end = torch.where(s.bars == self.wishes.bars, end - SHORTEST_LAST, end)
        low = torch.where(only_first, 0, s.position + 1)
        high = torch.where(only_first, 1, end)
        spans.allow("position", due, start + low, start + high)

    def _next_bar(self, spans: _Spans, s: BeatState, due: Tensor) -> None:
        """Another bar or the end."""
        sounds = _sounds(s)
        silent_behind = s.sounding_until <= s.bar_start + s.bar_length
        over = torch.zeros_like(due)
        if self.wishes.seconds is not None:
            over = (s.seconds + self._bar_seconds(s) >= self.wishes.seconds) & silent_behind
        if self.wishes.bars is not None:
            over = over | (s.bars >= self.wishes.bars)
        unbounded = self.wishes.bars is None and self.wishes.seconds is None
        may_end = over | silent_behind if unbounded else over
        spans.allow("end", s.finished | (due & sounds & may_end), always=True)
        another = due & ~over & (sounds | (s.empty_bars < MAX_EMPTY_BARS))
        spans.allow("bar", another | s.last_is("density"))

    def _fitting(self, s: BeatState) -> Tensor:
        """The id behind the longest duration that ends with the last wished bar."""
        bars = MAX_BARS - torch.zeros_like(s.bars)
        if self.wishes.seconds is not None:
            left = (self.wishes.seconds - s.seconds) / self._bar_seconds(s)
            bars = (left - 1e-9).ceil().clamp(min=1).long()
        elif self.wishes.bars is not None:
            bars = self.wishes.bars - s.bars + 1
        room = bars * s.bar_length - s.position
        return self.span["duration"][0] + (self.durations <= room[:, None]).sum(1)

    def _bar_seconds(self, s: BeatState) -> Tensor:
        """The length of this bar at the tempo that holds at its end, in float64."""
        bpm = torch.where(s.tempo >= 0, self.values[s.tempo.clamp(min=0)], 120)
        return s.bar_length.double() / POSITIONS * 60 / bpm.double()


def _sounds(s: BeatState) -> Tensor:
    """Whether a note begins in this bar or is held into it."""
    return (s.notes_in_bar > 0) | (s.sounding_until > s.bar_start)


class _Spans:
    """At most one interval of ids for each group and row: from low up to high."""

    def __init__(self, lows: Tensor, span: dict[str, tuple[int, int]], s: BeatState) -> None:
        self.span, self.playing = span, ~s.finished
        self.low = list(lows.expand(len(s.bars), -1).unbind(1))
        self.high = [torch.zeros_like(s.bars)] * len(GROUPS)

    def allow(
        self,
        group: str,
        where: Tensor,
        low: Tensor | None = None,
        high: Tensor | None = None,
        *,
        always: bool = False,
    ) -> None:
        """In rows ``where``, the ids of a group from ``low`` up to ``high`` or its own bounds.

        After the end nothing, unless ``always``.
        """
        if group not in self.span:
            return
        code = CODE[group]
        if low is not None:
            self.low[code] = low
        where = where if always else where & self.playing
        self.high[code] = torch.where(where, self.span[group][1] if high is None else high, 0)

    def stacked(self, group: Tensor) -> tuple[Tensor, Tensor]:
        """For ids of these groups, [V]: the bounds [B, V] of each."""
        return torch.stack(self.low, 1)[:, group], torch.stack(self.high, 1)[:, group]
