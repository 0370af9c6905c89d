"""The numbers and words in the elements of a MusicXML document; nothing where there are none."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from math import ceil
from xml.etree.ElementTree import Element

_NUMBER = re.compile(r"\s*([+-]?\d{1,9})(?:\.(\d{0,9}))?\s*\Z", re.ASCII)


@lru_cache(maxsize=4096)
def exact(text: str | None) -> Fraction | None:
    """``-2``, ``0.5``: below 10**9 to either side."""
    match = _NUMBER.match(text or "")
    if match is None:
        return None
    return Fraction(f"{match[1]}.{match[2]}" if match[2] else match[1])


def whole(text: str | None, low: int, high: int) -> int | None:
    """The nearest whole number, if it lies in low..high."""
    number = exact(text)
    if number is None or not low <= number <= high:
        return None
    return round(number)


def semitones(text: str) -> int | None:
    """The nearest whole number from -3 to 3, of a half the one towards 0: quarter tones, as in
    ABC."""
    number = exact(text)
    if number is None or abs(number) > 3:
        return None
    size = ceil(abs(number) - Fraction(1, 2))
    return size if number > 0 else -size


def text_of(element: Element, path: str) -> str:
    """The text of the first that lies there, "" where none does."""
    return (element.findtext(path) or "").strip()
