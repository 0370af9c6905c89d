"""Chord symbols as musicians write them, and the nearest chords that tokens can say.

Conventions. A symbol is a root, a triad, a seventh or extension, alterations, and after a slash the
bass: ``F#m7b5``, ``Cadd9``, ``G7sus4``, ``Bb:maj7``, ``C/E``. Tones are semitones above the root. A
chord that is none of CHORD_QUALITIES is played as the one that has most of its tones and fewest
others, in a tie the plainer one; what is played otherwise than it is written is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from musicrnn.accompaniment import TONES
from musicrnn.errors import MusicRNNError
from musicrnn.form.plan import KINDS, canonical
from musicrnn.io.abc.chord import CANONICAL, NO_CHORD

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
ACCIDENTALS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}
NONE = ("N", "NC", "N.C.", "N.C", "n.c.")
NATURAL = {2: 2, 4: 5, 5: 7, 6: 9, 9: 2, 11: 5, 13: 9}  # tones of the degrees of a scale
TRIADS = {  # third, fifth and seventh above the root; a major seventh where the word says so
    "": (4, 7, 10), "m": (3, 7, 10), "maj": (4, 7, 11), "dim": (3, 6, 9), "aug": (4, 8, 10),
    "hdim": (3, 6, 10),
}  # fmt: skip
SPELLED = {
    "min": "m", "mi": "m", "-": "m", "Maj": "maj", "ma": "maj", "M": "maj", "Δ": "maj", "j": "maj",
    "o": "dim", "°": "dim", "+": "aug", "ø": "hdim", "dom": "",
}  # fmt: skip
KNOWN = (
    "after the root m, dim, aug, 5, 6, 7, maj7, m7b5, 9, 11, 13, sus2, sus4, add9, alterations "
    "such as b5, #9 and b13, and a bass after a slash; N.C. is no chord"
)

_ROOT = r"([A-G])([#b♯♭]?)"
_SYMBOL = re.compile(rf"{_ROOT}:?((?:6/9|[^/])*?)(?:/{_ROOT})?")
_QUALITY = re.compile(
    r"(maj|Maj|ma|min|mi|M|Δ|j|m|-|dim|hdim|dom|o|°|ø|aug|\+)?"
    r"(maj|Maj|ma|M|Δ|\(maj)?(6/9|69|5|6|7|9|11|13)?\)?"
    r"((?:\(?(?:sus[24]?|alt|\+|2|4|(?:add|no|omit)[#b♯♭]?\d+|[#b♯♭]\d+)\)?)*)"
)
_ALTERATION = re.compile(r"(sus|add|no|omit|alt|\+)?([#b♯♭]?)(\d*)")


@dataclass(frozen=True)
class AskedChords:
    """What chord symbols ask for: (root, quality) pairs, as many basses or none, and sentences
    about what is not played as it is written."""

    chords: tuple[tuple[int, str], ...]
    basses: tuple[int | None, ...] = ()
    said: tuple[str, ...] = ()


def read_chord_words(text: str) -> AskedChords:
    """The chords of "C/E Am9 F:maj7 | G7".

    Raises:
        MusicRNNError: a word reads like no chord, or there is none.
    """
    chords: list[tuple[int, str]] = []
    basses: list[int | None] = []
    said: dict[str, None] = {}
    for word in filter(None, re.split(r"[\s,|]+", text.strip())):
        chord, bass, played = _read(word)
        chords.append(chord)
        basses.append(bass)
        if played != word:
            said[f"{word} is played as {played}"] = None
    if not chords:
        raise MusicRNNError(f"chords are asked for as in 'C Am F G7', got {text!r}")
    some = tuple(basses) if any(bass is not None for bass in basses) else ()
    return AskedChords(tuple(chords), some, tuple(said))


def are_chords(names: Sequence[str]) -> bool:
    """Whether all names read as chords, and not as the letters of a plan, which begin with A."""
    plan = tuple((name, 1) for name in names)
    if set(names) <= set(KINDS) and canonical(plan) == plan:
        return False
    try:
        read_chord_words(" ".join(names))
    except MusicRNNError:
        return False
    return True


def _read(word: str) -> tuple[tuple[int, str], int | None, str]:
    """The chord, its bass, and the word again or what is played in its place."""
    if word in NONE:
        return NO_CHORD, None, word
    match = _SYMBOL.fullmatch(word)
    tones = _tones(match[3]) if match else None
    if match is None or tones is None:
        raise MusicRNNError(
            f'a chord reads like "C", "F#m7", "Bb:maj7" or "C/E", got {word!r}: known are {KNOWN}'
        )
    root, bass = _pitch_class(match[1], match[2]), None
    slash = ""
    if match[4]:
        bass, slash = _pitch_class(match[4], match[5]), f"/{match[4]}{match[5]}"
    quality = max(TONES, key=lambda name: _likeness(tones, name))
    exact = set(TONES[quality]) == tones
    played = word if exact else f"{match[1]}{match[2]}{CANONICAL[quality]}{slash}"
    return (root, quality), bass, played


def _likeness(tones: set[int], quality: str) -> tuple[int, bool]:
    shared = len(tones & set(TONES[quality]))
    return 2 * shared - len(TONES[quality]), quality != "sus2"


def _tones(quality: str) -> set[int] | None:
    """The tones of a quality; None if it reads like none."""
    match = _QUALITY.fullmatch(quality)
    if match is None:
        return None
    triad, major, number = match[1] or "", match[2], (match[3] or "").replace("/", "")
    third, fifth, seventh = TRIADS[SPELLED.get(triad, triad)]
    tones = {0, third, fifth}
    if number == "5":
        tones.discard(third)
    elif number in ("6", "69"):
        tones |= {NATURAL[6], *([NATURAL[9]] if number == "69" else [])}
    elif number or major or triad in ("Δ", "j", "ø", "hdim"):
        tones.add(11 if major else seventh)
        tones |= {NATURAL[degree] for degree in (9, 11, 13) if number and degree <= int(number)}
    for found in _ALTERATION.finditer(match[4].replace("(", "").replace(")", "")):
        if found[0] and not _alter(tones, found):
            return None
    return tones


def _alter(tones: set[int], found: re.Match[str]) -> bool:
    """Change the tones; whether there is such an alteration."""
    kind, sign, degree = found[1], ACCIDENTALS[found[2]], int(found[3] or 0)
    if kind == "sus":
        tones -= {3, 4}
        tones.add(NATURAL[degree or 4])
    elif kind == "alt":
        tones |= {1, 3}
    elif kind == "+" and not degree:
        tones -= {6, 7}
        tones.add(8)
    elif kind in ("no", "omit") and degree in (3, 5):
        tones -= {3, 4} if degree == 3 else {6, 7, 8}
    elif kind in (None, "add") and degree in NATURAL:
        if degree == 5:
            tones.discard(7)
        tones.add((NATURAL[degree] + sign) % 12)
    else:
        return False
    return True


def _pitch_class(letter: str, accidental: str) -> int:
    return (STEPS[letter] + ACCIDENTALS[accidental]) % 12
