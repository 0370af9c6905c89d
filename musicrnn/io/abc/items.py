"""The words that a tune in ABC 2.1 is made of, as :func:`musicrnn.io.abc.syntax.scan` finds them.

Conventions. Lengths are fractions of the unit note length, not yet scaled by tuplets or broken
rhythm. A place is (letter 0 to 6, octave), see key.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from musicrnn.io.abc.key import Place


@dataclass(frozen=True, slots=True)
class Field:
    """``K:G`` on its own line or ``[K:G]`` within one; the text is stripped."""

    letter: str
    text: str


@dataclass(frozen=True, slots=True)
class Directive:
    """``%%MIDI program 24``: the text behind the ``%%``."""

    text: str


@dataclass(frozen=True, slots=True)
class Tone:
    """A place on the staff; ``alteration`` None where no accidental is written."""

    place: Place
    alteration: int | None
    tie: bool = False


@dataclass(frozen=True, slots=True)
class Sound:
    """A note, or a chord of several."""

    tones: tuple[Tone, ...]
    length: Fraction


@dataclass(frozen=True, slots=True)
class Rest:
    """``z`` and ``x`` count in unit lengths, ``Z`` and ``X`` in bars."""

    length: Fraction
    in_bars: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A barline: colons before and after it, and whether it is double (or ends with a bracket)."""

    before: int = 0
    after: int = 0
    double: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """``[1`` or ``[1,3``: the passes in which the ending is played."""

    numbers: frozenset[int]


@dataclass(frozen=True, slots=True)
class Symbol:
    """``"Am7"``: the text between the quotes; annotations do not come here."""

    text: str


@dataclass(frozen=True, slots=True)
class Tuplet:
    """``(p:q:r``; q and r are None where they are left out."""

    p: int
    q: int | None
    r: int | None


@dataclass(frozen=True, slots=True)
class Broken:
    """``>`` (1), ``>>`` (2), ``<`` (-1) ..."""

    dots: int


@dataclass(frozen=True, slots=True)
class Tie:
    """``-`` behind a note or a chord."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """``&``: what follows sounds together with the bar so far; ``&&`` with the last two bars."""

    bars: int = 1


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a score has no place for, such as grace notes: its kind (said.KINDS) and its text."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """Text that is no ABC."""

    reason: str


Timed = Sound | Rest | Tie | Broken | Tuplet  # what sounds, or changes how it sounds
Item = Field | Directive | Timed | Bar | Ending | Symbol | Overlay | LeftOut | Wrong
Placed = tuple[int, int, Item]
