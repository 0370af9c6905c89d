"""One measure of one part of a MusicXML score: what sounds in it, and what it says of the rest.

Conventions. Times are exact fractions of a quarter from the measure's beginning. Pitches sound:
transposing instruments are read at concert pitch, keys and chords too. Grace notes are played
quickly before the note that they lead to, GRACE each; cue notes, which another part plays, are
silent. Velocities follow the last dynamic mark of the part, MEZZO_FORTE before the first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from musicrnn.io.musicxml.attributes import key_of, semitones_of, time_of
from musicrnn.io.musicxml.directions import barline, directed
from musicrnn.io.musicxml.harmony import NO_CHORD, chord_of
from musicrnn.io.musicxml.numbers import exact, semitones, text_of, whole
from musicrnn.io.musicxml.order import Marks
from musicrnn.io.musicxml.parts import FORTE, Part, drum_at
from musicrnn.score import Key, TimeSignature, is_section_name

MEZZO_FORTE = 80
GRACE = Fraction(1, 8)
MAX_QUARTERS = 4096  # of one note, and of a measure
OCTAVE = 12
# what is not heard as it is written: one of a kind, and several
CUE = ("cue note is silent", "cue notes are silent")
NO_PITCH = ("note without a pitch is left out", "notes without a pitch are left out")
OUTSIDE = ("note outside of MIDI's range is left out", "notes outside of MIDI's range are left out")
BETWEEN = ("quarter tone is rounded", "quarter tones are rounded")
UNKNOWN_CHORD = ("chord symbol is not understood", "chord symbols are not understood")
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@dataclass(slots=True)
class Written:
    """A note; ``instrument`` is its program and whether it is a drum, ``tied`` whether it goes on
    into a note that begins where it ends, ``ties`` whether it goes on from one before."""

    start: Fraction
    quarters: Fraction
    pitch: int
    velocity: int
    instrument: tuple[int, bool]
    tied: bool = False
    ties: bool = False


@dataclass(slots=True)
class Measure:
    """What one measure holds; ``length`` is how far its notes and rests reach. Chords are (root,
    quality), tempos quarters a minute, sections rehearsal marks."""

    length: Fraction = Fraction(0)
    notes: list[Written] = field(default_factory=list[Written])
    keys: list[tuple[Fraction, Key]] = field(default_factory=list[tuple[Fraction, Key]])
    time: TimeSignature | None = None
    tempos: list[tuple[Fraction, float]] = field(default_factory=list[tuple[Fraction, float]])
    chords: list[tuple[Fraction, tuple[int, str]]] = field(
        default_factory=list[tuple[Fraction, tuple[int, str]]]
    )
    sections: list[tuple[Fraction, str]] = field(default_factory=list[tuple[Fraction, str]])
    marks: Marks = field(default_factory=Marks)
    left_out: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


class PartReader:
    """Reads the measures of one part in their order; what holds on is kept between them."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.divisions = Fraction(1)
        self.semitones: dict[str, int] = {}
        self.velocity = MEZZO_FORTE

    def read(self, element: Element) -> Measure:
        """The next measure."""
        self.measure = Measure()
        self.at = self.last = Fraction(0)
        self.graces: list[list[Written]] = []  # those that sound together, place by place
        readers = {
            "note": self._note,
            "backup": self._backup,
            "forward": lambda child: self._forward(self._quarters(child)),
            "attributes": self._attributes,
            "direction": self._direction,
            "sound": self._direction,
            "harmony": self._harmony,
            "barline": lambda child: barline(child, self.measure.marks),
        }
        for child in element:
            if child.tag in readers:
                readers[child.tag](child)
        self._leave_graces()
        return self.measure

    def _quarters(self, element: Element) -> Fraction:
        said = exact(element.findtext("duration"))
        quarters = Fraction(0) if said is None else said / self.divisions
        return quarters if 0 <= quarters <= MAX_QUARTERS else Fraction(0)

    def _backup(self, element: Element) -> None:
        self.at = max(Fraction(0), self.at - self._quarters(element))
        self._leave_graces()

    def _forward(self, quarters: Fraction) -> None:
        self.last = self.at
        self.at = min(self.at + quarters, Fraction(MAX_QUARTERS))

    def _note(self, element: Element) -> None:
        quarters = self._quarters(element)
        if element.find("chord") is not None:
            start = self.last
        else:
            start = self.at
            if element.find("grace") is None:
                self._forward(quarters)
                self.measure.length = max(self.measure.length, self.at)
        if element.find("rest") is not None:
            self._leave_graces()
            return
        if element.find("cue") is not None:
            self.measure.left_out.append(CUE)
            return
        note = self._written(element, start, quarters)
        if note is None:
            return
        if element.find("grace") is not None:
            if element.find("chord") is None or not self.graces:
                self.graces.append([])
            self.graces[-1].append(note)
        elif quarters:
            self._lead(start)
            self.measure.notes.append(note)

    def _written(self, element: Element, start: Fraction, quarters: Fraction) -> Written | None:
        named = element.find("instrument")
        instrument = self.part.playing("" if named is None else named.get("id", ""))
        is_drum = instrument.is_drum
        if (place := element.find("unpitched")) is not None:
            step, octave = text_of(place, "display-step"), text_of(place, "display-octave")
            pitch = drum_at(step, octave) if instrument.drum is None else instrument.drum
            is_drum = True
        elif (place := element.find("pitch")) is not None:
            step, octave = text_of(place, "step"), whole(place.findtext("octave"), -2, 10)
            alter = semitones(place.findtext("alter") or "0")
            if step not in STEPS or octave is None or alter is None:
                self.measure.left_out.append(NO_PITCH)
                return None
            if exact(place.findtext("alter") or "0") != alter:
                self.measure.left_out.append(BETWEEN)
            pitch = STEPS[step] + alter + OCTAVE * (octave + 1)
            if is_drum and instrument.drum is not None:
                pitch = instrument.drum
            elif not is_drum:
                pitch += self._transposed(text_of(element, "staff"))
        else:
            return None
        if not 0 <= pitch <= 127:
            self.measure.left_out.append(OUTSIDE)
            return None
        ties = {tie.get("type") for tie in element.findall("tie")}
        ties = ties or {tied.get("type") for tied in element.findall("notations/tied")}
        loud = exact(element.get("dynamics"))
        velocity = self.velocity if loud is None else round(loud * FORTE / 100)
        return Written(
            start,
            quarters,
            pitch,
            min(127, max(1, velocity)),
            (instrument.program, is_drum),
            "start" in ties,
            "stop" in ties,
        )

    def _transposed(self, staff: str) -> int:
        return self.semitones.get(staff, self.semitones.get("", 0))

    def _lead(self, start: Fraction) -> None:
        """Grace notes come before the note that they lead to, in the order of their places."""
        for before, together in enumerate(reversed(self.graces), start=1):
            for each in together:
                each.start, each.quarters = start - GRACE * before, GRACE
                each.tied = each.ties = False
                self.measure.notes.append(each)
        self.graces = []

    def _leave_graces(self) -> None:
        """Those that lead to nothing end what came before them."""
        self._lead(self.at)

    def _attributes(self, element: Element) -> None:
        divisions = exact(element.findtext("divisions"))
        if divisions is not None and divisions > 0:
            self.divisions = divisions
        for transpose in element.findall("transpose"):
            self.semitones[transpose.get("number", "")] = semitones_of(transpose)
        if (key := element.find("key")) is not None:
            self.measure.keys += [
                (self.at, each) for each in key_of(key, self._transposed(key.get("number", "1")))
            ]
        if (time := element.find("time")) is not None:
            self.measure.time = time_of(time) or self.measure.time

    def _direction(self, element: Element) -> None:
        found = directed(element, self.measure.marks)
        offset = exact(element.findtext("offset")) or Fraction(0)
        at = max(Fraction(0), self.at + offset / self.divisions)
        if found.tempo is not None:
            self.measure.tempos.append((at, found.tempo))
        if is_section_name(found.section):
            self.measure.sections.append((at, found.section))
        if found.velocity is not None:
            self.velocity = found.velocity

    def _harmony(self, element: Element) -> None:
        offset = exact(element.findtext("offset")) or Fraction(0)
        at = max(Fraction(0), self.at + offset / self.divisions)
        chord = chord_of(element, self._transposed(text_of(element, "staff")))
        if chord is None:
            self.measure.left_out.append(UNKNOWN_CHORD)
        self.measure.chords.append((at, chord or NO_CHORD))
