"""Keys, metres and transpositions in the attributes of a MusicXML measure.

Conventions. Transpositions are semitones from what is written to what sounds. Keys sound too. Modes
count as minor when their third is minor; a key that says no mode is major, as in MIDI.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from musicrnn.errors import MusicRNNError
from musicrnn.io.musicxml.numbers import text_of, whole
from musicrnn.score import Key, TimeSignature

OCTAVE = 12
# the tonic above that of the major key with the same signature, and whether the third is minor
MODES = {
    "major": (0, False), "ionian": (0, False), "dorian": (2, True), "phrygian": (4, True),
    "lydian": (5, False), "mixolydian": (7, False), "minor": (9, True), "aeolian": (9, True),
    "locrian": (11, True),
}  # fmt: skip
MAX_FIFTHS = 14


def semitones_of(transpose: Element) -> int:
    """How far what sounds lies above what is written."""
    chromatic = whole(transpose.findtext("chromatic") or "0", -36, 36) or 0
    octaves = whole(transpose.findtext("octave-change") or "0", -4, 4) or 0
    return chromatic + OCTAVE * octaves


def key_of(key: Element, semitones: int) -> list[Key]:
    """The key at tick 0, none where it is no traditional one."""
    fifths = whole(key.findtext("fifths"), -MAX_FIFTHS, MAX_FIFTHS)
    if fifths is None:
        return []
    above, minor = MODES.get(text_of(key, "mode").lower(), MODES["major"])
    return [Key(0, (7 * fifths + above + semitones) % OCTAVE, minor)]


def time_of(time: Element) -> TimeSignature | None:
    """The metre at tick 0: ``3+2`` over 8 is 5/8, 2/4 and 3/8 together are 7/8; None of a free
    one, and of one that no score can hold."""
    beats, types = time.findall("beats"), time.findall("beat-type")
    pairs: list[tuple[int, int]] = []
    for beat, kind in zip(beats, types, strict=False):
        parts = [whole(part, 1, 255) for part in (beat.text or "").split("+")]
        denominator = whole(kind.text, 1, 64)
        if denominator is None or None in parts:
            return None
        pairs.append((sum(part for part in parts if part is not None), denominator))
    if not pairs:
        return None
    fine = max(denominator for _, denominator in pairs)
    try:
        return TimeSignature(0, sum(count * fine // below for count, below in pairs), fine)
    except MusicRNNError:
        return None
