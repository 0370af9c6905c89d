"""How keys and the roots of chords are spelled: Db in the key of Ab, C# in that of A.

Conventions. A pitch class is 0 (C) to 11 (B). ``fifths`` is the key signature's number of sharps,
below 0 of flats. Names lie on the line of fifths: F is -1, C 0, G 1, F# 6, Bb -2.
"""

from __future__ import annotations

MAJOR_NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MINOR_NAMES = ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm")
FIFTHS = {letter: fifths for fifths, letter in enumerate("FCGDAEB", start=-1)}
_SIGNS = {-7: "b", 0: "", 7: "#"}


def key_name(tonic: int, minor: bool) -> str:
    """``Bb`` or ``F#m``: the name with the fewer accidentals."""
    return (MINOR_NAMES if minor else MAJOR_NAMES)[tonic]


def fifths_of_key(tonic: int, minor: bool) -> int:
    """The signature that :func:`key_name` stands for, -6 (Ebm) to 6 (F#)."""
    name = key_name(tonic, minor).rstrip("m")
    return FIFTHS[name[0]] + 7 * name.count("#") - 7 * name.count("b") - (3 if minor else 0)


def root_name(root: int, fifths: int, minor: bool) -> str:
    """``Cb`` in E flat minor, ``B`` in E: a chord's root by the name that lies nearest to those of
    the key's scale."""
    centre = fifths + (2.2 if minor else 1.1)
    names = {
        place + more: letter + sign
        for letter, place in FIFTHS.items()
        for more, sign in _SIGNS.items()
        if (7 * (place + more) - root) % 12 == 0
    }
    return names[min(names, key=lambda place: abs(place - centre))]
