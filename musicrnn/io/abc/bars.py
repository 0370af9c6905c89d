"""Where the bars of a played ABC tune lie: the pick-up, and bars that are longer or shorter.

Conventions. Times in quarters. A pick-up is a first bar of its own, shorter metre, so the piece
begins at once; where no metre is as short, the missing beats come before it as silence. Later on, a
bar whose barline comes early or late becomes a bar of its own time signature, so that all later
bars begin where the barlines stand; ``d3:|`` and ``|:e`` add up to one bar, as on paper. The last
bar is not judged.
"""

from __future__ import annotations

from musicrnn.io.abc.play import Performance
from musicrnn.io.metre import TOLERANCE, Metre, bar_quarters, metre_of

MetreAt = tuple[float, Metre]
_END = "end"


def place_bars(voice: Performance) -> tuple[float, list[MetreAt]]:
    """(quarters of silence to put before the voice, the metres that hold from then on).

    The metres' times count the silence.
    """
    opening = voice.states[0][1].metre
    events: list[tuple[float, int, Metre | bool | str]] = []  # at one time, barlines come first
    events.extend((at, 0, soft) for at, soft in voice.boundaries)
    for (_, before), (at, after) in zip(voice.states, voice.states[1:], strict=False):
        if after.metre != before.metre:
            events.append((at, 1, after.metre or (4, 4)))
    events.sort(key=lambda event: event[:2])
    events.append((voice.end, 2, _END))
    metre = opening or (4, 4)
    if opening is None:
        changes = [(0.0, metre)] + [(at, m) for at, _, m in events if isinstance(m, tuple)]
        return 0.0, changes
    pickup = 0.0
    changes: list[MetreAt] = [(0.0, metre)]
    begin = 0.0
    soft: list[float] = []
    for at, _, what in events:
        length = bar_quarters(metre)
        at_end = at >= voice.end - TOLERANCE
        if at > begin + TOLERANCE and (what == _END or not at_end):
            if begin == 0.0 and at < length - TOLERANCE and not at_end:
                if (short := metre_of(at, metre)) is None:
                    pickup = length - at
                else:
                    changes = [(0.0, short), (at, metre)]
                begin = at
            elif _is_multiple(at - begin, length):
                begin, soft = at, []
            elif what is True:
                soft.append(at)
            else:
                cut = next((s for s in soft if _is_multiple(at - s, length)), at)
                if at_end and cut == at:
                    break
                if (irregular := metre_of(cut - begin, metre)) is not None:
                    changes += [(begin + pickup, irregular), (cut + pickup, metre)]
                begin, soft = at, []
        if isinstance(what, tuple):
            metre = what
            changes.append((at + pickup, metre))
    return pickup, changes


def _is_multiple(quarters: float, length: float) -> bool:
    bars = quarters / length
    return abs(bars - round(bars)) < TOLERANCE
