"""How far a section returns: the bars of one letter against those of different letters.

Conventions. A bar is compared with the bar at the same offset in each other section with a letter;
intro, outro and ``X`` do not count. The similarity of two bars is the Jaccard index of their sets
of (onset to a twelfth of a quarter, pitch). Over the 902 labelled songs of POP909 the mean is .616
within a letter and .126 between letters.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from musicrnn.form.similarity import bars_of_score
from musicrnn.score import Score

_NO_LETTER = ("X", "x", "i", "o")


def letter_similarities(score: Score) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The similarities of all pairs of bars within one letter, and between different ones.

    Pairs of two empty bars are left out.
    """
    bars = bars_of_score(score)
    starts = [section.tick for section in score.sections]
    borders = [*np.searchsorted(bars.lines, starts).tolist(), len(bars.density)]
    spans = [
        (section.name, start, stop)
        for section, start, stop in zip(score.sections, borders[:-1], borders[1:], strict=True)
        if section.name not in _NO_LETTER and start < stop
    ]
    within: list[float] = []
    between: list[float] = []
    for (name, a, a_stop), (other, b, b_stop) in combinations(spans, 2):
        steps = np.arange(min(a_stop - a, b_stop - b))
        steps = steps[bars.density[a + steps] + bars.density[b + steps] > 0]
        (within if name == other else between).extend(bars.notes[a + steps, b + steps].tolist())
    return np.array(within), np.array(between)
