"""A voice of an ABC tune as it is played: repeats unrolled, ties joined, bars put in their places.

Conventions. Times are quarters (floats; exact for every length that occurs in print), turned into
ticks once, at the end. Events come in the order of the text with accidentals and lengths resolved;
a :class:`BarLine` holds what is in force behind it, so that a jump back restores key and metre.

Repeats. ``:|`` goes back to the last ``|:``, or else to the last double bar, end of a repeat, or
the beginning (ABC 2.1, 4.8); a double bar right before an ending belongs to it. ``|::`` and ``::|``
play three times. An ending is played in the passes it names. The order of parts is parts.py's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from musicrnn.io.abc.key import AbcKey
from musicrnn.io.metre import Metre

MAX_EVENTS = 300_000  # of all voices, after unrolling; the notes of a chord count each
MAX_QUARTERS = 100_000.0


@dataclass(slots=True)
class Play:
    """Pitches that sound for ``quarters``, none in a rest; ``tied`` ones go on into the next."""

    pitches: tuple[int, ...]
    quarters: float
    tied: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Harmony:
    root: int
    quality: str


@dataclass(frozen=True, slots=True)
class Speed:
    """Quarters a minute."""

    bpm: float


@dataclass(frozen=True, slots=True)
class InForce:
    """Key and metre; a metre of None is free."""

    key: AbcKey
    metre: Metre | None


@dataclass(frozen=True, slots=True)
class BarLine:
    """A barline, and what is in force behind it."""

    before: int
    after: int
    double: bool
    state: InForce


@dataclass(frozen=True, slots=True)
class Volta:
    """The beginning of an ending, played in these passes."""

    numbers: frozenset[int]


@dataclass(frozen=True, slots=True)
class Part:
    """The beginning of a part."""

    name: str


@dataclass(frozen=True, slots=True)
class Aside:
    """An overlay: what sounds together with the events behind it and takes no time of its own.
    ``layer`` counts the overlays of a bar from 1."""

    layer: int
    events: tuple[Play | Harmony, ...]


AbcEvent = Play | Harmony | Speed | InForce | BarLine | Volta | Part | Aside


def _size(event: AbcEvent) -> int:
    """How much an event counts, by its notes."""
    if isinstance(event, Aside):
        return sum(map(_size, event.events))
    return max(1, len(event.pitches)) if isinstance(event, Play) else 1


def unroll(events: list[AbcEvent], opening: InForce, limit: int) -> tuple[list[AbcEvent], int]:
    """The events in the order of playing, and what they leave of ``limit``; 0 if it cut them."""
    played: list[AbcEvent] = []
    at, begin = 0, 0
    begin_state, state = opening, opening
    explicit = False  # begin is a "|:" whose repeat is not over
    turn, times = 1, 2
    while at < len(events):
        event = events[at]
        at += 1
        limit -= _size(event)
        if limit <= 0:
            return played, 0
        if isinstance(event, Volta):
            times = max(times, min(max(event.numbers), 99))
            if turn not in event.numbers:
                at = _behind_ending(events, at)
            elif turn >= times:
                explicit = False
            continue
        if isinstance(event, InForce):
            state = event
        played.append(event)
        if not isinstance(event, BarLine):
            continue
        following = events[at] if at < len(events) else None
        if event.before:
            times = max(times, event.before + 1) if times == 2 else times
            if isinstance(following, Volta):
                times = max(times, min(max(following.numbers), 99))
            if turn < times:
                turn += 1
                at = begin
                if state != begin_state:
                    state = begin_state
                    played.append(state)
                continue
            if isinstance(following, Volta) and turn in following.numbers:
                explicit = False
                continue
        divides = event.double and not explicit and not isinstance(following, Volta)
        if event.before or event.after or divides:
            begin, begin_state = at, event.state
            explicit = event.after > 0
            turn, times = 1, max(2, event.after + 1)
    return played, limit


def _behind_ending(events: list[AbcEvent], at: int) -> int:
    """Where to go on when the ending that begins at ``at`` is left out: at the next ending, behind
    the repeat that closes this one, or before the double bar or ``|:`` that does."""
    for index in range(at, len(events)):
        event = events[index]
        if isinstance(event, Volta):
            return index
        if isinstance(event, BarLine):
            if event.before:
                return index + 1
            if event.after or event.double:
                return index
    return len(events)


@dataclass(slots=True)
class Performance:
    """One voice in time. Notes are (start, end, pitch); boundaries are the places where a bar may
    end, and whether softly, at repeats and double bars: they stand inside bars too."""

    notes: list[tuple[float, float, int]] = field(default_factory=list[tuple[float, float, int]])
    harmonies: list[tuple[float, Harmony]] = field(default_factory=list[tuple[float, Harmony]])
    speeds: list[tuple[float, Speed]] = field(default_factory=list[tuple[float, Speed]])
    states: list[tuple[float, InForce]] = field(default_factory=list[tuple[float, InForce]])
    boundaries: list[tuple[float, bool]] = field(default_factory=list[tuple[float, bool]])
    end: float = 0.0
    left: int = MAX_EVENTS


@dataclass(slots=True)
class _Layer:
    """A voice, or an overlay of it: its notes, and tied pitches with start and end so far."""

    notes: list[tuple[float, float, int]]
    ringing: dict[int, tuple[float, float]] = field(default_factory=dict[int, tuple[float, float]])

    def play(self, event: Play, now: float) -> None:
        for pitch, (_, end) in list(self.ringing.items()):
            if pitch not in event.pitches or end < now:
                self.notes.append((*self.ringing.pop(pitch), pitch))
        for pitch in event.pitches:
            start, _ = self.ringing.pop(pitch, (now, now))
            if pitch in event.tied:
                self.ringing[pitch] = (start, now + event.quarters)
            else:
                self.notes.append((start, now + event.quarters, pitch))

    def finish(self) -> None:
        self.notes.extend((*self.ringing[pitch], pitch) for pitch in self.ringing)


def perform(played: list[AbcEvent], opening: InForce, left: int) -> Performance:
    """Plays a voice's events from time 0, as they come from :func:`unroll`; ``left`` of the limit
    becomes 0 if they are cut at a bound."""
    result = Performance(left=left, states=[(0.0, opening)])
    now = 0.0
    layers = [_Layer(result.notes)]
    for event in played:
        if isinstance(event, Play):
            if now + event.quarters > MAX_QUARTERS:
                result.left = 0
                break
            layers[0].play(event, now)
            now += event.quarters
        elif isinstance(event, Aside):
            while len(layers) <= event.layer:
                layers.append(_Layer(result.notes))
            at = now
            for each in event.events:
                if isinstance(each, Harmony):
                    result.harmonies.append((at, each))
                elif at + each.quarters <= MAX_QUARTERS:
                    layers[event.layer].play(each, at)
                    at += each.quarters
        elif isinstance(event, Harmony):
            result.harmonies.append((now, event))
        elif isinstance(event, Speed):
            result.speeds.append((now, event))
        elif isinstance(event, InForce):
            result.states.append((now, event))
        elif isinstance(event, BarLine):
            soft = event.double or event.before > 0 or event.after > 0
            result.boundaries.append((now, soft))
    for layer in layers:
        layer.finish()
    result.end = now
    return result
