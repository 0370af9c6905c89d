"""Which tokenizer suits a set of scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from musicrnn.errors import MusicRNNError
from musicrnn.score import Score
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.beat_grid import DRUMS
from musicrnn.tokens.grid import is_played
from musicrnn.tokens.performance import PerformanceTokenizer
from musicrnn.tokens.protocol import Tokenizer

MOST_PROGRAMS = 16
SMALLEST_SHARE = 0.005  # of all notes; rarer instruments are played by their nearest neighbour


def suitable_tokenizer(scores: Sequence[Score]) -> Tokenizer:
    """Bar-and-beat events for music on a grid, performance events where most is played freely.

    Drums alone are always put on the grid: drummers play to a click.

    Raises:
        MusicRNNError: no score has a note.
    """
    notes: Counter[int] = Counter()
    for score in scores:
        for track in score.tracks:
            notes[DRUMS if track.is_drum else track.program] += len(track.notes)
    total = notes.total()
    if total == 0:
        raise MusicRNNError(f"none of {len(scores)} scores has a note")
    only_drums = set(+notes) == {DRUMS}
    if not only_drums and 2 * sum(map(is_played, scores)) > len(scores):
        return PerformanceTokenizer()
    common = [p for p, n in notes.most_common(MOST_PROGRAMS) if n >= SMALLEST_SHARE * total]
    with_chords = 2 * sum(bool(score.chords) for score in scores) > len(scores)
    return BeatTokenizer(tuple(sorted(common)), chords=with_chords)
