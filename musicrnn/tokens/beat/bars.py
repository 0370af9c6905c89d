"""The bars of a score on the beat grid.

Conventions. Ticks are positions, POSITIONS a quarter; ``scale`` is how many of them a tick of the
score has. Metres change on sixteenths; what is left of a bar where the metre changes is a bar of
its own. A bar of a metre that SIGNATURES lacks is written as the fewest bars of nearly one length
that they have, 10/4 as 5/4 5/4; one that is on no grid of sixteenths, such as 7/32, is passed over:
bars go on as before. :func:`changed_metres` says so.
"""

from __future__ import annotations

from itertools import cycle

from musicrnn.errors import MusicRNNError
from musicrnn.score import Score, TimeSignature
from musicrnn.tokens.beat.grid import MAX_BARS, POSITIONS, SIGNATURES

Metre = tuple[int, int]  # numerator, denominator


def bars_on_grid(
    score: Score, scale: float, last_tick: int
) -> tuple[list[TimeSignature], list[int]]:
    """Signatures on the grid and the start of every bar until the last note ends.

    Raises:
        MusicRNNError: too many bars.
    """
    signatures: list[TimeSignature] = []
    starts: list[int] = []
    sixteenth = POSITIONS // 4
    changes = [
        (round(s.tick * scale / sixteenth) * sixteenth, metres)
        for s in score.time_signatures
        if (metres := written_metres(s))
    ]
    if not changes or changes[0][0] > 0:
        changes.insert(0, (0, ((4, 4),)))
    for index, (begin, metres) in enumerate(changes):
        final = index + 1 == len(changes)
        stop = last_tick + 1 if final else changes[index + 1][0]
        if begin > last_tick or stop <= begin:
            continue
        length = sum(TimeSignature(begin, *metre).bar_ticks(POSITIONS) for metre in metres)
        if (stop - begin) // length > MAX_BARS:
            raise MusicRNNError(
                f"a piece may have at most {MAX_BARS} bars, this one has {(stop - begin) // length}"
                " or more: a stray note far behind the end?"
            )
        whole_until = stop if final else stop - (stop - begin) % length
        bars = _bars(begin, whole_until, metres)
        short = whole_until
        while short < stop:  # what is left of the last bar before the metre changes
            bar = _short_bar(short, min(16, (stop - short) // sixteenth))
            bars.append((short, bar))
            short += bar.bar_ticks(POSITIONS)
        for at, bar in bars:
            if at <= last_tick:
                starts.append(at)
                if not signatures or signatures[-1] is not bar:
                    signatures.append(bar)
    return signatures, starts


def written_metres(signature: TimeSignature) -> tuple[Metre, ...]:
    """The metres that make up a bar: most often one, the same length written with a numerator and
    denominator that the tokens have. () where it is no whole number of sixteenths."""
    numerator, denominator = signature.numerator, signature.denominator
    while (numerator, denominator) not in SIGNATURES and numerator % 2 == 0 and denominator > 2:
        numerator, denominator = numerator // 2, denominator // 2
    if denominator == 1:
        numerator, denominator = 2 * numerator, 2
    if (numerator, denominator) in SIGNATURES:
        return ((numerator, denominator),)
    numerator, denominator = signature.numerator, signature.denominator
    while denominator > 16 and numerator % 2 == 0:
        numerator, denominator = numerator // 2, denominator // 2
    if denominator > 16:
        return ()
    while denominator < 4:
        numerator, denominator = 2 * numerator, 2 * denominator
    count = -(-numerator // max(n for n, d in SIGNATURES if d == denominator))
    less, longer = divmod(numerator, count)
    return ((less + 1, denominator),) * longer + ((less, denominator),) * (count - longer)


def changed_metres(score: Score) -> list[str]:
    """A sentence for each metre of a score that is written otherwise."""
    said: dict[str, None] = {}
    for signature in score.time_signatures:
        metres = written_metres(signature)
        if len(metres) > 1:
            named = " ".join(TimeSignature(0, *metre).name for metre in metres)
            said[f"bars of {signature.name} are written as {named}"] = None
        elif not metres:
            said[f"bars of {signature.name}, on no grid of sixteenths, are counted as before"] = (
                None
            )
    return list(said)


def _bars(begin: int, end: int, metres: tuple[Metre, ...]) -> list[tuple[int, TimeSignature]]:
    """Where bars that take turns in some metres begin; a signature holds until it changes."""
    bars: list[tuple[int, TimeSignature]] = []
    at = begin
    for metre in cycle(metres):
        if at >= end:
            break
        signature = bars[-1][1] if bars else TimeSignature(at, *metre)
        if (signature.numerator, signature.denominator) != metre:
            signature = TimeSignature(at, *metre)
        bars.append((at, signature))
        at += signature.bar_ticks(POSITIONS)
    return bars


def _short_bar(tick: int, sixteenths: int) -> TimeSignature:
    denominator = 16
    while sixteenths % 2 == 0 and denominator > 4:
        sixteenths, denominator = sixteenths // 2, denominator // 2
    return TimeSignature(tick, sixteenths, denominator)
