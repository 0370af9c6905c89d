"""Characters of ABC text: the tokens of the Char-RNN (Karpathy, The Unreasonable Effectiveness of
Recurrent Neural Networks, 2015), for melodies with chord symbols.

Conventions. A piece is its canonical text (normal.py) character by character, between start and
end. A melody has one bar after the other in one line, with repeats as in a tune book. The tempo is
not in the text: reading takes the metre's (default_tempo), and a tempo that is asked for bounds the
length in seconds only, so set it on the score that was decoded. Of several tracks the melody alone
is encoded: the one so named, else the highest on average. Time is kept on the grid of io.abc.grid,
repeats are written out. A bar is counted as it is played, with its repeats; a pick-up is no bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc import parse_abc, write_abc
from musicrnn.score import Score, Track
from musicrnn.tokens.abc.grammar import AbcConstraint
from musicrnn.tokens.abc.normal import normalise, own_text, written_bars, written_notes
from musicrnn.tokens.protocol import END, START, Constraint, Controls, Tokenizer

DEFAULT_ALPHABET = "\n \"#'(),-./0123456789:=ABCDEFGHKLMNV[]^_abcdefghijlmnoprsuxyz|"


class AbcTokenizer(Tokenizer):
    """One token a character of ``alphabet``, which must contain every character of the texts."""

    name: ClassVar[str] = "abc"

    def __init__(self, alphabet: str = DEFAULT_ALPHABET) -> None:
        if len(set(alphabet)) != len(alphabet):
            twice = next(c for c in alphabet if alphabet.count(c) > 1)
            raise MusicRNNError(f"an alphabet names every character once, got {twice!r} twice")
        missing = sorted(set(DEFAULT_ALPHABET) - set(alphabet))
        if missing:
            raise MusicRNNError(f"the alphabet lacks {''.join(missing)!r}, which ABC text needs")
        self.alphabet = alphabet
        self._ids = {character: index for index, character in enumerate(alphabet, start=2)}
        self._masks: dict[frozenset[str], NDArray[np.bool_]] = {}

    @property
    def vocabulary(self) -> tuple[str, ...]:
        return ("start", "end", *self.alphabet)

    def configuration(self) -> dict[str, Any]:
        return {"alphabet": self.alphabet}

    def encode(self, score: Score) -> NDArray[np.int32]:
        """ids of the melody and its chords. Raises MusicRNNError for a score without pitched notes
        or longer than ABC is written for (io.abc.grid)."""
        return self.encode_text(normalise(write_abc(melody_of(score))))

    def encode_source(self, score: Score, abc: str | None) -> NDArray[np.int32]:
        """A tune that was read as ABC keeps its own text, where that can say it."""
        text = own_text(score, abc)
        return self.encode(score) if text is None else self.encode_text(text)

    def quantize(self, score: Score) -> Score:
        """The melody as it is read from its own text. Raises MusicRNNError as encode does."""
        return self.decode(self.encode(score))

    def encode_text(self, text: str) -> NDArray[np.int32]:
        """ids of a text as it stands, from start to end; characters outside the alphabet are left
        out. Give it :func:`normalise`'s text, as training does."""
        ids = [self._ids[character] for character in text if character in self._ids]
        return np.array([START, *ids, END], dtype=np.int32)

    def text(self, ids: Sequence[int] | NDArray[np.int32]) -> str:
        """The characters up to the first end; ids out of range are left out."""
        end = len(self.alphabet) + 2
        before = takewhile(lambda token: token != END, ids)
        return "".join(self.alphabet[int(token) - 2] for token in before if 2 <= token < end)

    def decode(self, ids: Sequence[int] | NDArray[np.int32]) -> Score:
        return parse_abc(self.text(ids))

    def constraint(self, controls: Controls) -> Constraint:
        """The grammar of a new tune; ``bars`` counts them as played. Raises MusicRNNError for a
        density, which ABC text cannot say, and for an unknown metre, key or chord."""
        return AbcConstraint(self._ids, controls, self._masks)

    def count_notes(self, ids: Sequence[int] | NDArray[np.int32]) -> int:
        """Notes written in the text, repeats counted once and tied notes each."""
        return written_notes(self.text(ids))

    def count_bars(self, ids: Sequence[int] | NDArray[np.int32]) -> int:
        """Bars written in the text, repeats counted once; a pick-up is none."""
        constraint = self._followed(ids)
        return max(0, written_bars(self.text(ids)) - (constraint.form.pickup > 0))

    def played_bars(self, ids: Sequence[int] | NDArray[np.int32]) -> int:
        """Bars played, repeats and a bar begun among them; a pick-up is none."""
        return self._followed(ids).form.bars

    def prompt(self, ids: Sequence[int] | NDArray[np.int32]) -> list[int]:
        """The ids without the end, and with a plain barline where the text says ``|]``."""
        text = self.text(ids)
        text = text[:-1] if text.endswith("|]") else text
        return self.encode_text(text)[:-1].tolist()

    def _followed(self, ids: Sequence[int] | NDArray[np.int32]) -> AbcConstraint:
        constraint = AbcConstraint(self._ids, Controls(), self._masks)
        for token in self.encode_text(self.text(ids))[:-1].tolist():
            constraint.push(token)
        return constraint


def melody_of(score: Score) -> Score:
    """The score with one track, nameless and played by the default instrument."""
    pitched = [t for t in score.tracks if t.notes and not t.is_drum]
    named = [t for t in pitched if "melody" in t.name.lower()]
    if not pitched:
        what = "only drums" if score.note_count else "no notes"
        raise MusicRNNError(f"a tune holds pitched notes, this score has {what}")
    best = max(named or pitched, key=_height)
    return replace(score, tracks=(Track(best.notes),), title="")


def _height(track: Track) -> float:
    return sum(note.pitch for note in track.notes) / len(track.notes)
