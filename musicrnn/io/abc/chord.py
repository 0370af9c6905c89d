"""Chord symbols above an ABC melody, as players write them: ``G``, ``F#m7``, ``Bdim``.

Conventions. A symbol is a root, a quality and perhaps a bass after a slash; the bass is dropped (a
Chord has none). Nottingham writes a diminished chord ``Cd`` and a sharp bass ``D/f+``. What stands
in parentheses is an alternative for print, not for playing (ABC 2.1, 4.18): ``G(Em)`` is G, and
``(Am)`` no chord. An unknown symbol is no chord.
"""

from __future__ import annotations

import re
from functools import lru_cache

from musicrnn.spelling import root_name

NO_CHORD = (-1, "none")

# what is written for each quality, the canonical one first
SYMBOLS: dict[str, tuple[str, ...]] = {
    "maj": ("", "maj", "M", "5"),
    "min": ("m", "min", "mi", "-"),
    "dim": ("dim", "d", "o", "°"),
    "aug": ("aug", "+", "a"),
    "sus2": ("sus2",),
    "sus4": ("sus4", "sus"),
    "7": ("7", "dom7", "9", "11", "13", "7b9", "7#9", "7#5", "7b5", "a7", "aug7", "7sus4", "7sus"),
    "maj7": ("maj7", "M7", "ma7", "j7", "Δ", "maj9", "M9"),
    "min7": ("m7", "min7", "mi7", "-7", "m9", "min9", "m11"),
    "dim7": ("dim7", "d7", "o7", "°7"),
    "hdim7": ("m7b5", "min7b5", "ø", "ø7", "-7b5"),
    "maj6": ("6", "maj6", "M6", "69", "6/9", "add6"),
    "min6": ("m6", "min6", "-6"),
}
CANONICAL = {quality: names[0] for quality, names in SYMBOLS.items()}
_QUALITY = {name: quality for quality, names in SYMBOLS.items() for name in names}
_SYMBOL = re.compile(r"([A-G])([#b♯♭]?)([^/()\s]{0,8}(?:/9)?)(/[A-Ga-g][#b♯♭+]?b?)?\Z")
_ALTERNATIVE = re.compile(r"\([^()]{0,24}\)\s*\Z")


@lru_cache(maxsize=4096)
def parse_chord(symbol: str) -> tuple[int, str] | None:
    """(root, quality) of a symbol; (-1, "none") for ``N.C.``; None if it is no chord."""
    symbol = _regular(symbol)
    if symbol in ("N.C.", "NC", "N.C", "n.c."):
        return NO_CHORD
    if len(symbol) > 24 or (match := _SYMBOL.match(symbol)) is None:
        return None
    letter, sign, quality, _ = match.groups()
    if quality not in _QUALITY:
        return None
    natural = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[letter]
    shift = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}[sign]
    return (natural + shift) % 12, _QUALITY[quality]


def asks_for_none(symbol: str) -> bool:
    """Whether a symbol is blank, or nothing but an alternative, ``(Am)``."""
    return not _regular(symbol)


def has_bass(symbol: str) -> bool:
    """Whether a bass stands behind the slash of a symbol."""
    match = _SYMBOL.match(_regular(symbol))
    return match is not None and match[4] is not None


def _regular(symbol: str) -> str:
    """The symbol without the alternative behind it."""
    return _ALTERNATIVE.sub("", symbol).strip()


def canonical_symbol(symbol: str) -> str | None:
    """The symbol with its quality in canonical spelling and no bass; None if it is no chord."""
    chord = parse_chord(symbol)
    if chord is None:
        return None
    if chord == NO_CHORD:
        return "N.C."
    match = _SYMBOL.match(_regular(symbol))
    assert match is not None
    sign = match[2].replace("♯", "#").replace("♭", "b")
    return match[1] + sign + CANONICAL[chord[1]]


def chord_symbol(root: int, quality: str, *, key: tuple[int, bool] = (0, False)) -> str:
    """The canonical symbol, its root spelled as a key's signature wants it: ``key`` is the number
    of its sharps, below 0 of flats, and whether it is minor."""
    return "N.C." if root < 0 else root_name(root, *key) + CANONICAL[quality]
