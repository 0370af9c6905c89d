"""The order in which the parts of an ABC tune are played: ``P:ABAC`` in its header.

Conventions. ABC 2.1, 3.1.9: in the header ``P:`` gives the order, ``A3`` is AAA, ``(AB)3`` is
ABABAB, brackets nest, dots mean nothing; in the body ``P:A`` begins a part. What stands before the
first mark is played first. A repeat does not go back beyond its part. A part that is asked for N
times running and has N endings, more than two, plays one each time (4.10). A body whose parts stand
in the asked order is played as it stands; so is all else without an order.
"""

from __future__ import annotations

import re
from itertools import groupby

from musicrnn.io.abc.play import AbcEvent, InForce, Part, Play, Volta, unroll

MAX_PARTS = 1000  # played one after the other
_ORDER = re.compile(r"([A-Za-z])|(\()|(\))|(\d{1,3})|[.\s]+|(.)")
Parts = dict[str, tuple[InForce, list[AbcEvent]]]  # with what is in force at the beginning


def parse_order(text: str) -> tuple[str, ...] | None:
    """The parts one after the other; None for text that is no order, or longer than MAX_PARTS."""
    groups: list[list[tuple[str, ...]]] = [[]]
    for match in _ORDER.finditer(text):
        letter, opens, closes, times, wrong = match.groups()
        if wrong or (closes and len(groups) == 1) or (times and not groups[-1]):
            return None
        if letter:
            groups[-1].append((letter,))
        elif opens:
            groups.append([])
        elif closes:
            inside = groups.pop()
            groups[-1].append(tuple(part for group in inside for part in group))
        elif times:
            groups[-1].append(groups[-1].pop() * int(times))
        if sum(map(len, groups[-1])) > MAX_PARTS:
            return None
    return tuple(part for group in groups[0] for part in group) if len(groups) == 1 else None


def part_called(text: str) -> str:
    """The name of a part in the body; ``A.`` is A."""
    return text.strip(" .")


def in_order(
    events: list[AbcEvent], opening: InForce, limit: int, order: tuple[str, ...]
) -> tuple[list[AbcEvent], int]:
    """A voice's events as they are played, and what they leave of ``limit``; 0 if it cut them."""
    stretches = _stretches(events, opening)
    written = [name for name, _, inside in stretches if name and _sounds(inside)]
    if not order or written == list(order):
        return unroll(events, opening, limit)
    parts: Parts = {}
    for name, state, inside in stretches:
        if _sounds(inside):
            parts.setdefault(name, (state, []))[1].extend(inside)
    played: list[AbcEvent] = []
    now = opening
    for name, run in groupby(("", *order)):
        state, inside = parts.get(name, (now, []))
        times = sum(1 for _ in run)
        endings = max((max(e.numbers) for e in inside if isinstance(e, Volta)), default=1)
        for _ in range(1 if times == endings > 2 else times):
            if state != now:
                played.append(state)
            unrolled, limit = unroll(inside, state, limit)
            played += unrolled
            now = next((e for e in reversed(unrolled) if isinstance(e, InForce)), state)
            if limit == 0:
                return played, 0
    return played, limit


def _stretches(
    events: list[AbcEvent], opening: InForce
) -> list[tuple[str, InForce, list[AbcEvent]]]:
    """(name, what is in force, events) between the marks; the first has no name."""
    state = opening
    found: list[tuple[str, InForce, list[AbcEvent]]] = [("", state, [])]
    for event in events:
        if isinstance(event, Part):
            found.append((event.name, state, []))
        else:
            found[-1][2].append(event)
        state = event if isinstance(event, InForce) else state
    return found


def _sounds(events: list[AbcEvent]) -> bool:
    return any(isinstance(event, Play) for event in events)
