"""The notes and rests of one voice in one bar as elements of MusicXML.

Conventions. Notes are spelled as the key wants them (musicrnn.io.abc.key.spell); a note that is cut
by a barline, or that takes more than one printed length, is tied.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from musicrnn.io.abc.key import LETTERS, spell
from musicrnn.io.musicxml.bars import Bar
from musicrnn.io.musicxml.parts import FORTE, place_of_drum
from musicrnn.io.musicxml.signs import DIVISIONS, fifths_at, length_of, moved, place, said
from musicrnn.io.musicxml.values import UNITS, Region, Value, regions, values
from musicrnn.io.musicxml.voices import Stem, Voice

FINE = DIVISIONS // UNITS  # divisions of a unit of values.py


@dataclass(frozen=True, slots=True)
class Line:
    """Which line of a part is written: its voice, from 1, its staff, 0 where there is but one, and
    whether it has rests where it is silent; others are left blank."""

    part: str
    voice: int
    staff: int
    is_drum: bool
    rests: bool


def line_elements(line: Line, inside: Voice, bar: Bar) -> Iterator[Element]:
    """What a voice plays in a bar, from its beginning to its end; ``inside`` sounds there."""
    end = length_of(bar)
    if not inside:
        yield (
            _rest(line, Value(end / FINE, ""), end, whole=True)
            if line.rests
            else moved("forward", end)
        )
        return
    spans = [(max(0, place(bar, s.start)), min(end, place(bar, s.end))) for s in inside]
    cuts = sorted({at for span in spans for at in span})
    exact = not any(at % FINE for at in (*cuts, end))
    layout = regions([at // FINE for at in cuts], end // FINE) if exact else []
    now = 0
    for (start, stop), stem in zip(spans, inside, strict=True):
        yield from _silence(line, now, start, layout)
        told = list(_values(start, stop, layout))
        for index, value in enumerate(told):
            goes_on = index < len(told) - 1 or stem.end > bar.end
            came = index > 0 or stem.start < bar.start
            yield from _chord(line, stem, value, bar, came=came, goes_on=goes_on)
        now = stop
    yield from _silence(line, now, end, layout)


def _values(start: int, end: int, layout: Sequence[Region]) -> Iterator[Value]:
    if layout:
        yield from values(start // FINE, end // FINE, layout)
    else:
        yield Value((end - start) / FINE, "")


def _silence(line: Line, start: int, end: int, layout: Sequence[Region]) -> Iterator[Element]:
    if end > start and not line.rests:
        yield moved("forward", end - start)
    elif end > start:
        for value in _values(start, end, layout):
            yield _rest(line, value, round(value.units * FINE))


def _rest(line: Line, value: Value, duration: int, *, whole: bool = False) -> Element:
    note = Element("note")
    SubElement(note, "rest", {"measure": "yes"} if whole else {})
    said(note, "duration", duration)
    _printed(note, line, value)
    _triplet(note, value)
    return note


def _chord(
    line: Line, stem: Stem, value: Value, bar: Bar, *, came: bool, goes_on: bool
) -> Iterator[Element]:
    """The notes of a stem in one printed length."""
    for index, head in enumerate(stem.heads):
        note = Element("note", dynamics=f"{head.velocity * 100 / FORTE:.2f}")
        if index:
            SubElement(note, "chord")
        _add_pitch(note, line, head.pitch, bar)
        said(note, "duration", round(value.units * FINE))
        ties = ["stop"] * (came or head.came) + ["start"] * (goes_on or head.goes_on)
        for kind in ties:
            SubElement(note, "tie", type=kind)
        if line.is_drum:
            SubElement(note, "instrument", id=f"{line.part}-I{head.pitch + 1}")
        _printed(note, line, value)
        for kind in ties:
            SubElement(_notations(note), "tied", type=kind)
        if not index:
            _triplet(note, value)
        yield note


def _triplet(note: Element, value: Value) -> None:
    """Where one begins and ends."""
    if value.opens:
        SubElement(_notations(note), "tuplet", type="start", bracket="yes")
    if value.closes:
        SubElement(_notations(note), "tuplet", type="stop")


def _notations(note: Element) -> Element:
    found = note.find("notations")
    return SubElement(note, "notations") if found is None else found


def _add_pitch(note: Element, line: Line, pitch: int, bar: Bar) -> None:
    if line.is_drum:
        step, octave = place_of_drum(pitch)
        unpitched = SubElement(note, "unpitched")
        said(unpitched, "display-step", step)
        said(unpitched, "display-octave", octave)
        return
    (letter, octave), alter = spell(pitch, *fifths_at(bar.key))
    pitched = SubElement(note, "pitch")
    said(pitched, "step", LETTERS[letter])
    if alter:
        said(pitched, "alter", alter)
    said(pitched, "octave", octave - 1)


def _printed(note: Element, line: Line, value: Value) -> None:
    """The voice, the type with its dots and triplet, the staff: in the standard's order."""
    said(note, "voice", line.voice)
    if value.name:
        said(note, "type", value.name)
        for _ in range(value.dots):
            SubElement(note, "dot")
    if value.triplet:
        modification = SubElement(note, "time-modification")
        said(modification, "actual-notes", 3)
        said(modification, "normal-notes", 2)
        said(modification, "normal-type", value.triplet)
    if line.staff:
        said(note, "staff", line.staff)
