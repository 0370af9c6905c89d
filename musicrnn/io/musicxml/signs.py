"""What stands before and above the notes of a bar: keys, metres, clefs, tempos, chord symbols.

Conventions. Places in a bar are in DIVISIONS of a quarter, from its beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from musicrnn.io.musicxml.bars import Bar
from musicrnn.io.musicxml.harmony import KINDS
from musicrnn.io.musicxml.voices import MIDDLE_C, Voice
from musicrnn.io.written import TICKS_PER_QUARTER
from musicrnn.score import Chord, Key, Section, Tempo
from musicrnn.spelling import fifths_of_key, root_name

DIVISIONS = 48  # a quarter: notes stand on 1/24, barlines on 1/16
TICKS_PER_DIVISION = TICKS_PER_QUARTER // DIVISIONS
TREBLE, BASS, PERCUSSION = ("G", "2"), ("F", "4"), ("percussion", "")
LOWEST_TREBLE = 58  # that the middle of a staff may have
ALTERS = {"#": "1", "b": "-1"}


def place(bar: Bar, tick: int) -> int:
    """Where a tick lies in a bar."""
    return (tick - bar.start) // TICKS_PER_DIVISION


def length_of(bar: Bar) -> int:
    return place(bar, bar.end)


def fifths_at(key: Key | None) -> tuple[int, bool]:
    """The signature, and whether it is minor."""
    return (0, False) if key is None else (fifths_of_key(key.tonic, key.minor), key.minor)


def said(parent: Element, tag: str, text: object) -> Element:
    """An element with a text, inside another."""
    element = SubElement(parent, tag)
    element.text = str(text)
    return element


def attributes(bar: Bar, layout: Sequence[Sequence[Voice]], *, drums: bool) -> Element | None:
    """What changes at the beginning of a bar in a part with such staves; None for nothing."""
    key = bar.key if bar.first or any(each.tick == bar.start for each in bar.keys) else None
    if not bar.first and key is None and bar.metre is None:
        return None
    element = Element("attributes")
    if bar.first:
        said(element, "divisions", DIVISIONS)
    if key is not None:
        element.append(_key(key))
    if bar.metre is not None:
        time = SubElement(element, "time")
        said(time, "beats", bar.metre.numerator)
        said(time, "beat-type", bar.metre.denominator)
    if bar.first:
        if len(layout) > 1:
            said(element, "staves", len(layout))
        for number, voices in enumerate(layout, start=1):
            own = SubElement(element, "clef", {"number": str(number)} if len(layout) > 1 else {})
            sign, line = PERCUSSION if drums else _clef(voices)
            said(own, "sign", sign)
            if line:
                said(own, "line", line)
    return element


def key_inside(bar: Bar, key: Key) -> list[Element]:
    """A key that changes within a bar: forward to it, and back."""
    element = Element("attributes")
    element.append(_key(key))
    at = place(bar, key.tick)
    return [moved("forward", at), element, moved("backup", at)]


def tempo_mark(bar: Bar, tempo: Tempo) -> Element:
    """``♩ = 120``."""
    bpm = round(tempo.bpm)
    element = Element("direction", placement="above")
    metronome = SubElement(SubElement(element, "direction-type"), "metronome")
    said(metronome, "beat-unit", "quarter")
    said(metronome, "per-minute", bpm)
    _offset(element, bar, tempo.tick)
    SubElement(element, "sound", tempo=str(bpm))
    return element


def rehearsal_mark(bar: Bar, section: Section) -> Element:
    """A section's name in a box."""
    element = Element("direction", placement="above")
    said(SubElement(element, "direction-type"), "rehearsal", section.name)
    _offset(element, bar, section.tick)
    return element


def chord_symbol(bar: Bar, chord: Chord) -> Element:
    """A chord as a ``harmony``, its root spelled as the key wants it."""
    element = Element("harmony")
    root = SubElement(element, "root")
    if chord.root < 0:
        said(root, "root-step", "C").set("text", "")
        said(element, "kind", "none").set("text", "N.C.")
    else:
        name = root_name(chord.root, *fifths_at(bar.key))
        said(root, "root-step", name[0])
        if name[1:]:
            said(root, "root-alter", ALTERS[name[1:]])
        said(element, "kind", KINDS[chord.quality][0])
    _offset(element, bar, chord.tick)
    return element


def _key(key: Key) -> Element:
    element = Element("key")
    said(element, "fifths", fifths_of_key(key.tonic, key.minor))
    said(element, "mode", "minor" if key.minor else "major")
    return element


def _clef(voices: Sequence[Voice]) -> tuple[str, str]:
    """By the note in the middle of all."""
    pitches = sorted(head.pitch for voice in voices for stem in voice for head in stem.heads)
    middle = pitches[len(pitches) // 2] if pitches else MIDDLE_C
    return TREBLE if middle >= LOWEST_TREBLE else BASS


def _offset(element: Element, bar: Bar, tick: int) -> None:
    if tick > bar.start:
        said(element, "offset", place(bar, tick))


def moved(tag: str, duration: int) -> Element:
    """Forward or back."""
    element = Element(tag)
    said(element, "duration", duration)
    return element
