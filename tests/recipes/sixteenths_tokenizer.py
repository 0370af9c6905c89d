"""A tokenizer that is new: which pitches start in each sixteenth. musicrnn/tokens/sixteenths.py"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.score import Note, Score, Track, make_score
from musicrnn.tokens.protocol import END, START, Controls, Tokenizer

STEP, FIRST = 2, 3  # ids: the step ends; the first pitch
BAR = 16  # steps


class SixteenthsTokenizer(Tokenizer):
    name: ClassVar[str] = "sixteenths"

    @property
    def vocabulary(self) -> tuple[str, ...]:
        return ("start", "end", "step", *(f"pitch-{pitch}" for pitch in range(128)))

    def configuration(self) -> dict[str, Any]:
        return {"name": self.name}

    def encode(self, score: Score) -> NDArray[np.int32]:
        steps: dict[int, set[int]] = {}
        for track in score.tracks:
            for note in () if track.is_drum else track.notes:
                at = round(4 * note.start / score.ticks_per_quarter)
                steps.setdefault(at, set()).add(note.pitch)
        if not steps:
            raise MusicRNNError("it has no notes with a pitch")
        ids = [START]
        for step in range(-(-(max(steps) + 1) // BAR) * BAR):
            ids += [FIRST + pitch for pitch in sorted(steps.get(step, ()))] + [STEP]
        return np.array([*ids, END], np.int32)

    def decode(self, ids: Sequence[int] | NDArray[np.int32]) -> Score:
        step, notes = 0, set[Note]()
        for token in np.asarray(ids).tolist():
            if token == END:
                break
            step += token == STEP
            if FIRST <= token < FIRST + 128:
                notes.add(Note(step, token - FIRST, 1, 80))
        return make_score(4, [Track(tuple(sorted(notes)))] if notes else [])

    def quantize(self, score: Score) -> Score:
        return self.decode(self.encode(score))

    def constraint(self, controls: Controls) -> Any:
        if controls.key or controls.chords or controls.density:
            raise MusicRNNError("sixteenths know of bars alone, not of keys, chords or density")
        return Grammar(controls.bars)

    def count_notes(self, ids: Sequence[int] | NDArray[np.int32]) -> int:
        return self.decode(ids).note_count

    def count_bars(self, ids: Sequence[int] | NDArray[np.int32]) -> int:
        return -(-int((np.asarray(ids) == STEP).sum()) // BAR)


class Grammar:
    """Pitches rise within a step; a piece ends with a bar, behind a note."""

    def __init__(self, bars: int | None) -> None:
        self.bars, self.steps, self.least, self.notes = bars, 0, FIRST, 0

    def allowed(self) -> NDArray[np.bool_]:
        allowed = np.zeros(FIRST + 128, np.bool_)
        over = self.bars is not None and self.steps >= self.bars * BAR
        allowed[END] = over or (self.bars is None and self.steps % BAR == 0 and self.notes > 0)
        if not over:
            allowed[self.least :] = True
            last = self.bars is not None and self.steps == self.bars * BAR - 1
            allowed[STEP] = not last or self.notes > 0
        return allowed

    def push(self, token: int) -> None:
        self.steps += token == STEP
        self.notes += token >= FIRST
        self.least = token + 1 if token >= FIRST else FIRST
