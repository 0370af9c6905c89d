"""Voice leading counted on examples that fit on a napkin."""

import numpy as np
import pytest

from musicrnn.metrics.voice_leading import Tally, VoiceLeading, parallels, voice_leading

WIDE = ((0, 127),) * 4
C = (72, 67, 64, 48)  # C major: soprano to bass


def count(*rows: tuple[int, ...], ranges=WIDE) -> VoiceLeading:
    return voice_leading(np.array(rows), ranges[: len(rows[0])])


@pytest.mark.parametrize(
    ("rows", "fifths", "octaves"),
    [
        (((67, 60), (69, 62)), 1, 0),
        (((79, 60), (69, 62)), 0, 0),  # a fifth after a twelfth, by contrary motion
        (((79, 60), (81, 62)), 1, 0),  # a twelfth, twice
        (((67, 60), (69, 65)), 0, 0),
        (((72, 60), (74, 62)), 0, 1),
        (((60, 60), (62, 62)), 0, 1),
        (((60, 67), (62, 69)), 1, 0),  # crossed voices are a fifth apart all the same
        (((67, 60), (67, 60)), 0, 0),
        (((67, 60), (-1, 62), (69, 62)), 0, 0),
        (((67, 60), (69, 62), (71, 64)), 2, 0),
    ],
)
def test_parallels(rows, fifths: int, octaves: int) -> None:
    found = count(*rows)
    assert (found.parallel_fifths.errors, found.parallel_octaves.errors) == (fifths, octaves)
    marked = parallels(np.array(rows))
    assert len(marked) == fifths + octaves
    assert [row for row, *_ in marked] == list(range(fifths + octaves))


def test_occasions_of_parallels_are_moves_of_two_voices() -> None:
    found = count(C, (74, 67, 65, 50), (74, 67, 65, 50), (76, 69, 65, -1))
    assert found.parallel_fifths == Tally(1, 3 + 1)  # soprano and alto, D over G to E over A
    assert found.parallel_octaves == Tally(1, 4)  # soprano and bass, C to D


def test_crossings_and_spacing() -> None:
    found = count((60, 62, 48, 30), (72, 59, 46, 20), (72, -1, 46, 20))
    assert found.crossings == Tally(1, 3 + 3 + 1)
    assert found.wide_spacing == Tally(3, 2 + 2 + 0)


@pytest.mark.parametrize(
    ("after", "tally"),
    [
        ((72, 67, 64, 48), Tally(0, 1)),  # B rises to C
        ((67, 67, 64, 48), Tally(1, 1)),  # the soprano's B falls a third
        ((74, 69, 65, 50), Tally(0, 0)),  # not a tonic
    ],
)
def test_leading_tones(after, tally: Tally) -> None:
    assert count((71, 67, 62, 55), after).leading_tones == tally


def test_an_inner_leading_tone_may_fall_a_third_and_a_doubled_one_is_an_error() -> None:
    assert count((74, 71, 67, 43), (72, 67, 64, 48)).leading_tones == Tally(0, 1)
    assert count((74, 71, 67, 43), (72, 64, 67, 48)).leading_tones == Tally(1, 1)
    assert count((71, 67, 59, 55), (72, 64, 57 + 3, 48)).leading_tones == Tally(0, 2)
    assert count((71, 67, 59, 55), (72, 64, 64, 48)).leading_tones == Tally(1, 2)


def test_notes_out_of_range_and_rates() -> None:
    found = count((60, 50), (60, 52), (59, -1), (61, 50), ranges=((60, 70), (51, 60)))
    assert found.out_of_range == Tally(1 + 2, 3 + 3)
    assert found.out_of_range.rate == 50.0
    assert Tally().rate is None
    assert (found + found).out_of_range == Tally(6, 12)


def test_transposing_changes_nothing_but_the_range() -> None:
    random = np.random.default_rng(0)
    piece = np.sort(random.integers(40, 80, (200, 4)), axis=1)[:, ::-1]
    assert voice_leading(piece, WIDE) == voice_leading(piece + 5, WIDE)
