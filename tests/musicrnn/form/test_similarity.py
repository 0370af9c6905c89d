"""The evidence for sections: bars compared by hand, the melody's track, rests, boundaries."""

import numpy as np

from musicrnn.form.boundaries import FEATURES, SHIFTS, WEIGHTS, boundary_odds, shifted_features
from musicrnn.form.similarity import bars_of_score, melody_track
from musicrnn.score import Note, Score, Track, make_score


def score(*tracks: Track) -> Score:
    return make_score(12, tracks)


def line(*places: tuple[int, int], name: str = "") -> Track:
    """Notes of a quarter at (tick, pitch), twelve ticks a quarter."""
    return Track(tuple(sorted(Note(tick, pitch, 12, 80) for tick, pitch in places)), name=name)


def test_bars_compared_by_hand() -> None:
    bars = bars_of_score(score(line((0, 60), (12, 62), (48, 60), (60, 64), (97, 60))))
    assert np.allclose(bars.notes, [[1, 1 / 3, 0], [1 / 3, 1, 0], [0, 0, 1]])
    assert round(bars.chroma[0, 1], 9) == 0.5
    assert bars.sung.tolist() == [2, 2, 1]
    assert bars.lines.tolist() == [0, 48, 96, 144]


def test_the_melody_by_name_or_by_height() -> None:
    high, low = line((0, 80), (12, 80)), line((0, 40), (12, 40), (24, 40))
    assert melody_track(score(high, low)) == high
    assert melody_track(score(high, line((0, 40), name="Lead Vocal"))) != high
    rare = line((0, 90))
    assert melody_track(score(rare, line(*((12 * i, 50) for i in range(8))))) != rare
    assert melody_track(score(Track((Note(0, 36, 12, 80),), is_drum=True))) is None


def test_a_rest_before_a_line() -> None:
    bars = bars_of_score(score(line(*((12 * i, 60) for i in range(16) if i not in (5, 6, 7)))))
    assert bars.rest.tolist() == [8, 1, 4, 1, 8]


def test_log_odds_are_one_a_bar() -> None:
    bars = bars_of_score(score(line(*((12 * i, 60 + i % 5) for i in range(40)))))
    assert shifted_features(bars).shape == (10, len(FEATURES) * len(SHIFTS))
    assert np.shape(WEIGHTS) == (len(FEATURES), len(SHIFTS))
    assert np.isfinite(boundary_odds(bars)).all()
