"""The parts of a MusicXML score: their names, instruments and drums.

Conventions. Programs are those of General MIDI, from 0 (MusicXML counts from 1); where a part says
none, its name tells, in the languages of printed scores. A drum is the note that General MIDI's
channel 10 has for it: what ``midi-unpitched`` says, or else what stands at that place of the staff
in a usual drum part (Weinberg, "Guidelines for drumset notation", 1998).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from musicrnn.io.musicxml.numbers import text_of, whole

DRUM_CHANNEL = 10
FORTE = 90  # the velocity that MusicXML counts dynamics in percent of
MAX_NAME = 100
SNARE = 38
# by the place on a staff with a percussion clef, F4 its lowest space
DRUM_PLACES = {
    "D4": 44, "E4": 35, "F4": 36, "G4": 41, "A4": 43, "B4": 45, "C5": SNARE, "D5": 47, "E5": 48,
    "F5": 51, "G5": 42, "A5": 49, "B5": 57,
}  # fmt: skip
# words in the names of parts, the first that is found counts
NAMED_PROGRAMS = (
    (r"piccolo|ottavino", 72), (r"flute|flauto|fl[oö]te|traverso", 73), (r"recorder|blockfl", 74),
    (r"english horn|cor anglais|englischhorn", 69), (r"oboe|hautbois", 68),
    (r"clarinet|klarinette|clarin", 71), (r"bassoon|fagott|basson", 70),
    (r"soprano sax", 64), (r"tenor sax", 66), (r"bari\w* sax", 67), (r"sax", 65),
    (r"trumpet|trompet|tromba|cornet|kornett", 56), (r"trombone|posaune", 57), (r"tuba", 58),
    (r"\bhorn|corno?\b|waldhorn", 60), (r"timpani|pauken|timbales", 47),
    (r"glockenspiel", 9), (r"celesta", 8), (r"vibraphon", 11), (r"marimba", 12), (r"xylo", 13),
    (r"viola|bratsche|\balti?\b viol", 41), (r"cello|violonc", 42),
    (r"contrabass|double bass|kontrabass|contrebasse", 43), (r"violin|violon|geige|fiddle", 40),
    (r"strings|streicher", 48), (r"harpsichord|cembalo|clavecin", 6), (r"harp|harfe", 46),
    (r"organ|orgel|orgue", 19), (r"accordion|akkordeon", 21), (r"harmonica", 22),
    (r"electric guitar|e-gitarre", 27), (r"guitar|gitarre|guitare", 24), (r"banjo", 105),
    (r"mandolin", 25), (r"bass guitar|electric bass|e-bass", 33), (r"lute|laute", 24),
    (r"piano|klavier|pianoforte", 0),
    (r"voice|vocal|soprano|alto|tenor|choir|chorus|chor\b|sopran|stimme|voix|canto|baritone", 52),
)  # fmt: skip
_DRUMS = re.compile(r"drum|percussion|schlagzeug|batterie|perc\.|cymbal|tambourine|triangle")


@dataclass(frozen=True, slots=True)
class Instrument:
    """What plays a note; ``drum`` is the note that it has for one that is written without pitch."""

    program: int = 0
    is_drum: bool = False
    drum: int | None = None


@dataclass(slots=True)
class Part:
    """One part; the first of its instruments plays what names none."""

    name: str = ""
    instruments: dict[str, Instrument] = field(default_factory=dict[str, Instrument])

    def playing(self, name: str) -> Instrument:
        """The instrument that a note names."""
        if name in self.instruments:
            return self.instruments[name]
        return next(iter(self.instruments.values()), Instrument())


def parts_of(part_list: Element) -> dict[str, Part]:
    """By id, in their order."""
    return {
        each.get("id", ""): _part(each) for each in part_list.iter("score-part") if each.get("id")
    }


def place_of_drum(drum: int) -> tuple[str, str]:
    """Where a usual drum part has it: step and octave; the snare drum's place for the others."""
    found = next((at for at, known in DRUM_PLACES.items() if known == drum), "C5")
    return found[0], found[1:]


def drum_at(step: str, octave: str) -> int:
    """What a usual drum part has at that place of the staff; a snare drum where nothing is."""
    return DRUM_PLACES.get(step + octave, SNARE)


def _part(said: Element) -> Part:
    name = " ".join(text_of(said, "part-name").split())[:MAX_NAME]
    midi = {each.get("id", ""): each for each in said.iter("midi-instrument")}
    named = said.iter("score-instrument")
    known = {each.get("id", ""): text_of(each, "instrument-name") for each in named}
    known |= {key: "" for key in midi if key not in known}
    found = {key: _instrument(midi.get(key), own, name) for key, own in known.items()}
    return Part(name, found or {"": _instrument(None, "", name)})


def _instrument(midi: Element | None, own: str, part: str) -> Instrument:
    names = f"{own} {part}".lower()
    channel = program = drum = None
    if midi is not None:
        channel = whole(midi.findtext("midi-channel"), 1, 16)
        program = whole(midi.findtext("midi-program"), 1, 128)
        drum = whole(midi.findtext("midi-unpitched"), 1, 128)
    if channel == DRUM_CHANNEL or (channel is None and program is None and _DRUMS.search(names)):
        return Instrument(0, True, None if drum is None else drum - 1)
    if program is not None:
        return Instrument(program - 1, False, None if drum is None else drum - 1)
    told = (number for words, number in NAMED_PROGRAMS if re.search(words, names))
    return Instrument(next(told, 0), False, None if drum is None else drum - 1)
