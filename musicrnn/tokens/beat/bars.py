"""The bars of a score on the beat grid.

Conventions. Ticks are positions, POSITIONS a quarter; ``scale`` is how many of them a tick of the
score has. Metres change on sixteenths; what is left of a bar where the metre changes is a bar of
its own.
"""

from __future__ import annotations

from musicrnn.errors import MusicRNNError
from musicrnn.score import Score, TimeSignature
from musicrnn.tokens.beat.grid import MAX_BARS, POSITIONS, SIGNATURES


def bars_on_grid(
    score: Score, scale: float, last_tick: int
) -> tuple[list[TimeSignature], list[int]]:
    """Signatures on the grid and the start of every bar until the last note ends.

    Raises:
        MusicRNNError: too many bars, or a metre that the grid cannot hold.
    """
    signatures: list[TimeSignature] = []
    starts: list[int] = []
    sixteenth = POSITIONS // 4
    changes = [
        (round(s.tick * scale / sixteenth) * sixteenth, _supported(s))
        for s in score.time_signatures
    ]
    for index, (begin, (numerator, denominator)) in enumerate(changes):
        final = index + 1 == len(changes)
        stop = last_tick + 1 if final else changes[index + 1][0]
        if begin > last_tick or stop <= begin:
            continue
        signature = TimeSignature(begin, numerator, denominator)
        length = signature.bar_ticks(POSITIONS)
        if (stop - begin) // length > MAX_BARS:
            raise MusicRNNError(
                f"a piece may have at most {MAX_BARS} bars, this one has {(stop - begin) // length}"
                " or more: a stray note far behind the end?"
            )
        whole_until = stop if final else stop - (stop - begin) % length
        bars = [(at, signature) for at in range(begin, whole_until, length)]
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


def _supported(signature: TimeSignature) -> tuple[int, int]:
    """The same bar length written with a numerator and denominator that the tokens have."""
    numerator, denominator = signature.numerator, signature.denominator
    while (numerator, denominator) not in SIGNATURES and numerator % 2 == 0 and denominator > 2:
        numerator, denominator = numerator // 2, denominator // 2
    if denominator == 1:
        numerator, denominator = 2 * numerator, 2
    if (numerator, denominator) not in SIGNATURES:
        raise MusicRNNError(
            f"the metre {signature.name} is none of those that tokens of bars have: 1/2 to 4/2, "
            "1/4 to 8/4, 1/8 to 16/8 and 1/16 to 16/16"
        )
    return numerator, denominator


def _short_bar(tick: int, sixteenths: int) -> TimeSignature:
    denominator = 16
    while sixteenths % 2 == 0 and denominator > 4:
        sixteenths, denominator = sixteenths // 2, denominator // 2
    return TimeSignature(tick, sixteenths, denominator)
