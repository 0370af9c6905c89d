"""Drum fills: where drummers leave the groove, and how often they do so in each of eight bars.

Conventions. A bar is a fill where, in its second half, of the strokes on snare, toms, hi-hat and
ride at least 60 % are on snare and toms, three or more, and by 20 % more of them than in three
quarters of the piece's bars. Places are counted from a piece's first bar, 0 to 7.

Judged on the 1,021 performances of Groove that are not of the test split: of those labelled as
fills 86 % have such a half (three strokes, 60 %); of the bars of the others 8 % are called fills,
and 22 % of these are the fourth, 23 % the eighth of eight bars, where chance would put 12.5 % each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Random
from musicrnn.drum_kit import HANDS_KEEP_TIME, SNARES, TOMS
from musicrnn.errors import MusicRNNError
from musicrnn.score import Score

PLACES = 8  # bars
LEAST_SHARE, MORE_SHARE, LEAST_STROKES = 0.6, 0.2, 3
USUAL = 0.75  # the quantile of the bars that are plain at any rate


def fill_bars(score: Score) -> NDArray[np.bool_]:
    """[bars of the score]: which of them are fills."""
    lines = np.array(score.bar_lines())
    hits = np.array(
        [(n.start, n.pitch) for track in score.tracks if track.is_drum for n in track.notes],
        np.int64,
    ).reshape(-1, 2)
    bar = np.searchsorted(lines, hits[:, 0], side="right") - 1
    second = 2 * (hits[:, 0] - lines[bar]) >= np.diff(lines)[bar]
    drums, cymbals = (
        np.bincount(bar[second & np.isin(hits[:, 1], group)], minlength=len(lines) - 1)
        for group in (SNARES + TOMS, HANDS_KEEP_TIME)
    )
    share = drums / np.maximum(1, drums + cymbals)
    least = max(LEAST_SHARE, float(np.quantile(share, USUAL)) + MORE_SHARE)
    return (share >= least) & (drums >= LEAST_STROKES)


def learn_fill_shares(pieces: Iterable[NDArray[np.bool_]]) -> list[float]:
    """[PLACES]: how often the bar there is a fill; of pieces as long as that."""
    fills, bars = np.zeros(PLACES), np.zeros(PLACES)
    for found in pieces:
        if len(found) >= PLACES:
            place = np.arange(len(found)) % PLACES
            fills += np.bincount(place, weights=found, minlength=PLACES)
            bars += np.bincount(place, minlength=PLACES)
    return (fills / np.maximum(1, bars)).round(4).tolist()


def draw_fills(shares: Sequence[float], bars: int, random: Random) -> NDArray[np.bool_]:
    """[bars], which are to be fills."""
    return random.random(bars) < np.resize(shares, bars)


def fills_every(count: int, bars: int) -> NDArray[np.bool_]:
    """[bars], each ``count``-th a fill."""
    return np.arange(1, bars + 1) % count == 0


def fill_shares_from_json(said: Any) -> list[float]:
    """Of a model's header; MusicRNNError if they are none."""
    if (
        not isinstance(said, list)
        or len(said) != PLACES
        or not all(type(share) in (int, float) and 0 <= share <= 1 for share in said)
    ):
        raise MusicRNNError(f"the model file's fills are damaged: {PLACES} shares were expected")
    return [float(share) for share in said]
