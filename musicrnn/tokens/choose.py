"""Which tokenizer suits a set of scores."""

from __future__ import annotations

from collections.abc import Sequence

from musicrnn.errors import MusicRNNError, counted
from musicrnn.score import Score
from musicrnn.tokens import tokenizer_called
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.grid import is_played
from musicrnn.tokens.performance import PerformanceTokenizer
from musicrnn.tokens.programs import has_drums, notes_by_program
from musicrnn.tokens.protocol import Tokenizer
from musicrnn.tokens.tune import TuneTokenizer


def suitable_tokenizer(
    scores: Sequence[Score], name: str | None = None, *, texts: bool = False
) -> Tokenizer:
    """Bar-and-beat events for music on a grid, performance events where most is played freely,
    the words of tunes where all scores are ``texts`` of ABC.

    Scores with drums are always put on the grid: drummers play to a click, and performance events
    of other instruments hold none. With a ``name``, one of TOKENIZERS, only that tokenizer's
    settings are chosen.

    Raises:
        MusicRNNError: no score has a note, or there is no such tokenizer.
    """
    notes = notes_by_program(scores)
    if not notes:
        raise MusicRNNError(f"none of {counted(len(scores), 'score')} has a note")
    if name is not None:
        return tokenizer_called(name).suited(scores)
    if texts:
        return TuneTokenizer.suited(scores)
    freely = 2 * sum(not has_drums(score) and is_played(score) for score in scores) > len(scores)
    return (PerformanceTokenizer if freely else BeatTokenizer).suited(scores)
