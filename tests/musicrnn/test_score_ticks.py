"""Scores in finer ticks, from a tick on, and until one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from musicrnn.score import Chord, Key, Note, Pedal, Score, Section, Tempo, TimeSignature, Track
from musicrnn.score_ticks import finer, since, until
from tests.properties.scores import scores

SCORE = Score(
    4,
    (Track((Note(0, 60, 9, 80), Note(8, 62, 4, 80)), pedals=(Pedal(6, 5), Pedal(1, 2))),),
    (Tempo(0, 500_000), Tempo(5, 400_000)),
    (TimeSignature(0, 2, 4),),
    (Key(0, 2, False),),
    (Chord(4, 0, "maj"), Chord(9, 7, "7")),
    "tune",
    (Section(0, "A"), Section(8, "B")),
)


@settings(max_examples=30)
@given(scores(), st.integers(2, 5))
def test_finer_ticks_change_no_time(score: Score, times: int) -> None:
    if score.ticks_per_quarter * times < 2**15 and score.end * times < 2**31:
        found = finer(score, times)
        assert abs(found.seconds - score.seconds) <= 1e-9 * max(1, score.seconds)
        assert found.note_count == score.note_count


def test_what_holds_at_a_tick_holds_from_the_beginning() -> None:
    found = since(SCORE, 8)
    assert found.tracks == (Track((Note(0, 62, 4, 80),), pedals=(Pedal(0, 3),)),)
    assert found.tempos == (Tempo(0, 400_000),)
    assert found.keys == SCORE.keys
    assert found.chords == (Chord(0, 0, "maj"), Chord(1, 7, "7"))
    assert found.sections == (Section(0, "B"),)
    assert since(SCORE, 0) == SCORE


def test_what_begins_before_a_tick_is_there_until_it() -> None:
    found = until(SCORE, 5)
    assert found.tracks[0].notes == (Note(0, 60, 9, 80),)
    assert found.tempos == SCORE.tempos[:1]
    assert found.chords == SCORE.chords[:1]
    assert found.sections == SCORE.sections[:1]
    assert found.time_signatures == SCORE.time_signatures
    whole = until(SCORE, SCORE.end)
    assert whole.tracks[0].notes == SCORE.tracks[0].notes
