"""Which tokenizer suits which music."""

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.score import Chord, Note, Score, Track, make_score
from musicrnn.tokens import BeatTokenizer, PerformanceTokenizer
from musicrnn.tokens.choose import suitable_tokenizer


def piece(*tracks: tuple[int, int], step: int = 240, drums: int = 0) -> Score:
    """``tracks`` of (program, notes), and ``drums`` strokes, a note every ``step`` ticks."""
    made = [
        Track(tuple(Note(step * i, 60, 120, 80) for i in range(count)), program)
        for program, count in tracks
    ]
    if drums:
        strokes = tuple(Note(step * i, 38, 10, 80) for i in range(drums))
        made.append(Track(strokes, is_drum=True))
    return make_score(480, made)


def beat(*programs: int, chords: bool = False) -> BeatTokenizer:
    """What new models of such pieces have."""
    drums = programs == (128,)
    return BeatTokenizer(
        programs,
        velocity_bins=128 if drums else 16,
        chords=chords,
        canonical=not drums,
        steady=True,
        closing=True,
    )


def test_instruments_come_from_the_pieces_and_rare_ones_do_not() -> None:
    tokenizer = suitable_tokenizer([piece((0, 600), (33, 400), drums=200), piece((40, 2))])
    assert isinstance(tokenizer, BeatTokenizer)
    assert tokenizer.programs == (0, 33, 128)
    assert not tokenizer.chords


def test_chords_are_written_where_most_pieces_have_them() -> None:
    score = make_score(480, piece((0, 8)).tracks, chords=[Chord(0, 0, "maj")])
    assert suitable_tokenizer([score]) == beat(0, chords=True)


def test_free_playing_becomes_performance_events() -> None:
    free = piece((0, 50), step=251)
    assert suitable_tokenizer([free]) == PerformanceTokenizer()
    assert suitable_tokenizer([free], "beat") == beat(0)


def test_drums_alone_stay_on_the_grid_unless_asked() -> None:
    free = piece(drums=50, step=251)
    assert suitable_tokenizer([free]) == beat(128)
    assert suitable_tokenizer([free], "performance") == PerformanceTokenizer(drums=True)


def test_thirty_seconds_are_bars_and_beats_and_drums_stay() -> None:
    score = piece((0, 100), step=60, drums=100)
    tokenizer = suitable_tokenizer([score])
    assert isinstance(tokenizer, BeatTokenizer)
    assert tokenizer.programs == (0, 128)


def test_a_band_with_a_drummer_is_put_on_the_grid() -> None:
    """Performance events would leave the drums out."""
    assert isinstance(suitable_tokenizer([piece((0, 50), step=251, drums=50)]), BeatTokenizer)


def test_nothing_suits_nothing() -> None:
    with pytest.raises(MusicRNNError, match="none of 1 score has a note"):
        suitable_tokenizer([piece()])
