"""Keys and accidentals of ABC: what an unmarked letter sounds like.

Conventions. A signature is the alteration in semitones of each letter in the order ``CDEFGAB``. A
staff place is (letter 0 to 6, octave); octave 5 begins at ``C``, MIDI 60. Modes count as minor when
their third is minor.

An accidental lasts to the end of its bar, a tied note keeps its own over the barline. How far it
reaches, ``%%propagate-accidentals`` says (ABC 2.1, 11.3, a section that the standard calls
volatile): ``not``, it holds for its own note; ``octave``, for its letter in the same octave;
``pitch``, in all octaves. Where a tune does not say, it is ``pitch``, the standard's default. So
reads abc2midi; abcjs and printed music take ``octave``. What we write is read alike by both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from musicrnn.spelling import FIFTHS

LETTERS = "CDEFGAB"
NATURAL = (0, 2, 4, 5, 7, 9, 11)
SHARPS_IN_ORDER = (3, 0, 4, 1, 5, 2, 6)  # F C G D A E B
_MODES = {
    "": 0, "maj": 0, "ion": 0, "lyd": 1, "mix": -1, "dor": -2,
    "m": -3, "min": -3, "aeo": -3, "phr": -4, "loc": -5,
}  # fmt: skip
_MINOR_MODES = frozenset(("m", "min", "aeo", "dor", "phr", "loc"))
_KEY = re.compile(r"\s*([A-G])([#b]?)\s*(?i:(maj|ion|lyd|mix|dor|min|aeo|phr|loc)[a-z]*|(m)\b|)")
_ACCIDENTAL = re.compile(r"(\^\^|\^|__|_|=)([A-Ga-g])(?![a-z])")
_ASIDE = re.compile(
    r"(?i)\b(?:clef\s*=\s*)?(?:treble|bass|tenor|alto|perc|none)[123456]?(?:[+-](?:8|15))?(?=\s|$)"
    r"|\b(?:clef|middle|stafflines|staffscale|transpose|octave|score|sound|shift|m|t)\s*=\s*\S+"
)
ALTERATION = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
REACHES = ("not", "octave", "pitch")

Signature = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AbcKey:
    """A key as ABC says it; ``tonic`` -1 is no key. ``name`` is its canonical text."""

    name: str
    signature: Signature
    tonic: int = -1
    minor: bool = False


NO_KEY = AbcKey("none", (0,) * 7)


def signature_of_fifths(fifths: int) -> Signature:
    """The signature with that many sharps (below 0: flats), -14 to 14."""
    alterations = [0] * 7
    order = SHARPS_IN_ORDER if fifths > 0 else SHARPS_IN_ORDER[::-1]
    for count in range(abs(fifths)):
        alterations[order[count % 7]] += 1 if fifths > 0 else -1
    return tuple(alterations)


def parse_key(text: str) -> AbcKey | None:
    """The key in the text of a ``K:`` field.

    None when the text speaks of a clef or an octave alone, or is no key at all (see
    :func:`is_key_text`).
    """
    bare = _ASIDE.sub(" ", text) if not text.strip().lower().startswith("none") else text[:4]
    if bare.strip().lower() == "none":
        return NO_KEY
    if bare.strip() in ("HP", "Hp"):  # the pipes' scale: A mixolydian, marked or not
        return AbcKey("Hp", signature_of_fifths(2), 9, False)
    match = _KEY.match(bare)
    if match is None:
        marks = _ACCIDENTAL.findall(bare)
        return _with_marks(NO_KEY, marks) if marks else None
    letter, sign, long_mode, short_mode = match.groups()
    mode = (long_mode or short_mode or "").lower()
    fifths = _tonic_fifths(letter, sign) + _MODES[mode]
    tonic = (NATURAL[LETTERS.index(letter)] + {"#": 1, "b": -1, "": 0}[sign]) % 12
    canonical = {"maj": "", "ion": "", "min": "m", "aeo": "m"}.get(mode, mode)
    rest = bare[match.end() :]
    signature = signature_of_fifths(fifths)
    name = letter + sign + canonical
    if re.match(r"\s*exp", rest):
        signature, name = NO_KEY.signature, name + " exp"
    key = AbcKey(name, signature, tonic, mode in _MINOR_MODES)
    return _with_marks(key, _ACCIDENTAL.findall(rest))


def is_key_text(text: str) -> bool:
    """Whether the text of a ``K:`` field says something in ABC, be it a clef alone or nothing."""
    bare = _ASIDE.sub(" ", text).strip()
    return not bare or parse_key(text) is not None


def _tonic_fifths(letter: str, sign: str) -> int:
    return FIFTHS[letter] + {"#": 7, "b": -7, "": 0}[sign]


def _with_marks(key: AbcKey, marks: list[tuple[str, str]]) -> AbcKey:
    if not marks:
        return key
    signature = list(key.signature)
    for mark, letter in marks:
        signature[LETTERS.index(letter.upper())] = ALTERATION[mark]
    name = " ".join([key.name, *(mark + letter for mark, letter in marks)])
    return AbcKey(name, tuple(signature), key.tonic, key.minor)


Place = tuple[int, int]


@dataclass(slots=True)
class Accidentals:
    """What is in force at every staff place: reader and writer share it, so that they agree.
    ``reach`` is one of REACHES."""

    signature: Signature
    reach: str = "pitch"
    bar: dict[Place, int] = field(default_factory=dict[Place, int])  # the last mark last
    tied: dict[Place, int] = field(default_factory=dict[Place, int])  # over the last barline
    open_ties: dict[Place, int] = field(default_factory=dict[Place, int])

    def implied(self, place: Place) -> int:
        """The alteration of an unmarked note at ``place``."""
        if place in self.tied:
            return self.tied[place]
        if self.reach == "pitch":
            return next(
                (self.bar[p] for p in reversed(self.bar) if p[0] == place[0]), self._at(place)
            )
        return self._at(place)

    def needs_mark(self, place: Place, alteration: int) -> bool:
        """Whether a note at ``place`` needs an accidental, to be read alike in any octave's way."""
        own = self.tied.get(place, self._at(place))
        return not own == self.implied(place) == alteration

    def _at(self, place: Place) -> int:
        return self.bar.get(place, self.signature[place[0]])

    def sounding(self, place: Place, written: int | None) -> int:
        """The alteration of a note at ``place`` with the accidental that is written, None: none."""
        if written is None:
            return self.implied(place)
        self.mark(place, written)
        return written

    def mark(self, place: Place, alteration: int) -> None:
        """An accidental is written at ``place``."""
        self.tied.pop(place, None)
        if self.reach != "not":
            self.bar.pop(place, None)
            self.bar[place] = alteration

    def next_note(self, tied: Iterable[tuple[Place, int]]) -> None:
        """A note, chord or rest is over; these of its tones are tied to what follows."""
        self.tied = {}
        self.open_ties = dict(tied)

    def barline(self) -> None:
        self.bar = {}
        self.tied.update(self.open_ties)
        self.open_ties = {}

    def change(self, signature: Signature) -> None:
        """A new key."""
        self.signature = signature
        self.bar = {}


def pitch_at(place: Place, alteration: int) -> int:
    """The MIDI number."""
    return place[1] * 12 + NATURAL[place[0]] + alteration


def spell(pitch: int, fifths: int, minor: bool) -> tuple[Place, int]:
    """Place and alteration (-1 to 1) for a pitch in a key: the nearest on the line of fifths."""
    centre = fifths + (3.2 if minor else 2.1)
    names = [
        ((letter, natural // 12), alteration)
        for letter in range(7)
        for alteration in (-1, 0, 1)
        if (natural := pitch - NATURAL[letter] - alteration) % 12 == 0
    ]  # every pitch class has a name with at most one accidental
    return min(names, key=lambda n: abs(FIFTHS[LETTERS[n[0][0]]] + 7 * n[1] - centre))
