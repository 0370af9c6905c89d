"""Which tokenizer suits a set of scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from musicrnn.errors import MusicRNNError, counted
from musicrnn.score import Score
from musicrnn.tokens.abc_text import AbcTokenizer
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.beat_grid import DRUMS
from musicrnn.tokens.grid import is_played
from musicrnn.tokens.performance import PerformanceTokenizer
from musicrnn.tokens.protocol import Tokenizer

MOST_PROGRAMS = 16
SMALLEST_SHARE = 0.005  # of all notes; rarer instruments are played by their nearest neighbour


def suitable_tokenizer(scores: Sequence[Score], name: str | None = None) -> Tokenizer:
    """Bar-and-beat events for music on a grid, performance events where most is played freely.

    Drums alone are always put on the grid: drummers play to a click. With a ``name`` ("beat",
    "performance" or "abc") only that tokenizer's settings are chosen: instruments and chords.

    Raises:
        MusicRNNError: no score has a note.
    """
    notes: Counter[int] = Counter()
    for score in scores:
        for track in score.tracks:
            notes[DRUMS if track.is_drum else track.program] += len(track.notes)
    total = notes.total()
    if total == 0:
        raise MusicRNNError(f"none of {counted(len(scores), 'score')} has a note")
    only_drums = set(+notes) == {DRUMS}
    if name is None:
        freely = not only_drums and 2 * sum(map(is_played, scores)) > len(scores)
        name = "performance" if freely else "beat"
    if name == "performance":
        return PerformanceTokenizer(drums=only_drums)
    if name == "abc":
        return AbcTokenizer()
    common = [p for p, n in notes.most_common(MOST_PROGRAMS) if n >= SMALLEST_SHARE * total]
    with_chords = 2 * sum(bool(score.chords) for score in scores) > len(scores)
    return BeatTokenizer(tuple(sorted(common)), chords=with_chords)
