"""Lengths as printed notes: dotted where that is exact, in triplets where nothing else is.

Conventions. Lengths and places are in UNITS of a quarter, on the grid of written music (1/24 of a
quarter). A span is cut where its beat, or half of it, must be a triplet; inside one everything is
a triplet of three eighths, or of three sixteenths.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

UNITS = 24  # a quarter
HALF = UNITS // 2
NAMES = ("breve", "whole", "half", "quarter", "eighth", "16th", "32nd", "64th", "128th")
PLAIN = {2 * 4 * UNITS >> power: name for power, name in enumerate(NAMES) if power < 7}  # 192 to 3
TRIPLET = {16: "quarter", 8: "eighth", 4: "16th", 2: "32nd", 1: "64th"}


@dataclass(frozen=True, slots=True)
class Value:
    """A printed length: ``units`` long, the type of its head ("" where none is as long) and its
    dots; ``triplet`` is the type of the three that the triplet is made of, "" outside; whether one
    begins or ends here."""

    units: float
    name: str
    dots: int = 0
    triplet: str = ""
    opens: bool = False
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    """Units from ``start`` to ``end`` of a bar that are a triplet of these, or none."""

    start: int
    end: int
    triplet: str = ""


def regions(cuts: Sequence[int], length: int) -> list[Region]:
    """A bar of some length by where its notes begin and end: plain stretches and triplets."""
    found: list[Region] = []
    for beat in range(0, length, UNITS):
        end = min(beat + UNITS, length)
        halves = [(start, min(start + HALF, end)) for start in range(beat, end, HALF)]
        odd = [[cut for cut in cuts if a < cut < b and (cut - a) % 3] for a, b in halves]
        if not any(odd):
            found.append(Region(beat, end))
        elif end - beat == UNITS and (all(odd) or {8, 16} & {cut - beat for cut in cuts}):
            found.append(Region(beat, end, "eighth"))
        else:
            found += [
                Region(a, b, "16th" if cut and b - a == HALF else "")
                for (a, b), cut in zip(halves, odd, strict=True)
            ]
    return found


def values(start: int, end: int, bar: Sequence[Region]) -> Iterator[Value]:
    """What a note or rest from ``start`` to ``end`` in a bar is printed as, to be tied."""
    cuts = {start, end}
    for region in bar:
        if region.triplet:
            cuts |= {at for at in (region.start, region.end) if start < at < end}
    for a, b in pairwise(sorted(cuts)):
        inside = next((r for r in bar if r.triplet and r.start <= a < r.end), None)
        if inside is None:
            yield from _plain(a, b)
            continue
        at = a
        for units, name, dots in _parts(b - a, TRIPLET):
            yield Value(
                units, name, dots, inside.triplet, at == inside.start, at + units == inside.end
            )
            at += units


def _plain(start: int, end: int) -> Iterator[Value]:
    """Off the beat, to the beat first where one value is not enough."""
    length = end - start
    one = next(iter(_parts(length, PLAIN)), None)
    off = start % UNITS
    if one is not None and one[0] != length and off and length > UNITS - off:
        yield from _plain(start, start + UNITS - off)
        yield from _plain(start + UNITS - off, end)
        return
    for units, name, dots in _parts(length, PLAIN):
        yield Value(units, name, dots)


def _parts(length: int, table: dict[int, str]) -> Iterator[tuple[int, str, int]]:
    """Largest first, with a dot where that is a value of the grid; the rest has no name."""
    while length > 0:
        for units, name in table.items():
            if length >= units:
                dotted = units * 3 // 2
                dots = 1 if units % 2 == 0 and length >= dotted and units // 2 in table else 0
                taken = dotted if dots else units
                yield taken, name, dots
                length -= taken
                break
        else:
            yield length, "", 0
            return
