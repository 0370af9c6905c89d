"""Metres as pairs, the metre of a bar that is longer or shorter than its own, and pick-ups."""

from __future__ import annotations

from musicrnn.score import Score, TimeSignature

Metre = tuple[int, int]  # 6/8 is (6, 8)
TOLERANCE = 1e-6  # quarters


def bar_quarters(metre: Metre) -> float:
    """How long a bar lasts."""
    return 4 * metre[0] / metre[1]


def metre_of(quarters: float, like: Metre) -> Metre | None:
    """The metre of an irregular bar, over like's denominator if it can be; None if it has none."""
    denominator = like[1]
    while denominator <= 64:
        beats = quarters * denominator / 4
        if abs(beats - round(beats)) < TOLERANCE and 1 <= round(beats) <= 255:
            return round(beats), denominator
        denominator *= 2
    return None


def written_metres(score: Score) -> tuple[TimeSignature, ...]:
    """The metres as they are written: a first bar that is shorter than the second is a pick-up and
    has none of its own."""
    metres = score.time_signatures
    if len(metres) < 2:
        return metres
    first, second = metres[:2]
    length = second.tick / score.ticks_per_quarter
    like = second.numerator, second.denominator
    one = second.tick == first.bar_ticks(score.ticks_per_quarter)
    short = one and length < bar_quarters(like)
    if short and metre_of(length, like) == (first.numerator, first.denominator):
        return metres[1:]
    return metres
