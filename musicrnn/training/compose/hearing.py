"""What a training window hears beside its ids: the context, with parts of it left out at random.

A model that always hears the longest match leans on it wholly, and then loops. So in a share of the
pieces what the future decides is not known, as when nothing is asked, and then the match is heard
or not; single fields are silent for a window at a time. Where the outlook is heard, so is the match
in sections that return, where the outlook opens it.

A piece begins and ends once, so what is learnt there is learnt slowly: those ids weigh more in the
loss, endings only where the network hears that the end is near. Pieces of a few bars, such as drum
fills, are nothing but beginning and end, and weigh no more than the middle of others.

Conventions. A draw is a piece's own number, kept as long as a row reads it; a window's own part
follows from it and from where the window begins, so that a run that is stopped goes on the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Ids
from musicrnn.context.ahead import with_gap
from musicrnn.context.fields import (
    AHEAD,
    FIELDS,
    GROUPS,
    LABELS,
    OPEN,
    OUTLOOK_FIELDS,
    Context,
    Outlook,
)
from musicrnn.context.past import NO_OUTLOOK, facts_ahead, looked_up, played_bars
from musicrnn.context.readings import Readings, is_in_voices

OUTLOOK_HEARD = 0.7  # share of the pieces that have an outlook
MATCH_HEARD = 0.75  # of those whose outlook is not heard
SILENT = 0.15  # share of the windows in which a field is silent
DENSITY_SILENT = 0.5
BEGINNING, ENDING = 3.0, 4.0  # weights of the ids of the first bar, and of the last ones
ENDING_BARS = 3
SHORT = 4  # bars: pieces of less weigh the same throughout
PLACES_SILENT = 0.1  # all at once: what comes back then does so for the match or the plan alone

MATCH = [FIELDS.index(name) for name in GROUPS["match"]]
PLACES = [FIELDS.index(name) for name in GROUPS["places"]]
IN_SECTION = FIELDS.index("place_in_section")
ALWAYS = [
    *(FIELDS.index(name) for name in (*OUTLOOK_FIELDS, "position", "key") if name not in LABELS),
    *(column for columns in AHEAD for column in columns),
]
GIVEN, FIRST_GIVEN = 0.6, 0.7  # share of pieces whose lines are given; of those, the first alone
GAPPED, MAX_GAP_BARS = 0.4, 6  # share of those in which the lines have a gap, and its length
DENSITY, BARS_LEFT = FIELDS.index("density"), FIELDS.index("bars_left")


class Hearing:
    """The contexts of training pieces.

    Args:
        pieces: ids of each.
        readings: of the vocabulary.
        outlooks: of each; NO_OUTLOOK where nothing is known.
    """

    def __init__(
        self, pieces: Sequence[Ids], readings: Readings, outlooks: Sequence[Outlook] | None = None
    ) -> None:
        self.pieces, self.readings = pieces, readings
        self.in_voices = is_in_voices(readings)
        self.outlooks = list(outlooks or [NO_OUTLOOK] * len(pieces))
        self.facts = [
            _small(facts_ahead(ids, readings, _opened(outlook)))
            for ids, outlook in zip(pieces, self.outlooks, strict=True)
        ]
        self.bars = [played_bars(ids, readings) for ids in pieces]

    def window(self, piece: int, span: slice, renamed: NDArray[np.int32], *, draw: int) -> Context:
        """[T, F] of the ids in ``span``; ``renamed`` [V] gives other names to ids."""
        found = self.facts[piece][span].astype(np.int32)
        own = np.random.default_rng([draw, 0])
        outlook = self.outlooks[piece]
        if len(outlook) and own.random() < OUTLOOK_HEARD:
            bar = np.clip(self.bars[piece][span], 0, len(outlook) - 1)
            found[np.ix_(outlook[bar, OPEN] == 0, MATCH)] = 0
        else:
            found[:, : len(OUTLOOK_FIELDS)] = 0
            found[:, IN_SECTION] = 0
            if own.random() >= MATCH_HEARD:
                found[:, MATCH] = 0
        if self.in_voices:
            self._give(found, piece, span, own)
        random = np.random.default_rng([draw, 1, span.start])
        chances = random.random(len(FIELDS))
        chances[MATCH[1]] = chances[MATCH[0]]
        silent = chances < SILENT
        silent[ALWAYS] = False
        silent[DENSITY] = chances[DENSITY] < DENSITY_SILENT
        if random.random() < PLACES_SILENT:
            silent[PLACES] = True
        heard = looked_up(found, renamed[self.pieces[piece]], self.readings)
        heard[:, silent] = 0
        return heard

    def _give(self, found: Context, piece: int, span: slice, own: np.random.Generator) -> None:
        """Leave of what is ahead in a window that of given lines, outside of a gap if there is."""
        given, gapped = _given(own), own.random() < GAPPED
        bars = self.bars[piece].astype(np.int64)
        length = int(own.integers(1, MAX_GAP_BARS + 1))
        begin = int(own.integers(0, max(1, int(bars[-1]) + 1)))
        whole = None
        for line, columns in enumerate(AHEAD):
            if not given[line]:
                found[:, columns] = 0
            elif gapped:
                whole = self.facts[piece].astype(np.int32) if whole is None else whole
                with_gap(whole, line, (begin, begin + length), bars, self.readings)
                found[:, columns] = whole[span][:, columns]

    def weights(self, piece: int, span: slice, left: NDArray[np.int32]) -> NDArray[np.float32]:
        """[T], how much the ids that follow those in ``span`` weigh; ``left`` [T] is what the
        network hears of the bars left: 1 in the last bar, 0 where it hears nothing."""
        found = np.ones(len(left), np.float32)
        if self.bars[piece][-1] < SHORT:  # the end begins a bar too
            return found
        found[self.bars[piece][span] <= 0] = BEGINNING
        found[(left > 0) & (left <= ENDING_BARS)] = ENDING
        return found


def _given(random: np.random.Generator) -> NDArray[np.bool_]:
    """[LINES]: which lines are given."""
    if random.random() >= GIVEN:
        return np.zeros(len(AHEAD), np.bool_)
    if random.random() < FIRST_GIVEN:
        return np.arange(len(AHEAD)) == 0
    return random.random(len(AHEAD)) < 0.5


def _opened(outlook: Outlook) -> Outlook:
    """With the match heard everywhere; a window closes it again."""
    opened = outlook.copy()
    opened[:, OPEN] = 1
    return opened


def _small(found: Context) -> NDArray[np.integer]:
    return found.astype(np.int16) if found.max(initial=0) < 2**15 else found
