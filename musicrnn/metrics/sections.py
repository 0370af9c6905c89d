"""How well found sections agree with labelled ones: boundaries, and which bars are alike.

Conventions. Bars are counted from 0. Boundaries are the bars in which sections begin; the first of
a piece does not count, since nobody can miss it. Labels are one a bar, and only their being equal
matters: sections without a partner need labels of their own (:func:`bar_labels`). F1 is the
harmonic mean of precision and recall, 1 where there is nothing to find and nothing is found.

Source: mir_eval's segment.detection and segment.pairwise (Raffel et al. 2014).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicrnn.score import Score


def section_bars(score: Score) -> list[int]:
    """The bars in which the sections of a score begin; those past its end are left out."""
    lines = score.bar_lines()
    bars = np.searchsorted(lines, [section.tick for section in score.sections]).tolist()
    return [bar for bar in bars if bar < len(lines) - 1]


def bar_labels(starts: Sequence[int], names: Sequence[str], bars: int) -> list[str]:
    """One label a bar; ``X`` and ``x`` are numbered. Bars before the first section are ``i``."""
    labels = ["i"] * bars
    stops = [*starts[1:], bars]
    for number, (name, start, stop) in enumerate(zip(names, starts, stops, strict=False)):
        labels[start:stop] = [f"{name}{number}" if name in "Xx" else name] * (stop - start)
    return labels


def boundary_f1(reference: Sequence[int], estimate: Sequence[int], *, within: int = 0) -> float:
    """F1 of boundaries that lie at most ``within`` bars apart, each matched once.

    >>> boundary_f1([0, 8, 16], [0, 8, 15])
    0.5
    >>> boundary_f1([0, 8, 16], [0, 8, 15], within=1)
    1.0
    """
    left = sorted(bar for bar in reference if bar > 0)
    found = sorted(bar for bar in estimate if bar > 0)
    both = len(left) + len(found)
    hits = 0
    for bar in found:  # in order, the earliest one in reach: no matching has more
        near = next((other for other in left if abs(other - bar) <= within), None)
        if near is not None:
            left.remove(near)
            hits += 1
    return 2 * hits / both if both else 1.0


def label_f1(reference: Sequence[str], estimate: Sequence[str]) -> float:
    """F1 of the pairs of bars that have one label.

    >>> round(label_f1("AABB", "AAAB"), 3)
    0.4
    """
    upper = np.triu_indices(len(reference), 1)
    alike, found = (
        (codes[:, None] == codes)[upper]
        for labels in (reference, estimate)
        for codes in np.unique(list(labels), return_inverse=True)[1:]
    )
    both = int(alike.sum() + found.sum())
    return 2 * int((alike & found).sum()) / both if both else 1.0
