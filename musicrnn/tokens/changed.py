"""What tokens leave out of a score, or write otherwise, in sentences: for the user.

What every quantized score lacks, such as pedals, is in the text of its tokenizer and not said.
"""

from __future__ import annotations

from musicrnn.errors import counted
from musicrnn.score import Score
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.beat.bars import changed_metres
from musicrnn.tokens.chorale import ChoraleTokenizer
from musicrnn.tokens.performance import PerformanceTokenizer
from musicrnn.tokens.programs import DRUM_PROGRAM
from musicrnn.tokens.protocol import Tokenizer


def changed(score: Score, tokenizer: Tokenizer) -> list[str]:
    """Instruments that the tokens do not hold, and metres that they write otherwise."""
    said: list[str] = []
    for kind, is_drum, held in (
        ("drums", True, _holds_drums(tokenizer)),
        ("instruments but drums", False, _holds_pitches(tokenizer)),
    ):
        lost = sum(len(track.notes) for track in score.tracks if track.is_drum == is_drum)
        if lost and not held:
            notes = counted(lost, "note is", "notes are")
            said.append(f"{tokenizer.name} tokens hold no {kind} here: {notes} left out")
    if isinstance(tokenizer, BeatTokenizer | ChoraleTokenizer):
        said += changed_metres(score)
    return said


def _holds_drums(tokenizer: Tokenizer) -> bool:
    if isinstance(tokenizer, BeatTokenizer):
        return DRUM_PROGRAM in tokenizer.programs
    return isinstance(tokenizer, PerformanceTokenizer) and tokenizer.drums


def _holds_pitches(tokenizer: Tokenizer) -> bool:
    if isinstance(tokenizer, BeatTokenizer):
        return tokenizer.pitched
    return not (isinstance(tokenizer, PerformanceTokenizer) and tokenizer.drums)
