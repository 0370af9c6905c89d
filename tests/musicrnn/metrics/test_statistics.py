"""Statistics of tiny scores, computed by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicrnn.errors import MusicRNNError
from musicrnn.metrics.notes import NoteArrays
from musicrnn.metrics.statistics import Statistics, statistics
from musicrnn.score import MAX_TICK, Note, Score, TimeSignature, Track, make_score

Q = 24  # ticks a quarter


def notes(*rows: tuple[float, int, float]) -> tuple[Note, ...]:
    """(onset in quarters, pitch, quarters)."""
    played = (Note(round(at * Q), pitch, round(long * Q), 80) for at, pitch, long in rows)
    return tuple(sorted(played))


def stats(*rows: tuple[float, int, float]) -> Statistics:
    return statistics(make_score(Q, [Track(notes(*rows))]))


def test_a_small_piece_by_hand() -> None:
    # bar 1: C4 and E4 for two quarters, G4 for the next; bar 2: nothing; bar 3: C5 for a quarter
    found = stats((0, 60, 2), (0, 64, 2), (2, 67, 1), (8, 72, 1))
    assert found.bars == 3
    assert found.note_count == 4
    assert found.notes_a_bar == pytest.approx(4 / 3)
    assert found.pitch_range == 12
    assert found.pitch_count == 4
    assert found.pitch_classes == 3
    assert found.pitch_class_entropy == pytest.approx(1.5)  # C twice, E, G
    assert found.in_scale_share == 1
    assert found.pitch_interval == pytest.approx((4 + 3 + 5) / 3)
    assert found.polyphony == pytest.approx(6 / 4)  # 2 quarters of two notes, 2 of one
    assert found.polyphony_rate == pytest.approx(2 / 9)
    assert found.inter_onset == pytest.approx((2 + 6) / 2)
    assert found.duration == pytest.approx(6 / 4)
    assert found.velocity == 80
    assert found.empty_bar_share == pytest.approx(1 / 3)
    # bars 1 and 2 differ in 2 of 16 positions, bars 2 and 3 in 1
    assert found.groove_consistency == pytest.approx(1 - (2 / 16 + 1 / 16) / 2)
    assert found.pitch_class_histogram.tolist() == [0.5, 0, 0, 0, 0.25, 0, 0, 0.25, 0, 0, 0, 0]
    assert found.duration_histogram.tolist() == [0] * 7 + [0.5, 0, 0.5, 0, 0]
    assert found.inter_onset_histogram.tolist() == [0] * 9 + [0.5, 0, 0.5]
    assert not found.silent


def test_a_held_note_makes_a_bar_not_empty() -> None:
    assert stats((0, 60, 9), (12, 60, 1)).empty_bar_share == 0
    assert stats((0, 60, 8), (12, 60, 1)).empty_bar_share == pytest.approx(1 / 4)


def test_out_of_scale_notes() -> None:
    scale = [(float(i), pitch, 2.0) for i, pitch in enumerate((60, 64, 67, 72, 62, 65, 69, 71, 60))]
    assert stats(*scale, (9, 66, 1)).in_scale_share == pytest.approx(9 / 10)


def test_silence_and_drums_have_no_pitch() -> None:
    silent = statistics(make_score(Q, []))
    assert silent.silent
    assert silent.note_count == 0
    assert silent.empty_bar_share == 1
    assert math.isnan(silent.velocity)
    drums = statistics(make_score(Q, [Track(notes((0, 36, 1), (1, 38, 1)), is_drum=True)]))
    assert drums.drum_sounds == 2
    assert drums.inter_onset == 1
    for name in ("pitch_range", "pitch_count", "in_scale_share", "polyphony", "polyphony_rate"):
        assert math.isnan(getattr(drums, name)), name
    assert np.isnan(drums.pitch_class_histogram).all()


def test_longest_note_run() -> None:
    run = [(i / 2, 60, 0.5) for i in range(5)]
    assert stats(*run, (2.5, 62, 1), (3, 60, 1)).longest_note_run == 5
    # a second note at one of the onsets makes it a chord: 2 before, 2 after
    assert stats(*run, (1, 64, 1)).longest_note_run == 2
    # in another track it is another voice
    two = make_score(Q, [Track(notes(*run)), Track(notes((1, 64, 1)))])
    assert statistics(two).longest_note_run == 5
    assert stats((0, 60, 1), (0, 64, 1)).longest_note_run == 0


def test_longest_bar_run() -> None:
    def bar(index: int, top: int = 64) -> list[tuple[float, int, float]]:
        return [(4.0 * index, 60, 1.0), (4.0 * index + 1, top, 2.0)]

    def run(*bars: list[tuple[float, int, float]]) -> int:
        return stats(*(note for one in bars for note in one)).longest_bar_run

    assert run(bar(0), bar(1), bar(2), bar(3, 65), bar(4)) == 3
    assert run(bar(0), bar(1), bar(3)) == 2  # an empty bar between ends it
    assert run(bar(0)) == 1
    assert run() == 0


def test_a_played_bar_equals_the_exact_one_and_bars_of_other_length_do_not() -> None:
    exact = [Note(i * 480, 60, 100, 80) for i in range(8)]
    played = [Note(n.start + (i % 3) * 5, 60, 90, 70) for i, n in enumerate(exact)]
    early = [*exact[:4], Note(exact[4].start - 9, 60, 100, 80), *exact[5:]]
    for version in (exact, played, early):
        assert statistics(make_score(480, [Track(tuple(version))])).longest_bar_run == 2
    changed = make_score(480, [Track(tuple(exact))], time_signatures=[TimeSignature(1920, 3, 4)])
    assert statistics(changed).longest_bar_run == 1


def test_groove_compares_only_bars_of_one_length() -> None:
    track = Track(notes((0, 60, 1), (4, 60, 1), (5, 60, 1)))
    score = make_score(Q, [track], time_signatures=[TimeSignature(4 * Q, 3, 4)])
    assert math.isnan(statistics(score).groove_consistency)


def test_a_broken_piece_is_refused() -> None:
    score = make_score(
        1, [Track((Note(MAX_TICK - 2, 60, 1, 80),))], time_signatures=[TimeSignature(0, 1, 64)]
    )
    with pytest.raises(MusicRNNError, match="bars"):
        NoteArrays.of(score)


piece = st.lists(
    st.builds(
        Note, st.integers(0, 500), st.integers(0, 100), st.integers(1, 200), st.integers(1, 127)
    ),
    max_size=40,
)


@given(piece, st.integers(0, 20), st.booleans())
def test_shares_are_shares_and_transposition_changes_no_rhythm(
    played: list[Note], up: int, drum: bool
) -> None:
    score: Score = make_score(Q, [Track(tuple(sorted(played)), is_drum=drum)])
    found, moved = statistics(score), statistics(score.transposed(up))
    for name in ("in_scale_share", "polyphony_rate", "empty_bar_share", "groove_consistency"):
        value = getattr(found, name)
        assert math.isnan(value) or 0 <= value <= 1, name
    assert found.silent == (not played)
    for histogram in (found.pitch_class_histogram, found.duration_histogram):
        assert np.isnan(histogram).all() or histogram.sum() == pytest.approx(1)
    if not drum:
        rolled = np.roll(found.pitch_class_histogram, up)
        np.testing.assert_allclose(moved.pitch_class_histogram, rolled)
    for name in ("pitch_range", "polyphony", "inter_onset", "groove_consistency", "note_count"):
        one, other = getattr(found, name), getattr(moved, name)
        assert one == other or (math.isnan(one) and math.isnan(other)), name
    assert found.longest_bar_run == moved.longest_bar_run
    assert found.longest_note_run == moved.longest_note_run
