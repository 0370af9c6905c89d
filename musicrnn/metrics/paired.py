"""Two models on the same pieces: the difference, its interval, and whether it may be chance.

Conventions. A difference is the first model's figure minus the second's. Pieces are the same where
their names are, in order. Likelihoods are compared by the sign-flip permutation test over pieces,
whose statistic is the difference itself (:mod:`musicrnn.metrics.bootstrap`); labels by McNemar's
exact test (1947) on the recordings that one model alone calls right. Both are two-sided. Neither
sees that a model trained again would be another: for that there are seeds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from musicrnn.errors import MusicRNNError, counted
from musicrnn.metrics.bootstrap import BOOTSTRAP_DRAWS, Interval
from musicrnn.metrics.tables import table

ACCURACY = "accuracy"


@dataclass(frozen=True)
class PairedDifference:
    """``first`` minus ``second``, of ``n`` pairs of what is called ``example``; ``figure`` says
    what of, such as "nats a token"; ``counts`` is what else was counted."""

    figure: str
    example: str
    n: int
    first: float
    second: float
    difference: float
    interval: Interval | None
    p: float
    test: str
    counts: dict[str, int] = field(default_factory=dict[str, int])
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def as_text(self, first: str, second: str) -> str:
        """The figures of both models by their names, and how sure the difference is."""
        share = self.figure == ACCURACY  # in per cent, and points
        scale, decimals, better = (100, 2, "above") if share else (1, 4, "below")

        def shown(value: float, sign: str = "") -> str:
            return f"{scale * value:{sign}.{decimals}f}"

        spread = ""
        if self.interval is not None:
            spread = " to ".join(shown(end, "+") for end in self.interval)
        rows = [
            [first, shown(self.first), ""],
            [second, shown(self.second), ""],
            ["difference", shown(self.difference, "+"), spread],
        ]
        lines = [
            f"{first} beside {second} on the same {counted(self.n, self.example)}",
            "",
            table([f"{self.figure}, %" if share else self.figure, "", "95 % interval"], rows),
            "",
            f"p = {self.p:.4f}: {self.test}; {better} 0 the first is better",
            f"interval: bootstrap over {self.example}s, {BOOTSTRAP_DRAWS:,} draws",
        ]
        lines += [f"{count} {name.replace('_', ' ')}" for name, count in self.counts.items()]
        return "\n".join([*lines, self.note] if self.note else lines)


def common(first: Sequence[str], second: Sequence[str]) -> list[tuple[int, int]]:
    """The places of the same names in both, in the order of the first; a name that comes again is
    its own.

    Raises:
        MusicRNNError: there is none.
    """
    places = {key: place for place, key in enumerate(_keys(second))}
    pairs = [(at, places[key]) for at, key in enumerate(_keys(first)) if key in places]
    if not pairs:
        raise MusicRNNError(
            f"the models can read nothing that is the same: {len(first)} and {len(second)} read"
        )
    return pairs


def mcnemar_p(first_alone: int, second_alone: int) -> float:
    """The exact p-value that each model alone is right as often as the other."""
    n, few = first_alone + second_alone, min(first_alone, second_alone)
    tail = sum(math.comb(n, k) for k in range(few + 1))
    return min(1.0, 2 * tail / 2**n)


def _keys(names: Sequence[str]) -> list[tuple[str, int]]:
    seen = Counter[str]()
    found: list[tuple[str, int]] = []
    for name in names:
        found.append((name, seen[name]))
        seen[name] += 1
    return found
