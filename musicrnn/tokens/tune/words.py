"""The words of a tune, and what each of them says of place and time.

Conventions. Times are in UNITS of a quarter. A note's word is the degree of the scale on which it
stands, and by how much it is raised or lowered from it, written as in the key of C: ``c`` is the
upper tonic in major, ``A`` the tonic in minor, ``^F`` the raised fourth of a major scale. So a tune
has the same words in every key of its mode; the key itself is a word at its beginning. A length
follows each note and rest, and ``-`` where the note goes on in the next one. Chord symbols are
written as in C too. The words ``|1`` and ``:|2`` begin the endings of a repeat, ``upbeat`` says
that part of a bar comes before the first. (Notes, lengths and bar lines as single words: Sturm et
al. 2016, "Music transcription modelling and composition using deep learning".)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from musicrnn.context.readings import (
    BAR,
    BAR_LENGTH,
    CHORD,
    CLOSES,
    CLOSES_AND_OPENS,
    FIRST,
    KEY,
    LASTS,
    LINE,
    OPENS,
    ORDER,
    POSITION,
    REPEAT,
    SECOND,
    SECTION,
    STAGE,
    UPBEAT,
    Readings,
    no_readings,
)
from musicrnn.io.abc.chord import CANONICAL, chord_symbol
from musicrnn.io.abc.key import LETTERS, Place, parse_key
from musicrnn.tokens.abc.words import METRES, keys

UNITS = 24  # a quarter
EIGHTH = UNITS // 2
PLAIN = UNITS // 8  # a thirty-second note
LENGTHS = (1, 2, 3, 4, 6, 8, 9, 12, 16, 18, 24, 32, 36, 48, 60, 72, 96, 108, 144, 192)
UPBEAT_WORD, TIE, REST = "upbeat", "-", "z"
BARS = {
    "|": -1, "||": SECTION, "|]": SECTION, "|:": OPENS, ":|": CLOSES, ":|:": CLOSES_AND_OPENS,
    "|1": FIRST, ":|2": SECOND,
}  # fmt: skip
MODES = ("", "m", "dor", "mix", "phr", "lyd")
TONIC_LETTERS = {"": 0, "m": 5, "dor": 1, "mix": 4, "phr": 2, "lyd": 3}  # as they stand in C
LOWEST = 4 * 7  # the lowest degree, C of octave 4: degrees count from octave 0
OCTAVES = 4
DEGREES = 7 * OCTAVES
HIGHEST_PITCH = 95  # the B of the highest octave, as MIDI counts
MARKS = ("", "^", "_")  # as it stands in the scale, raised, lowered

Degree = tuple[int, int]  # letters above C of octave 0, and semitones up from the scale


@dataclass(frozen=True)
class KeyWord:
    """A key, and by how many letters and semitones its tunes lie above their words."""

    name: str
    tonic: int
    minor: bool
    signature: tuple[int, ...]
    fifths: int
    letters: int
    semitones: int


def bar_units(metre: str) -> int:
    """Units of a bar of ``6/8``."""
    numerator, denominator = map(int, metre.split("/"))
    return 4 * UNITS * numerator // denominator


def length_name(units: int) -> str:
    """A length as a part of a whole note: ``1/8``."""
    return str(Fraction(units, 4 * UNITS))


def degree_name(degree: Degree) -> str:
    """``^f``: as ABC writes it in C."""
    octave, letter = divmod(degree[0], 7)
    name = LETTERS[letter].lower() if octave >= 6 else LETTERS[letter]
    marks = "'" * (octave - 6) + "," * (5 - octave)
    return MARKS[degree[1]] + name + marks


def chord_name(root: int, quality: str) -> str:
    """``"Am"``; the root is counted from the tonic of C."""
    return f'"{chord_symbol(root, quality)}"'


def _key_word(name: str) -> KeyWord:
    key = parse_key(name)
    assert key is not None
    fifths = sum(key.signature)
    tonic = signature_tonic(fifths)
    down = tonic[1] <= 6
    letters = tonic[0] if down else tonic[0] - 7
    semitones = tonic[1] if down else tonic[1] - 12
    return KeyWord(name, key.tonic, key.minor, key.signature, fifths, letters, semitones)


def signature_tonic(fifths: int) -> tuple[int, int]:
    """(letter, semitones above C) of the major key of a signature: (4, 7) for one sharp."""
    letter = 4 * fifths % 7
    natural = (0, 2, 4, 5, 7, 9, 11)[letter]
    # F C G D A E B are -1 to 5 fifths; each seven more are a sharp
    return letter, natural + (fifths + 1) // 7


KEYS = {name: _key_word(name) for name in keys()}
NOTES: dict[str, Degree] = {
    degree_name((LOWEST + step, mark)): (LOWEST + step, mark)
    for mark in (0, 1, -1)
    for step in range(DEGREES)
}
TONICS = {
    mode: frozenset(name for name, (step, mark) in NOTES.items() if (step % 7, mark) == (letter, 0))
    for mode, letter in TONIC_LETTERS.items()
}
CHORDS = {
    **{chord_name(root, quality): (root, quality) for root in range(12) for quality in CANONICAL},
    '"N.C."': (-1, "none"),
}
METRE_WORDS = {f"M:{metre}": bar_units(metre) for metre in METRES}
KEY_WORDS = {f"K:{name}": key for name, key in KEYS.items()}
LENGTH_WORDS = {length_name(units): units for units in LENGTHS}
VOCABULARY = (
    "start", "end", UPBEAT_WORD, *BARS, TIE, REST, *METRE_WORDS, *KEY_WORDS, *LENGTH_WORDS,
    *NOTES, *CHORDS,
)  # fmt: skip
IDS = {word: index for index, word in enumerate(VOCABULARY)}
SYMBOLS = range(len(VOCABULARY) - len(CHORDS), len(VOCABULARY))


def ids_of(words: Sequence[str]) -> NDArray[np.int32]:
    return np.array([IDS[word] for word in words], np.int32)


def place_of(degree: Degree, key: KeyWord) -> tuple[Place, int]:
    """Where a word's note stands in its key: the place on the staff and the alteration."""
    octave, letter = divmod(degree[0] + key.letters, 7)
    return (letter, octave), key.signature[letter] + degree[1]


def degree_of(place: Place, alteration: int, key: KeyWord) -> Degree:
    """The inverse of :func:`place_of`."""
    return 7 * place[1] + place[0] - key.letters, alteration - key.signature[place[0]]


def split_length(units: int) -> list[int]:
    """A length as the fewest long ones of LENGTHS, one after the other."""
    parts: list[int] = []
    for length in reversed(LENGTHS):
        while units >= length:
            parts.append(length)
            units -= length
    return parts


def readings() -> Readings:
    """The table of the vocabulary, see :mod:`musicrnn.context.readings`.

    A note is of one line, in which the degrees of the scale are a step apart; raised and lowered
    ones are of none. The key is said as its mode alone, since all keys have the same words.
    """
    table = no_readings(len(VOCABULARY), timed=True)
    for word, repeat in BARS.items():
        table[IDS[word], [BAR, POSITION]] = 1, 0
        table[IDS[word], REPEAT] = repeat
    table[IDS["end"], BAR] = 1
    table[IDS[UPBEAT_WORD], UPBEAT] = 1
    table[IDS[TIE], STAGE] = 1
    table[IDS[REST], STAGE] = 3
    for word, units in METRE_WORDS.items():
        table[IDS[word], BAR_LENGTH] = units
    for word, key in KEY_WORDS.items():
        table[IDS[word], KEY] = MODES.index(mode_of(key.name))
    for word, units in LENGTH_WORDS.items():
        table[IDS[word], LASTS] = units
    for word, (degree, mark) in NOTES.items():
        table[IDS[word], STAGE] = 3
        if mark == 0:
            table[IDS[word], [LINE, ORDER]] = 0, degree - LOWEST
    for number, word in enumerate(CHORDS):
        table[IDS[word], [CHORD, STAGE]] = number, 2
    return table


def mode_of(key: str) -> str:
    """One of MODES: ``dor`` of ``F#dor``."""
    return key[1:].lstrip("#b") if key[1:2] in "#b" else key[1:]
