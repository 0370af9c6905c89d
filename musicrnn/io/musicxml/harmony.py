"""The chord symbols of MusicXML, and those of a score as MusicXML says them.

Conventions. A chord is (root 0 to 11, one of CHORD_QUALITIES), (-1, "none") for no chord. Kinds are
those of MusicXML 4.0; what a quality lacks (a ninth, an altered tone, the bass) is left out, and a
kind that is no stack of thirds is no chord.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from musicrnn.io.musicxml.numbers import text_of, whole
from musicrnn.spelling import FIFTHS

NO_CHORD = (-1, "none")
# the first kind of a quality is the one that is written
KINDS = {
    "maj": ("major", "power"), "min": ("minor", "major-minor"), "dim": ("diminished",),
    "aug": ("augmented",), "sus2": ("suspended-second",), "sus4": ("suspended-fourth",),
    "7": ("dominant", "augmented-seventh", "dominant-ninth", "dominant-11th", "dominant-13th"),
    "maj7": ("major-seventh", "major-ninth", "major-11th", "major-13th"),
    "min7": ("minor-seventh", "minor-ninth", "minor-11th", "minor-13th"),
    "dim7": ("diminished-seventh",), "hdim7": ("half-diminished",), "maj6": ("major-sixth",),
    "min6": ("minor-sixth",),
}  # fmt: skip
_QUALITY = {kind: quality for quality, kinds in KINDS.items() for kind in kinds}


def chord_of(harmony: Element, semitones: int) -> tuple[int, str] | None:
    """The first chord of a ``harmony``, ``semitones`` above what is written; None where it is none
    that a score can hold."""
    kind = text_of(harmony, "kind")
    if kind == "none":
        return NO_CHORD
    step = text_of(harmony, "root/root-step")
    alter = whole(harmony.findtext("root/root-alter") or "0", -2, 2)
    if kind not in _QUALITY or step not in FIFTHS or alter is None:
        return None
    quality = _QUALITY[kind]
    flat_fifth = any(
        text_of(degree, "degree-value") == "5" and text_of(degree, "degree-alter") == "-1"
        for degree in harmony.iter("degree")
    )
    if quality == "min7" and flat_fifth:
        quality = "hdim7"
    return (7 * FIFTHS[step] + alter + semitones) % 12, quality
