"""A voice of an ABC tune as it is played: repeats unrolled, ties joined, bars put in their places.

Conventions. Times are quarters (floats; exact for every length that occurs in print), turned into
ticks once, at the end. Events come in the order of the text with accidentals and lengths resolved;
a :class:`BarLine` holds what is in force behind it, so that a jump back restores key and metre.

Repeats. ``:|`` goes back to the last ``|:``, or else to the last double bar, end of a repeat, or
the beginning. ``|::`` and ``::|`` play three times. An ending is played in the passes it names.
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


AbcEvent = Play | Harmony | Speed | InForce | BarLine | Volta


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
        limit -= max(1, len(event.pitches)) if isinstance(event, Play) else 1
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
        if event.before:
            times = max(times, event.before + 1) if times == 2 else times
            following = events[at] if at < len(events) else None
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
        if event.before or event.after or (event.double and not explicit):
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


def perform(events: list[AbcEvent], opening: InForce, limit: int) -> Performance:
    """Plays a voice from time 0; ``left`` of the limit is 0 if it was cut at a bound."""
    played, left = unroll(events, opening, limit)
    result = Performance(left=left, states=[(0.0, opening)])
    now = 0.0
    ringing: dict[int, tuple[float, float]] = {}  # tied pitch -> start and end so far
    for event in played:
        if isinstance(event, Play):
            end = now + event.quarters
            if end > MAX_QUARTERS:
                result.left = 0
                break
            for pitch in [p for p in ringing if p not in event.pitches]:
                result.notes.append((*ringing.pop(pitch), pitch))
            for pitch in event.pitches:
                start, _ = ringing.pop(pitch, (now, end))
                if pitch in event.tied:
                    ringing[pitch] = (start, end)
                else:
                    result.notes.append((start, end, pitch))
            now = end
        elif isinstance(event, Harmony):
            result.harmonies.append((now, event))
        elif isinstance(event, Speed):
            result.speeds.append((now, event))
        elif isinstance(event, InForce):
            result.states.append((now, event))
        elif isinstance(event, BarLine):
            soft = event.double or event.before > 0 or event.after > 0
            result.boundaries.append((now, soft))
    result.notes.extend((*ringing[pitch], pitch) for pitch in ringing)
    result.end = now
    return result
