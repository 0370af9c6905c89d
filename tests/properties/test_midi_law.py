"""read(write(score)) == score in the ticks of the file, for every score that one can say."""

from dataclasses import replace

from hypothesis import given, settings

from musicrnn.io.midi import midi_bytes, score_from_midi
from musicrnn.io.midi_events import file_ticks
from musicrnn.score import Score
from musicrnn.score_ticks import finer
from tests.properties.scores import scores


def in_file(score: Score) -> Score:
    return finer(score, file_ticks(score) // score.ticks_per_quarter)


@settings(max_examples=100, deadline=None)
@given(scores(overlaps=False))
def test_a_score_returns_from_a_file(score: Score) -> None:
    assert score_from_midi(midi_bytes(score)) == in_file(score)


@settings(max_examples=50, deadline=None)
@given(scores())
def test_overlapping_notes_may_exchange_their_ends_and_nothing_else(score: Score) -> None:
    returned, score = score_from_midi(midi_bytes(score)), in_file(score)
    assert replace(returned, tracks=()) == replace(score, tracks=())
    for before, after in zip(score.tracks, returned.tracks, strict=True):
        assert replace(before, notes=()) == replace(after, notes=())
        assert sorted((n.start, n.pitch, n.velocity) for n in before.notes) == sorted(
            (n.start, n.pitch, n.velocity) for n in after.notes
        )
        assert sorted((n.start + n.duration, n.pitch) for n in before.notes) == sorted(
            (n.start + n.duration, n.pitch) for n in after.notes
        )
    assert score_from_midi(midi_bytes(returned)) == returned
