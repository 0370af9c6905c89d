"""A composer's words into the values of Controls: keys, metres and chords as musicians write them.

Conventions. A tonic or root is a pitch class, 0 (C) to 11 (B); a quality one of CHORD_QUALITIES.
"""

from __future__ import annotations

import re

from musicrnn.errors import MusicRNNError
from musicrnn.form.plan import Plan, parse_plan

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
QUALITIES = {
    "": "maj", "m": "min", "min": "min", "-": "min", "maj": "maj", "M": "maj", "7": "7",
    "dom7": "7", "maj7": "maj7", "M7": "maj7", "m7": "min7", "min7": "min7", "dim": "dim",
    "o": "dim", "dim7": "dim7", "o7": "dim7", "m7b5": "hdim7", "hdim7": "hdim7", "aug": "aug",
    "+": "aug", "sus2": "sus2", "sus4": "sus4", "sus": "sus4", "6": "maj6", "maj6": "maj6",
    "m6": "min6", "min6": "min6",
}  # fmt: skip


def read_form(text: str) -> Plan:
    """Sections such as ``AABA`` or ``i4 A8 B8 A8 o4``; see musicrnn.form.plan.

    Raises:
        MusicRNNError: there is no such section, or one without a bar.
    """
    return parse_plan(text)


def read_key(text: str) -> tuple[int, bool]:
    """(tonic, minor) of "C", "c# minor", "Bbm".

    Raises:
        MusicRNNError: it reads like no key.
    """
    match = re.fullmatch(r"([A-Ga-g])([#b]?)\s*(major|maj|minor|min|m)?", text.strip())
    if not match:
        raise MusicRNNError(f'a key reads like "C", "F# minor" or "Bbm", got {text!r}')
    return _root(match[1], match[2]), match[3] in ("minor", "min", "m")


def read_time_signature(text: str) -> tuple[int, int]:
    """(numerator, denominator) of "3/4".

    Raises:
        MusicRNNError: it reads like no time signature.
    """
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})", text.strip())
    if not match or int(match[1]) < 1 or int(match[2]) not in (1, 2, 4, 8, 16, 32):
        raise MusicRNNError(f"a time signature reads like 3/4 or 6/8, got {text!r}")
    return int(match[1]), int(match[2])


def read_chords(text: str) -> tuple[tuple[int, str], ...]:
    """((root, quality), ...) of "C Am F:maj7 | G7"; N is no chord, (-1, "none").

    Raises:
        MusicRNNError: a word reads like no chord.
    """
    chords: list[tuple[int, str]] = []
    for word in re.split(r"[\s,|]+", text.strip()):
        if word in ("N", "N.C.", "NC"):
            chords.append((-1, "none"))
        elif word:
            match = re.fullmatch(r"([A-G])([#b]?):?([^/]*)(/.*)?", word)
            if not match or match[3] not in QUALITIES:
                raise MusicRNNError(f'a chord reads like "C", "F#m7" or "Bb:maj7", got {word!r}')
            chords.append((_root(match[1], match[2]), QUALITIES[match[3]]))
    return tuple(chords)


def _root(letter: str, accidental: str) -> int:
    return (STEPS[letter.upper()] + accidental.count("#") - accidental.count("b")) % 12
