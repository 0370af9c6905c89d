"""The hidden size at which a model has as many parameters as the budget says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from musicrnn.errors import MusicRNNError

MAX_HIDDEN = 2**14
NEIGHBOUR_SIZES = 16  # sizes looked at on both sides, for cells that take only some sizes


@dataclass(frozen=True)
class Match:
    """A hidden size and the parameters of the model that has it."""

    hidden: int
    parameters: int


def matched(parameters: Callable[[int], int], wanted: int) -> Match:
    """The hidden size whose model has the number of parameters nearest to ``wanted``.

    ``parameters`` counts a model of a hidden size, or raises MusicRNNError for one that the cell
    cannot have; more units are taken to be more parameters.

    Raises:
        MusicRNNError: even the smallest model has more parameters than wanted and the tolerance,
            or there is no size at all; the reason of the last refusal is given.
    """
    refusal = ""
    found: dict[int, int] = {}

    def count(hidden: int) -> int | None:
        nonlocal refusal
        if hidden not in found:
            try:
                found[hidden] = parameters(hidden)
            except MusicRNNError as error:
                refusal = str(error)
                return None
        return found[hidden]

    def at_least(hidden: int) -> int:
        """Parameters of the next size that the cell can have, from ``hidden`` on."""
        sizes = range(hidden, min(hidden + 2 * NEIGHBOUR_SIZES, MAX_HIDDEN) + 1)
        return next((n for n in map(count, sizes) if n is not None), 2**62)

    low, high = 1, 2
    while high < MAX_HIDDEN and at_least(high) < wanted:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if at_least(middle) < wanted else (low, middle)
    for hidden in range(
        max(1, high - NEIGHBOUR_SIZES), min(MAX_HIDDEN, high + NEIGHBOUR_SIZES) + 1
    ):
        count(hidden)
    if not found:
        raise MusicRNNError(f"no hidden size suits {wanted} parameters: {refusal}")
    hidden = min(found, key=lambda size: (abs(found[size] - wanted), size))
    if hidden == min(found) and found[hidden] > 1.5 * wanted:
        raise MusicRNNError(
            f"{wanted} parameters are too few: the smallest model has {found[hidden]}"
        )
    return Match(hidden, found[hidden])
