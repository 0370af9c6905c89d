"""How a model of labels fares with what has none of them: what it must not call likely.

Conventions. ``best`` are the largest probabilities of a label, in 0..1; a recording is called
likely where its best is at least the threshold, and as likely as that it is none of these. Names
such as "speech 12" tell the kind first. Intervals are Wilson's at 95 %.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import counted
from musicrnn.fillers import real
from musicrnn.metrics.intervals import wilson_interval

Probabilities = NDArray[np.float64]
DOUBTFUL = 0.05  # share of the labelled validation recordings that may be called "not likely"
FALSE = 0.03  # share of any kind without a label that should be called likely at most
SURE = 0.5  # is likely, where nothing is known that speaks against it
LEAST_LOST, MOST_LOST = 0.05, 0.08  # shares of the right labels that a threshold costs


def best_of(told: Probabilities, labels: Sequence[str]) -> Probabilities:
    """[..., K] over all labels -> [...], the probability of the likeliest that is no filler; 0
    where that it is none of these is likelier, so that no threshold calls it likely."""
    kept = real(labels)
    best = told[..., kept].max(axis=-1)
    none = 1 - told[..., kept].sum(axis=-1)
    return np.where(none > best, 0.0, best)


@dataclass(frozen=True)
class OpenSetFigures:
    """``kept`` of ``right`` rightly labelled recordings are called likely; of each kind without a
    label (``others``) how many are, and of how many."""

    kept: int
    right: int
    others: dict[str, tuple[int, int]]

    def as_json(self) -> dict[str, Any]:
        """kept, right, others."""
        return asdict(self)

    def as_text(self) -> str:
        """A line on what is kept, a line a kind."""
        low, high = wilson_interval(self.kept, self.right) if self.right else (0.0, 1.0)
        lines = [
            f"of {counted(self.right, 'right label')} {self.kept} stay likely "
            f"({self.kept / max(1, self.right):.1%}, {low:.1%} .. {high:.1%})"
            f"{'; without a label:' * bool(self.others)}"
        ]
        for kind, (called, n) in self.others.items():
            low, high = wilson_interval(called, n)
            share = f"{called / n:.1%}, {low:.1%} .. {high:.1%}"
            lines.append(f"  {kind}: {called} of {n} are called likely ({share})")
        return "\n".join(lines)


def open_set_figures(
    told: Probabilities,
    truth: Sequence[int],
    labels: Sequence[str],
    *,
    names: Sequence[str],
    threshold: float,
) -> OpenSetFigures:
    """Of probabilities [n, K] over all labels, fillers among them."""
    best, right, kinds = _parted(told, truth, labels, names)
    likely = best >= threshold
    others = {kind: (int(likely[rows].sum()), len(rows)) for kind, rows in kinds.items()}
    return OpenSetFigures(int(likely[right].sum()), int(right.sum()), others)


def open_threshold(
    told: Probabilities, truth: Sequence[int], labels: Sequence[str], names: Sequence[str]
) -> float:
    """The threshold under which nothing is likely, from validation recordings.

    The least at which no kind without a label is called likely more often than FALSE, but one that
    takes from LEAST_LOST to MOST_LOST of the right labels: what a model has never heard is not
    among those kinds. Without such kinds DOUBTFUL of the recordings are below it. More than SURE is
    asked for such kinds' sake alone: few recordings that are all told surely say nothing.
    """
    best, right, kinds = _parted(told, truth, labels, names)
    if not kinds:
        return min(SURE, float(np.quantile(best, DOUBTFUL)))
    highest = [np.quantile(best[rows], 1 - FALSE, method="higher") for rows in kinds.values()]
    needed = float(max(highest))
    if not right.any():
        return float(np.nextafter(needed, 1.0))
    least, most = np.quantile(best[right], (LEAST_LOST, MOST_LOST))
    return float(np.clip(np.nextafter(needed, 1.0), min(SURE, least), most))


def _parted(
    told: Probabilities, truth: Sequence[int], labels: Sequence[str], names: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], dict[str, list[int]]]:
    """The best label's probability, where it is right, and the rows of each kind without one."""
    kept = np.array(real(labels))
    among = told[:, kept]
    right = kept[among.argmax(axis=1)] == np.asarray(truth)
    kinds: dict[str, list[int]] = defaultdict(list)
    for row, label in enumerate(truth):
        if label not in kept:
            kinds[names[row].split()[0]].append(row)
    made = [rows for kind, rows in kinds.items() if kind != "speech"]
    parted = {kind: rows for kind, rows in kinds.items() if kind == "speech"}
    if made:
        parted["other sounds"] = [row for rows in made for row in rows]
    return best_of(told, labels), right, parted
