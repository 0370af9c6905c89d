"""What stands in the fields of an ABC tune: metre, unit length, tempo, voice.

Conventions. Lengths are fractions of a whole note, tempos quarters a minute. Every parser returns
None for text that it does not recognise.
"""

from __future__ import annotations

import re
from fractions import Fraction

from musicrnn.io.metre import Metre
from musicrnn.io.written import MAX_BPM, MIN_BPM

_METRE = re.compile(r"\(?\s*(\d{1,3}(?:\s*\+\s*\d{1,3}){0,9})\s*\)?\s*/\s*(\d{1,2})\Z")
_UNIT = re.compile(r"(\d{1,3})(?:\s*/\s*(\d{1,3}))?\Z")
_BEATS = re.compile(r"(\d{1,3}/\d{1,3}(?:\s+\d{1,3}/\d{1,3}){0,5})\s*=\s*(\d{1,5}(?:\.\d{1,6})?)\Z")
_OLD_TEMPO = re.compile(r"(?:C(\d?)\s*=\s*)?(\d{1,5}(?:\.\d{1,6})?)\Z")
_QUOTED = re.compile(r'"[^"]*"')
_CLEF = re.compile(
    r"(?i)(?:^|\s)(?:clef\s*=\s*)?(?:treble|bass|tenor|alto|perc|none)[1-6]?(?:([+-])(8|15))?(?=\s|$)"
)
_PROPERTY = re.compile(r'\b(\w{1,20})\s*=\s*(?:"([^"]*)"|(\S+))')


def parse_metre(text: str) -> Metre | None:
    """``6/8``, ``C``, ``C|``, ``(2+3+2)/8``; None for ``none`` and for what is no metre."""
    text = text.strip()
    if text in ("C", "c"):
        return 4, 4
    if text in ("C|", "c|"):
        return 2, 2
    match = _METRE.match(text)
    if match is None:
        return None
    numerator = sum(int(part) for part in match[1].split("+"))
    denominator = int(match[2])
    fits = 1 <= numerator <= 255 and denominator in (1, 2, 4, 8, 16, 32, 64)
    return (numerator, denominator) if fits else None


def is_no_metre(text: str) -> bool:
    return text.strip().lower() in ("none", "")


def parse_unit(text: str) -> Fraction | None:
    """``1/8``: at most 4 whole notes, at least 1/512."""
    match = _UNIT.match(text.strip())
    if match is None or int(match[1]) == 0 or int(match[2] or 1) == 0:
        return None
    unit = Fraction(int(match[1]), int(match[2] or 1))
    return unit if Fraction(1, 512) <= unit <= 4 else None


def default_unit(metre: Metre | None) -> Fraction:
    """ABC 2.1, 3.1.7: a sixteenth for metres shorter than 3/4, else an eighth."""
    short = metre is not None and Fraction(*metre) < Fraction(3, 4)
    return Fraction(1, 16) if short else Fraction(1, 8)


def parse_tempo(text: str, unit: Fraction) -> float | None:
    """``1/4=120``, ``"Allegro" 3/8=100``, and the older ``120`` and ``C3=60`` in unit lengths."""
    text = re.sub(r'"[^"]*"', " ", text).strip()
    if (match := _BEATS.match(text)) is not None:
        parts = [part.split("/") for part in match[1].split()]
        if any(int(bottom) == 0 for _, bottom in parts):
            return None
        beat = sum((Fraction(int(top), int(bottom)) for top, bottom in parts), Fraction(0))
        count = match[2]
    elif (match := _OLD_TEMPO.match(text)) is not None:
        beat, count = unit * int(match[1] or 1), match[2]
    else:
        return None
    tempo = float(beat) * 4 * float(count)
    return tempo if MIN_BPM <= tempo <= MAX_BPM else None


def with_tempo(text: str, bpm: float) -> str:
    """A tune's text with a ``Q:`` of so many quarters a minute before its ``K:``: the shortest
    number that lasts the same microseconds."""
    header, key, rest = text.partition("\nK:")
    return f"{header}\nQ:1/4={_shortest(bpm)}{key}{rest}" if key else text


def _shortest(bpm: float) -> str:
    """``999`` for 999.001, which is what files hold of it: whole microseconds a quarter."""
    numbers = (f"{round(bpm, digits):.10g}" for digits in range(4))
    same = (said for said in numbers if round(60e6 / float(said)) == round(60e6 / bpm))
    return next(same, f"{round(bpm, 3):.10g}")


def default_tempo(metre: Metre | None) -> float:
    """The usual tempos of folk music when none is given: dotted quarters at 110 in 6/8 and its kin,
    halves at 84 in 2/2, quarters at 116 in 2/4, 138 in 3/4, 150 in 4/4; 120 without a metre."""
    if metre is None:
        return 120.0
    numerator, denominator = metre
    if denominator == 8:
        return 165.0 if numerator % 3 == 0 and numerator > 3 else 150.0
    if denominator == 2:
        return 168.0
    return {(2, 4): 116.0, (3, 4): 138.0, (4, 4): 150.0}.get(metre, 132.0)


def bars_lasting(seconds: float, metre: Metre, bpm: float | None = None) -> int:
    """How many whole bars come nearest to lasting so long, one at least; at ``bpm`` quarters a
    minute, or the metre's usual tempo."""
    quarters = seconds * (bpm or default_tempo(metre)) / 60
    return max(1, round(quarters / (4 * metre[0] / metre[1])))


def parse_voice(text: str) -> tuple[str, str | None]:
    """The id and the name (None if unsaid) of ``1 clef=treble name="Fiddle" transpose=-2``."""
    words = text.split(None, 1)
    properties = _properties(text)
    return words[0][:40] if words else "", properties.get("name", properties.get("nm"))


def transpositions(text: str) -> dict[str, int]:
    """The semitones that a ``K:`` or ``V:`` field says (ABC 2.1, 4.6), by what says them:
    ``transpose``, ``octave`` (12 each) and ``clef``, -12 for treble-8 and 0 for treble. They are
    independent of each other, so they add up."""
    properties = _properties(text)
    found: dict[str, int] = {}
    for name, said, size in (
        ("transpose", "transpose", 1),
        ("transpose", "t", 1),
        ("octave", "octave", 12),
    ):
        value = properties.get(said, "")
        if re.fullmatch(r"[+-]?\d{1,2}", value):
            found[name] = size * int(value)
    if (clef := _CLEF.search(_QUOTED.sub("", text))) is not None:
        sign, octaves = clef.groups()
        found["clef"] = {"8": 12, "15": 24, None: 0}[octaves] * (-1 if sign == "-" else 1)
    return found


def _properties(text: str) -> dict[str, str]:
    return {m[1]: m[2] if m[2] is not None else m[3] for m in _PROPERTY.finditer(text)}
