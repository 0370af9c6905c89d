"""Notes, rests, ties and tuplets of an ABC voice to played events: pitches and lengths resolved.

Conventions. Lengths in quarters. A tuplet ends with its bar. A pitch outside 0..127 is no note: its
time passes in silence. An overlay (``&``: ABC 2.1, 7.4) goes back by a bar line and is a voice for
itself until as many bars are over: it has accidentals of its own, as abc2midi and abcjs read it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction

from musicrnn.io.abc.fields import default_unit
from musicrnn.io.abc.items import Bar, Broken, Item, Rest, Sound, Tie, Tuplet
from musicrnn.io.abc.key import Accidentals, Place, pitch_at
from musicrnn.io.abc.play import AbcEvent, Aside, BarLine, Harmony, InForce, Play
from musicrnn.io.metre import bar_quarters

MAX_NOTE_QUARTERS = 4096.0  # quarters of one note or rest
MAX_OVERLAYS = 64  # of one bar
TUPLET_TIME = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}  # 5, 7 and 9 follow the metre


@dataclass(slots=True)
class Voice:
    """One voice while it is read; its methods return what is wrong with an item, or None.

    ``shifts``: semitones by what says them, a clef, an octave or a transposition.
    """

    state: InForce
    unit: Fraction | None
    accidentals: Accidentals
    shifts: dict[str, int] = field(default_factory=dict[str, int])
    name: str = ""
    program: int = 0
    is_drum: bool = False
    events: list[AbcEvent] = field(default_factory=list[AbcEvent])
    last: Play | None = None  # what a tie or a broken rhythm looks back to
    last_places: tuple[tuple[Place, int], ...] = ()  # with their alterations
    broken: float = 1.0  # times the next length
    tuplet_left: int = 0
    tuplet_factor: float = 1.0
    bar_starts: deque[int] = field(default_factory=lambda: deque([0], maxlen=10))  # in events
    overlays: list[Accidentals] = field(default_factory=list[Accidentals])  # by layer
    layer: int = 0  # of the overlays of this bar
    overlay: Voice | None = None
    asides: list[Aside] = field(default_factory=list[Aside])  # the overlays of this bar
    overlay_start: int = 0  # in events
    overlay_bars: int = 0  # still to come

    def barline(self, bar: Bar) -> None:
        if self.overlay is not None:
            self.overlay_bars -= 1
            self.overlay.barline(bar)
            if self.overlay_bars > 0:
                return
            self.place_overlays()
        self.accidentals.barline()
        self.tuplet_left, self.broken = 0, 1.0
        self.events.append(BarLine(bar.before, bar.after, bar.double, self.state))
        self.bar_starts.append(len(self.events))

    def begin_overlay(self, bars: int) -> None:
        """What follows sounds with the last ``bars`` bars; with fewer, where there are no more."""
        if self.overlay is None:
            begun = any(isinstance(event, Play) for event in self.events[self.bar_starts[-1] :])
            start = self.bar_starts[-min(bars + (not begun), len(self.bar_starts))]
            while start < len(self.events) and not isinstance(self.events[start], Play):
                start += 1  # behind endings and fields
            self.overlay_start = start
        self.end_overlay()
        self.layer = min(self.layer + 1, MAX_OVERLAYS)
        while len(self.overlays) < self.layer:
            self.overlays.append(Accidentals((), self.accidentals.reach))
        accidentals = self.overlays[self.layer - 1]
        accidentals.signature = self.accidentals.signature
        self.overlay = Voice(self.state, self.unit, accidentals, self.shifts)
        self.overlay.is_drum = self.is_drum
        self.overlay_bars = bars

    def end_overlay(self) -> None:
        if self.overlay is None:
            return
        inside = (e for e in self.overlay.events if isinstance(e, Play | Harmony))
        self.asides.append(Aside(self.layer, tuple(inside)))
        self.overlay = None

    def place_overlays(self) -> None:
        """Puts what the overlays of a bar play where they begin."""
        self.end_overlay()
        self.events[self.overlay_start : self.overlay_start] = self.asides
        more = len(self.asides)
        moved = (start + more * (start > self.overlay_start) for start in self.bar_starts)
        self.bar_starts = deque(moved, maxlen=self.bar_starts.maxlen)
        self.asides, self.layer = [], 0

    def harmony(self, root: int, quality: str) -> None:
        (self.overlay or self).events.append(Harmony(root, quality))

    def take(self, item: Item) -> str | None:
        """Takes what sounds, or changes how it sounds; returns what is wrong with it, if so."""
        if self.overlay is not None:
            return self.overlay.take(item)
        if isinstance(item, Sound):
            return self._sound(item)
        if isinstance(item, Rest):
            return self._rest(item)
        if isinstance(item, Tie):
            return self._tie()
        if isinstance(item, Broken):
            return self._broken(item.dots)
        return self._tuplet(item) if isinstance(item, Tuplet) else None

    def _sound(self, sound: Sound) -> str | None:
        pitches: list[int] = []
        tied: list[int] = []
        places: list[tuple[Place, int]] = []
        for tone in sound.tones:
            alteration = self.accidentals.sounding(tone.place, tone.alteration)
            shift = 0 if self.is_drum else sum(self.shifts.values())
            pitch = pitch_at(tone.place, alteration) + shift
            if 0 <= pitch <= 127 and pitch not in pitches:
                pitches.append(pitch)
                places.append((tone.place, alteration))
                if tone.tie:
                    tied.append(pitch)
        quarters = self._quarters(sound.length)
        if quarters > MAX_NOTE_QUARTERS:
            return f"a note may last {MAX_NOTE_QUARTERS:g} quarters, got {quarters:g}"
        self.accidentals.next_note([p for p, t in zip(places, pitches, strict=True) if t in tied])
        self.last_places = tuple(places)
        self.last = Play(tuple(pitches), quarters, tuple(tied))
        self.events.append(self.last)
        return None if pitches else "the pitch lies outside MIDI's 0..127"

    def _quarters(self, length: Fraction) -> float:
        """The length in time; a broken rhythm and a place in a tuplet are used up."""
        self.unit = self.unit or default_unit(self.state.metre)
        units = length.numerator / length.denominator
        quarters = units * 4 * self.unit.numerator / self.unit.denominator * self.broken
        self.broken = 1.0
        if self.tuplet_left:
            self.tuplet_left -= 1
            quarters *= self.tuplet_factor
        return quarters

    def _rest(self, rest: Rest) -> str | None:
        if rest.in_bars:
            quarters = float(rest.length) * bar_quarters(self.state.metre or (4, 4))
        else:
            quarters = self._quarters(rest.length)
        if quarters > MAX_NOTE_QUARTERS:
            return f"a rest may last {MAX_NOTE_QUARTERS:g} quarters, got {quarters:g}"
        self.accidentals.next_note([])
        self.last = Play((), quarters)
        self.events.append(self.last)
        return None

    def _tie(self) -> str | None:
        if self.last is None or not self.last.pitches:
            return "a tie without a note before it"
        self.last.tied = self.last.pitches
        self.accidentals.next_note(self.last_places)
        return None

    def _broken(self, dots: int) -> str | None:
        if self.last is None:
            return "a broken rhythm without a note before it"
        short = 0.5 ** abs(dots)
        before, after = (2 - short, short) if dots > 0 else (short, 2 - short)
        self.last.quarters *= before
        self.broken = after
        return None

    def _tuplet(self, tuplet: Tuplet) -> str | None:
        metre = self.state.metre or (4, 4)
        compound = metre[1] >= 8 and metre[0] % 3 == 0 and metre[0] > 3
        time = tuplet.q or TUPLET_TIME.get(tuplet.p, 3 if compound else 2)
        if tuplet.p < 2:
            return f"a tuplet has 2 to 9 notes, got {tuplet.p}"
        self.tuplet_left = tuplet.r or tuplet.p
        self.tuplet_factor = time / tuplet.p
        return None
