"""Notes, rests, ties and tuplets of an ABC voice to played events: pitches and lengths resolved.

Conventions. Lengths in quarters. Within a bar an accidental holds for its own octave only. A tuplet
ends with its bar. A pitch outside 0..127 is no note: its time passes in silence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from musicrnn.io.abc.fields import default_unit
from musicrnn.io.abc.items import Bar, Broken, Item, Rest, Sound, Tie, Tuplet
from musicrnn.io.abc.key import Accidentals, Place, pitch_at
from musicrnn.io.abc.play import AbcEvent, BarLine, InForce, Play
from musicrnn.io.metre import bar_quarters

MAX_NOTE_QUARTERS = 4096.0  # quarters of one note or rest
TUPLET_TIME = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}  # 5, 7 and 9 follow the metre


@dataclass(slots=True)
class Voice:
    """One voice while it is read; its methods return what is wrong with an item, or None."""

    state: InForce
    unit: Fraction | None
    accidentals: Accidentals
    transpose: int = 0
    name: str = ""
    program: int = 0
    is_drum: bool = False
    events: list[AbcEvent] = field(default_factory=list[AbcEvent])
    last: Play | None = None  # what a tie or a broken rhythm looks back to
    last_places: tuple[tuple[Place, int], ...] = ()  # with their alterations
    broken: float = 1.0  # times the next length
    tuplet_left: int = 0
    tuplet_factor: float = 1.0
    in_overlay: bool = False

    def barline(self, bar: Bar) -> None:
        self.in_overlay = False
        self.accidentals.barline()
        self.tuplet_left, self.broken = 0, 1.0
        self.events.append(BarLine(bar.before, bar.after, bar.double, self.state))

    def take(self, item: Item) -> str | None:
        """Takes what sounds, or changes how it sounds; returns what is wrong with it, if so."""
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
            if tone.alteration is not None:
                self.accidentals.mark(tone.place, tone.alteration)
            alteration = self.accidentals.implied(tone.place)
            pitch = pitch_at(tone.place, alteration) + self.transpose
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
