"""Directions and barlines of MusicXML: tempo, dynamics, sections, and jumps.

Conventions. Tempos are quarters a minute. What ``sound`` says goes before what is printed, as the
standard has it; words (``D.C. al Fine``, ``To Coda``) count where nothing else is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from xml.etree.ElementTree import Element

from musicrnn.io.musicxml.numbers import exact, text_of, whole
from musicrnn.io.musicxml.order import MAX_TIMES, Marks
from musicrnn.io.musicxml.parts import FORTE

SLOWEST, FASTEST = 4, 1000
DYNAMICS = {
    "pppp": 10, "ppp": 16, "pp": 33, "p": 49, "mp": 64, "mf": 80, "f": 96, "ff": 112, "fff": 126,
    "ffff": 127, "sf": 112, "sfz": 112, "fp": 96, "fz": 112,
}  # fmt: skip
BEATS = {
    "breve": Fraction(8), "whole": Fraction(4), "half": Fraction(2), "quarter": Fraction(1),
    "eighth": Fraction(1, 2), "16th": Fraction(1, 4), "32nd": Fraction(1, 8),
}  # fmt: skip
_DA_CAPO = re.compile(r"(?i)(?:^|\s)(?:d\.?\s?c|da\s+capo)(?!\w)")
_DAL_SEGNO = re.compile(r"(?i)(?:^|\s)(?:d\.?\s?s|dal\s+segno)(?!\w)")
_TO_CODA = re.compile(r"(?i)\s*(?:to|al)\s+coda\b")
_FINE = re.compile(r"(?i)\s*fine\W*\Z")
_CODA = re.compile(r"(?i)\s*coda\W*\Z")
_COUNT = re.compile(r"\d{1,4}(?:\.\d{1,6})?", re.ASCII)
_PASSES = re.compile(r"\d{1,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Directed:
    """What a direction says of how to play."""

    tempo: float | None = None
    velocity: int | None = None
    section: str = ""


def directed(element: Element, marks: Marks) -> Directed:
    """Of a ``direction`` or a ``sound`` in a measure; jumps go into ``marks``."""
    sound = element.find("sound") if element.tag == "direction" else element
    said = {} if sound is None else sound.attrib
    tempo = exact(said.get("tempo"))
    if tempo is None:
        tempo = _metronome(element)
    velocity = None
    if (loud := exact(said.get("dynamics"))) is not None:
        velocity = min(127, max(1, round(loud * FORTE / 100)))
    else:
        for dynamics in element.findall("direction-type/dynamics/*"):
            velocity = DYNAMICS.get(dynamics.tag, velocity)
    if not _jumps(said, marks):
        _printed(element, marks)
    fits = tempo is not None and SLOWEST <= tempo <= FASTEST
    section = " ".join((element.findtext("direction-type/rehearsal") or "").split())
    return Directed(float(tempo) if tempo is not None and fits else None, velocity, section)


def barline(element: Element, marks: Marks) -> None:
    """Repeats and endings."""
    if (repeat := element.find("repeat")) is not None:
        if repeat.get("direction") == "forward":
            marks.forward = True
        else:
            marks.backward = max(2, whole(repeat.get("times"), 1, MAX_TIMES) or 2)
    if (ending := element.find("ending")) is not None:
        if ending.get("type") == "start":
            marks.ending = _passes(ending.get("number", ""))
        else:
            marks.ends = True
    if element.find("segno") is not None:
        marks.segno = True
    if element.find("coda") is not None:
        marks.coda = True


def _metronome(element: Element) -> Fraction | None:
    """``♩. = 60``: of a range the first, of a relation of two notes nothing."""
    metronome = element.find("direction-type/metronome")
    if metronome is None:
        return None
    said = _COUNT.search(text_of(metronome, "per-minute"))  # the first of "c. 90", "90-100"
    count = exact(said[0]) if said else None
    beat = BEATS.get(text_of(metronome, "beat-unit"))
    if count is None or beat is None:
        return None
    dots = min(4, len(metronome.findall("beat-unit-dot")))
    return count * beat * (2 - Fraction(1, 2**dots))


def _jumps(said: dict[str, str], marks: Marks) -> bool:
    """What ``sound`` says of jumps; whether it says anything."""
    marks.da_capo |= said.get("dacapo") == "yes"
    marks.dal_segno |= "dalsegno" in said
    marks.segno |= "segno" in said
    marks.coda |= "coda" in said
    marks.to_coda |= "tocoda" in said
    marks.fine |= said.get("fine", "no") != "no"
    return not said.keys().isdisjoint(("dacapo", "dalsegno", "segno", "coda", "tocoda", "fine"))


def _printed(element: Element, marks: Marks) -> None:
    marks.segno |= element.find("direction-type/segno") is not None
    words = " ".join((each.text or "") for each in element.findall("direction-type/words"))
    to_coda = _TO_CODA.match(words) is not None
    marks.da_capo |= _DA_CAPO.search(words) is not None
    marks.dal_segno |= _DAL_SEGNO.search(words) is not None
    marks.to_coda |= to_coda
    marks.fine |= _FINE.match(words) is not None
    coda = element.find("direction-type/coda") is not None or _CODA.match(words) is not None
    marks.coda |= coda and not to_coda


def _passes(number: str) -> frozenset[int]:
    """``1, 2`` and, as some programs write it, ``1-3``; the first pass of what says none."""
    named = [int(each) for each in _PASSES.findall(number)]
    if re.fullmatch(r"\s*\d{1,2}\s*-\s*\d{1,2}\s*", number) and named[0] < named[1]:
        named = list(range(named[0], named[1] + 1))
    return frozenset(min(max(each, 1), MAX_TIMES) for each in named or [1])
