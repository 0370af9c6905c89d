"""Played or quantised, on made and on real files."""

import random
from pathlib import Path

import pytest

from musicrnn.io.midi import read_midi
from musicrnn.score import Note, Track, make_score
from musicrnn.tokens.grid import is_played, on_grid_share


def share(ticks_per_quarter: int, *starts: int) -> float:
    return on_grid_share(
        make_score(ticks_per_quarter, [Track(tuple(Note(s, 60, 9, 64) for s in starts))])
    )


def test_sixteenths_and_triplets_are_on_the_grid() -> None:
    assert share(480, 0, 120, 160, 240, 480) == 1.0
    assert share(480, 0, 4, 20, 130, 476) == pytest.approx(3 / 5)
    assert share(100, 0, 8, 17, 25, 33) == 1.0  # twelfths to the nearest tick
    assert share(4, 0, 1, 2, 3) == 1.0


def test_thirty_seconds_are_on_the_grid_and_other_places_are_not() -> None:
    """A 32nd is an eighth of a quarter: 60 of 480 ticks."""
    assert share(480, *range(0, 1920, 60)) == 1.0
    assert share(480, 20, 100, 140, 220, 260) == 0.0


def test_a_score_without_notes_is_not_played() -> None:
    assert not is_played(make_score(480, ()))


@pytest.mark.parametrize(
    ("pattern", "low", "high"),
    [
        ("pop909/*/*.mid", 0.55, 0.95),
        ("groove/**/*.mid", 0.95, 1.0),
        ("vgmidi/**/*.mid", 0.1, 0.5),
        ("nottingham/midi/*.mid", 0.0, 0.0),
    ],
)
def test_real_files(corpora: Path, pattern: str, low: float, high: float) -> None:
    paths = random.Random(2).sample(sorted(corpora.glob(pattern)), 60)
    scores = [score for score in map(read_midi, paths) if score.note_count]
    assert low <= sum(map(is_played, scores)) / len(scores) <= high
