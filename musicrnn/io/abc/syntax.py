"""ABC 2.1 text to items, one at a time, with line and column.

Conventions. Lines and columns count from 1. What is for the eye alone (slurs, annotations, spacers)
is skipped here; grace notes, decorations, macros and lyrics become a ``LeftOut``. What is no ABC
becomes a ``Wrong``, and reading goes on behind it: strict readers raise there, lenient ones pass
over it. Every pattern is bounded, so that reading takes time in proportion to the text.

Quarter tones (``^/C``, ``_3/2C``: semitones up or down, as abc2midi and abcm2ps write them; ABC 2.1
has none) are rounded to whole semitones, the half ones towards the natural: ``^/F`` is F, ``^3/2F``
is F sharp. ``^^/4F`` is a quarter of a semitone above F sharp.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from musicrnn.io.abc.items import (
    Bar,
    Broken,
    Directive,
    Ending,
    Field,
    Item,
    LeftOut,
    Overlay,
    Placed,
    Rest,
    Sound,
    Symbol,
    Tie,
    Tone,
    Tuplet,
    Wrong,
)
from musicrnn.io.abc.key import ALTERATION, LETTERS

MAX_FIELD = 1000  # characters
INVISIBLE_BAR = "[|]"  # ABC 2.1, 4.8: it says where a bar ends, not a section

_LENGTH = r"(\d{0,5})(/{0,6})(\d{0,5})"
_NUMBERS = r"\d{1,2}(?:[,-]\d{1,2}){0,9}"
_MICROTONE = r"\^{1,2}\d{0,2}/\d{0,2}|_{1,2}\d{0,2}/\d{0,2}"
_TONE = re.compile(rf"({_MICROTONE}|\^\^|\^|__|_|=)?([A-Ga-g])([,']{{0,8}})" + _LENGTH)
_FIELD_LINE = re.compile(r"([A-Za-z+]):(.*)")
_RECOGNISE = {
    "note": _TONE,
    "symbol": re.compile(r'"([^"]{0,200})"'),
    "bar": re.compile(
        rf"(:{{0,9}})\[?(\|[|\]]{{0,9}})(:{{0,9}})({_NUMBERS})?|(:{{2,9}})({_NUMBERS})?"
    ),
    "rest": re.compile(r"([zxZX])" + _LENGTH),
    "nothing": re.compile(r"[\s)`$]+|\.(?=[|:\[(-])|y[\d/]{0,9}|\\\s*$"),
    "grace": re.compile(r"\{[^}]{0,200}\}"),
    "decoration": re.compile(r"[~.H-Wh-w]|!([^!|]{1,40})!|\+([^+|\s]{1,20})\+"),
    "tie": re.compile(r"-"),
    "broken": re.compile(r">{1,3}|<{1,3}"),
    "tuplet": re.compile(r"\(\s?(\d)(?::(\d{0,2}))?(?::(\d{0,2}))?"),
    "slur": re.compile(r"\("),
    "ending": re.compile(rf"\[\s?({_NUMBERS})"),
    "inline": re.compile(r"\[([A-Za-z]):([^\]]{0,200})\]"),
    "chord": re.compile(r"\[([^\]|]{1,200})\]" + _LENGTH),
    "overlay": re.compile(r"&{1,9}"),
}  # fmt: skip
_BY_FIRST: dict[str, tuple[str, ...]] = {
    **dict.fromkeys("ABCDEFGabcdefg^_=", ("note",)),
    '"': ("symbol",),
    **dict.fromkeys(":|", ("bar",)),
    **dict.fromkeys("zxZX", ("rest",)),
    "-": ("tie",),
    **dict.fromkeys("<>", ("broken",)),
    "(": ("tuplet", "slur"),
    "[": ("bar", "ending", "inline", "chord"),
    "&": ("overlay",),
    "{": ("grace",),
    ".": ("nothing", "decoration"),
    **dict.fromkeys("~!+HIJKLMNOPQRSTUVWhijklmnopqrstuvw", ("decoration",)),
}
_JUMPS = frozenset(["D.C.", "D.S.", "dacapo", "dacoda", "segno", "coda", "fine", "O", "S"])
_FIELDS_LEFT_OUT = {"w": "lyrics", "W": "lyrics", "m": "macro", "s": "decoration"}


@lru_cache(maxsize=4096)
def length_of(number: str, slashes: str, divisor: str) -> Fraction | None:
    """``3/2``, ``/``, ``//``, ``/4``: None if it is zero or divides by zero."""
    top = int(number) if number else 1
    bottom = int(divisor) if divisor else 2 ** len(slashes)
    if not top or not bottom or (divisor and not slashes):
        return None
    return Fraction(top, bottom)


def scan(text: str) -> Iterator[Placed]:
    """Every item of one tune, header first. Ends at the first empty line after the header, or at
    a second ``X:``. Whether the fields come in order is not judged here."""
    in_body = False
    first = True
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("%"):
            if line.startswith("%%"):
                yield number, 1, Directive(line[2:].strip())
            continue
        line = _without_comment(line)
        if not line.strip():
            if in_body:
                return
            continue
        field = _FIELD_LINE.match(line)
        if field is not None and not (in_body and field[1] in "ABCDEFGabcdefg"):
            letter = field[1]
            if letter == "X" and not first:
                return
            in_body = in_body or letter == "K"
            text = field[2].strip()[:MAX_FIELD]
            yield number, 1, _instruction(text) if letter == "I" else Field(letter, text)
            if letter in _FIELDS_LEFT_OUT and text:
                yield number, 1, LeftOut(_FIELDS_LEFT_OUT[letter], line.strip()[:20])
        else:
            in_body = True
            yield from _scan_line(line, number)
        first = False


def _scan_line(line: str, number: int) -> Iterator[Placed]:
    at = 0
    while at < len(line):
        for kind in _BY_FIRST.get(line[at], ("nothing",)):
            match = _RECOGNISE[kind].match(line, at)
            if match is not None:
                for item in _items(kind, match):
                    yield number, at + 1, item
                at = match.end()
                break
        else:
            reason, width = _wrong(line, at)
            yield number, at + 1, Wrong(reason)
            at += width


def _items(kind: str, match: re.Match[str]) -> list[Item]:
    if kind == "note":
        note = _note(*match.groups(""))
        return [LeftOut("quarter tone", match[0]), note] if "/" in (match[1] or "") else [note]
    if kind == "symbol":
        return [] if match[1][:1] in "^_<>@" else [Symbol(match[1])]
    if kind == "bar":
        return _bar(match)
    if kind == "rest":
        length = length_of(*match.group(2, 3, 4))
        return [Rest(length, match[1] in "ZX")] if length else [_no_length(match)]
    if kind == "tie":
        return [Tie()]
    if kind == "broken":
        return [Broken(len(match[0]) if match[0][0] == ">" else -len(match[0]))]
    if kind == "tuplet":
        q, r = (int(part) if part else None for part in match.group(2, 3))
        return [Tuplet(int(match[1]), q, r)]
    if kind == "ending":
        return [_ending(match[1])]
    if kind == "inline":
        text = match[2].strip()
        return [_instruction(text) if match[1] == "I" else Field(match[1], text)]
    if kind == "chord":
        return _chord(match)
    if kind in ("grace", "decoration"):
        name = match[1] or match[2] or match[0] if kind == "decoration" else ""
        return [LeftOut("jump" if name in _JUMPS else kind, match[0])]
    return [Overlay(len(match[0]))] if kind == "overlay" else []


def _instruction(text: str) -> Directive:
    """``I:MIDI program 24``, which also is written ``I:MIDI=program 24``, says what ``%%`` does
    (ABC 2.1, 3.1.17)."""
    return Directive(re.sub(r"^(\S{1,40})\s*=\s*", r"\1 ", text))


def _tone(match: re.Match[str], tie: bool = False) -> Tone:
    letter = match[2]
    octave = 6 if letter.islower() else 5
    octave += match[3].count("'") - match[3].count(",")
    alteration = _alteration(match[1]) if match[1] else None
    return Tone((LETTERS.index(letter.upper()), octave), alteration, tie)


def _alteration(mark: str) -> int:
    """In semitones, two at most; of a quarter tone the nearest, a half one towards the natural."""
    if mark in ALTERATION:
        return ALTERATION[mark]
    sharp, fraction = mark.rstrip("0123456789/"), mark.lstrip("^_")
    number, _, divisor = fraction.partition("/")
    size = len(sharp) - 1 + Fraction(int(number or 1), int(divisor or 2) or 1)
    whole = min(2, math.ceil(size - Fraction(1, 2)))
    return whole if sharp[0] == "^" else -whole


@lru_cache(maxsize=4096)
def _note(
    mark: str, letter: str, octave: str, number: str, slashes: str, divisor: str
) -> Sound | Wrong:
    match = _TONE.match(mark + letter + octave + number + slashes + divisor)
    assert match is not None  # these are its own groups
    length = length_of(number, slashes, divisor)
    return Sound((_tone(match),), length) if length else _no_length(match)


def _no_length(match: re.Match[str]) -> Wrong:
    return Wrong(f"{match[0]!r} has no length that is a fraction above 0")


def _bar(match: re.Match[str]) -> list[Item]:
    before, line, after, number, colons, number_after_colons = match.groups()
    if colons is not None:  # "::" and, rarely, ":::"
        half = len(colons) // 2
        bar, number = Bar(half, len(colons) - half, double=True), number_after_colons
    else:
        double = (len(line) > 1 or match[0].startswith("[")) and match[0] != INVISIBLE_BAR
        bar = Bar(len(before), len(after), double)
    return [bar, _ending(number)] if number else [bar]


def _ending(numbers: str) -> Ending:
    passes: set[int] = set()
    for part in numbers.split(","):
        first, _, last = part.partition("-")
        passes.update(
            range(int(first), int(last.split("-")[0] or 0) + 1) if last else (int(first),)
        )
    return Ending(frozenset(passes))


def _chord(match: re.Match[str]) -> list[Item]:
    """``[C-EG]2``; as long as its first note, times what stands behind the bracket."""
    inside = match[1]
    tones: list[Tone] = []
    items: list[Item] = []
    inner: Fraction | None = None
    outer = length_of(match[2], match[3], match[4])
    at = 0
    while at < len(inside):
        note = _TONE.match(inside, at)
        if note is not None:
            at = note.end()
            if "/" in (note[1] or ""):
                items.append(LeftOut("quarter tone", note[0]))
            tie = inside.startswith("-", at)
            tones.append(_tone(note, tie))
            inner = inner or length_of(note[4], note[5], note[6])
            at += tie
        elif (symbol := _RECOGNISE["symbol"].match(inside, at)) is not None:
            items.extend(_items("symbol", symbol))
            at = symbol.end()
        elif (nothing := _RECOGNISE["nothing"].match(inside, at)) is not None:
            at = nothing.end()
        elif (decoration := _RECOGNISE["decoration"].match(inside, at)) is not None:
            items.extend(_items("decoration", decoration))
            at = decoration.end()
        else:
            items.append(Wrong(f"{inside[at]!r} does not belong in a chord"))
            at += 1
    if inner and outer and tones:
        return [*items, Sound(tuple(tones), inner * outer)]
    return [*items, Wrong(f"{match[0][:20]!r} is a chord without notes or length")]


def _wrong(line: str, at: int) -> tuple[str, int]:
    """Why nothing matches here, and how many characters to leave out."""
    character = line[at]
    if character == '"':
        word = re.compile(r'"[A-Ga-g]?[#b]?[a-z0-9]{0,5}').match(line, at)
        return "a quotation mark without its second", len(word[0]) if word else 1
    if character == "[":
        return "a bracket that opens no chord, field or ending", 1
    if character in "^_=":
        return f"an accidental {character!r} without a note", 1
    if character == ":":
        return "a colon without a barline", 1
    return f"{character!r} means nothing in the music", 1


def _without_comment(line: str) -> str:
    at = line.find("%")
    while at > 0 and line[at - 1] == "\\":
        at = line.find("%", at + 1)
    return line if at < 0 else line[:at]
