"""A tune as words: notes, lengths, bar lines, chord symbols, alike in every key; its tokenizer.

Conventions. A melody has one bar after the other, with repeats as in a tune book; repeats that a
score plays out are folded where they are exact. Of several tracks the melody alone is encoded: the
one so named, else the highest on average; of its notes that sound together the highest. They stand
on the grid of io.abc.grid, in whole bars (in 4/4, where their own are not whole), in the four
octaves of the words; the key stays what it is at the beginning. A tempo is no word: reading takes
the metre's (default_tempo), and a tempo that is asked for bounds the length in seconds only, so set
it on the score that was decoded. A bar is counted as it is played, with its repeats; an upbeat is
no bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, takewhile
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from musicrnn.context.readings import Readings
from musicrnn.context.timed import AT, BAR_POSITIONS, IN_BAR, PLAYED, standing
from musicrnn.errors import MusicRNNError
from musicrnn.io.abc import TICKS_PER_QUARTER, parse_abc, quantize_abc, write_abc
from musicrnn.score import Score, TimeSignature
from musicrnn.tokens.abc.normal import normalise, own_text
from musicrnn.tokens.abc.tokenizer import melody_of
from musicrnn.tokens.protocol import END, START, Constraint, Controls, OwnForm, Tokenizer
from musicrnn.tokens.tune.fold import folded
from musicrnn.tokens.tune.grammar import TuneConstraint
from musicrnn.tokens.tune.plan import form_of
from musicrnn.tokens.tune.reading import words_of
from musicrnn.tokens.tune.text import text_of
from musicrnn.tokens.tune.words import (
    BARS,
    IDS,
    LENGTH_WORDS,
    METRE_WORDS,
    NOTES,
    PLAIN,
    UNITS,
    VOCABULARY,
    ids_of,
    readings,
)


class TuneTokenizer(Tokenizer):
    """One vocabulary for all tunes."""

    name: ClassVar[str] = "tune"
    follows_form: ClassVar[bool] = True
    any_key: ClassVar[bool] = True
    has_symbols: ClassVar[bool] = True

    @property
    def loops(self) -> bool:
        return True

    @property
    def vocabulary(self) -> tuple[str, ...]:
        return VOCABULARY

    def configuration(self) -> dict[str, Any]:
        return {}

    def encode(self, score: Score) -> NDArray[np.int32]:
        """ids of the melody and its chords. Raises MusicRNNError for a score without pitched notes,
        or longer than ABC is written for (io.abc.grid)."""
        words = words_of(normalise(write_abc(_in_whole_bars(melody_of(score)))))
        if words is None:
            raise MusicRNNError(f"a tune holds one melody in bars, got {score!r}")
        return _ids(folded(words))

    def encode_source(self, score: Score, abc: str | None) -> NDArray[np.int32]:
        """A tune that was read as ABC keeps its own text, where words can say it."""
        text = own_text(score, abc)
        words = None if text is None else words_of(text)
        return self.encode(score) if words is None else _ids(folded(words))

    def quantize(self, score: Score) -> Score:
        """The melody as it is read from its own words. Raises MusicRNNError as encode does."""
        return self.decode(self.encode(score))

    def words(self, ids: Sequence[int] | NDArray[np.int32]) -> list[str]:
        """Those up to the first end; ids out of range are left out."""
        before = takewhile(lambda token: token != END, ids)
        return [VOCABULARY[int(token)] for token in before if END < token < len(VOCABULARY)]

    def text(self, ids: Sequence[int] | NDArray[np.int32]) -> str:
        """The tune as ABC text, in its key."""
        return text_of(self.words(ids))

    def decode(self, ids: Sequence[int] | NDArray[np.int32]) -> Score:
        return parse_abc(self.text(ids))

    def constraint(self, controls: Controls) -> Constraint:
        """The grammar of a new tune, which follows the form that is asked for; ``bars`` counts
        them as played. Raises MusicRNNError for a density, parts and basses, which tunes cannot
        say, and for an unknown metre."""
        return TuneConstraint(controls)

    def readings(self) -> Readings:
        return readings()

    def own_form(self, ids: NDArray[np.int32]) -> OwnForm:
        return form_of(self.words(ids), self.decode(ids))

    def count_notes(self, ids: Sequence[int] | NDArray[np.int32]) -> int:
        """Notes that are written, repeats counted once and tied notes each."""
        return sum(a in NOTES and b in LENGTH_WORDS for a, b in pairwise(self.words(ids)))

    def count_bars(self, ids: Sequence[int] | NDArray[np.int32]) -> int:
        """Bars that are written, repeats counted once; an upbeat is none."""
        bars, filled = 0, False
        for word in self.words(ids):
            if word in LENGTH_WORDS:
                filled = True
            elif word in BARS:
                bars, filled = bars + filled, False
        return max(0, bars - (IDS["upbeat"] in ids))

    def played_bars(self, ids: Sequence[int] | NDArray[np.int32]) -> int:
        """Bars played, repeats and a bar begun among them; an upbeat is none."""
        now = standing(ids_of(self.words(ids)), readings())
        return max(0, int(now[PLAYED])) + int(now[IN_BAR] >= 0 and now[AT] > 0)

    def prompt(self, ids: Sequence[int] | NDArray[np.int32]) -> list[int]:
        """The ids without the end, and with a plain bar line where the tune ends; none where its
        last bar is not full, so that it goes on as an upbeat does."""
        found = [int(token) for token in takewhile(lambda token: token != END, ids)]
        if found and VOCABULARY[found[-1]] == "|]":
            now = standing(ids_of(self.words(found[:-1])), readings())
            found[-1:] = [] if 0 < now[AT] < now[BAR_POSITIONS] else [IDS["|"]]
        return found


def _in_whole_bars(score: Score) -> Score:
    """The score on its grid with the metres that it has, where there are words for them and each
    holds for whole bars behind an upbeat, or else in 4/4; in the key of its beginning."""
    score = quantize_abc(score)
    metres = score.time_signatures
    upbeat = metres[:1] if score.metre is not metres[0] else ()
    grid = TICKS_PER_QUARTER * PLAIN // UNITS
    whole = all(metre.tick % grid == 0 for metre in upbeat and metres[1:2])
    regular = metres[len(upbeat) :]
    for before, after in pairwise(regular):
        whole = whole and (after.tick - before.tick) % before.bar_ticks(TICKS_PER_QUARTER) == 0
    if not whole or any(f"M:{metre.name}" not in METRE_WORDS for metre in regular):
        metres = (TimeSignature(0, 4, 4),)
    return replace(score, time_signatures=metres, keys=score.keys[:1])


def _ids(words: Sequence[str]) -> NDArray[np.int32]:
    return np.concatenate([[START], ids_of(words), [END]]).astype(np.int32)
