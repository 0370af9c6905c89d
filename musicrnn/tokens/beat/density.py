"""How dense a piece is: notes a quarter, around each bar and over excerpts of a corpus."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musicrnn.score import Score


def notes_a_quarter(score: Score, bars: int) -> NDArray[np.float64]:
    """[bars of the score]: in the excerpt of so many bars, or as many as there are, around each."""
    lines = np.array(score.bar_lines())
    starts = np.sort([note.start for track in score.tracks for note in track.notes])
    before = np.searchsorted(starts, lines)  # notes before each bar line
    count = len(lines) - 1
    first = np.clip(np.arange(count) - bars // 2, 0, max(0, count - bars))
    last = np.minimum(first + bars, count)
    quarters = (lines[last] - lines[first]) / score.ticks_per_quarter
    return (before[last] - before[first]) / quarters


def quintiles(scores: Sequence[Score], bars: int) -> tuple[float, ...]:
    """The four borders between five equal shares of all excerpts of so many bars, to two decimals;
    () where they are not four different numbers. Pieces of less than half of that, such as drum
    fills, are left out, unless all are as short."""
    around = [notes_a_quarter(score, bars) for score in scores if score.note_count]
    around = [each for each in around if 2 * len(each) >= bars] or around
    if not around:
        return ()
    found = np.concatenate([each[min(bars // 2, len(each) - 1) :: bars] for each in around])
    borders = np.quantile(found, (0.2, 0.4, 0.6, 0.8)).round(2).tolist()
    return tuple(borders) if len(set(borders)) == len(borders) else ()
