"""A composer's words into the values of Controls: keys, metres and chords as musicians write them.

Conventions. A tonic or root is a pitch class, 0 (C) to 11 (B); a quality one of CHORD_QUALITIES.
"""

from __future__ import annotations

import re

from musicrnn.errors import MusicRNNError
from musicrnn.form.plan import Plan, parse_plan
from musicrnn.tokens.chord_words import STEPS, AskedChords, read_chord_words


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
        modal = re.match(r"[A-Ga-g][#b]?\s*(dor|mix|lyd|phr|loc|ion|aeo)", text.strip(), re.I)
        why = "only major and minor keys can be asked for, which read" if modal else "a key reads"
        raise MusicRNNError(f'{why} like "C", "F# minor" or "Bbm", got {text!r}')
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


def read_chords(text: str) -> AskedChords:
    """What "C/E Am9 F:maj7 | G7" asks for; N.C. is no chord, (-1, "none").

    Raises:
        MusicRNNError: a word reads like no chord.
    """
    return read_chord_words(text)


def read_parts(text: str) -> tuple[str, ...]:
    """The names of "melody, piano".

    Raises:
        MusicRNNError: there is none.
    """
    names = tuple(name for part in text.split(",") if (name := part.strip()))
    if not names:
        raise MusicRNNError(f'parts read like "melody, piano", got {text!r}')
    return names


def read_feel(text: str) -> str:
    """The name of a feel, such as "Funk", as models hold it.

    Raises:
        MusicRNNError: it is empty.
    """
    if not text.strip():
        raise MusicRNNError(f'a feel reads like "funk", got {text!r}')
    return text.strip().casefold()


def read_label(text: str) -> str:
    """The label of a sound, as models hold it.

    Raises:
        MusicRNNError: it is empty.
    """
    if not text.strip():
        raise MusicRNNError(f'a label is what a sound is called, such as "kick", got {text!r}')
    return text


def _root(letter: str, accidental: str) -> int:
    return (STEPS[letter.upper()] + accidental.count("#") - accidental.count("b")) % 12
