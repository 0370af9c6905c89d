"""Top line, dynamics, rhythm and tonality of small pieces, and the wide overlap of sets."""

import math
from dataclasses import fields

import numpy as np
import pytest

from musicrnn.metrics.dynamics import Dynamics, dynamics
from musicrnn.metrics.form import Form
from musicrnn.metrics.notes import NoteArrays
from musicrnn.metrics.rhythm import Rhythm, rhythm
from musicrnn.metrics.tonality import Tonality, key_heard, tonality
from musicrnn.metrics.top_line import TopLine, top_line_statistics
from musicrnn.metrics.wide import (
    GROUPS,
    OVERLAP,
    column,
    mean_of,
    wide_overlaps,
    wide_statistics,
)
from musicrnn.score import Note, Track, make_score
from tests.musicrnn.metrics.made_pieces import C_MAJOR, Row, bars_of, notes_of


def test_the_top_line_and_what_is_below() -> None:
    above: list[Row] = [(0, 72, 1), (1, 74, 1), (2, 74, 1), (3, 84, 2)]
    below: list[Row] = [(0, 60, 4), (0, 50, 4), (3.5, 76, 0.5)]  # 84 still sounds over the last
    found = top_line_statistics(notes_of(above + below))
    assert vars(found) == pytest.approx(
        {
            "top_interval": 4,
            "top_leaps": 1 / 3,
            "top_steps": 1 / 3,
            "top_repeats": 1 / 3,
            "top_pitch_deviation": np.std([72, 74, 74, 84]),
            "top_duration": 1.25,
            "register_gap": 76 - 62,
        }
    )
    assert math.isnan(top_line_statistics(notes_of(above)).register_gap)
    assert math.isnan(top_line_statistics(notes_of(above[:1])).top_interval)
    assert math.isnan(top_line_statistics(notes_of(above, drums=True)).top_interval)


def test_dynamics_within_and_between_bars() -> None:
    notes = tuple(
        Note(24 * beat, 60, 24, velocity)
        for beat, velocity in enumerate([60, 80, 60, 80, 90, 110, 90, 110])
    )
    found = dynamics(NoteArrays.of(make_score(24, [Track(notes)])))
    assert found == Dynamics(found.velocity_deviation, 4, 15)
    assert found.velocity_deviation == pytest.approx(np.std([60, 80, 90, 110]))
    assert math.isnan(dynamics(notes_of([(0, 60, 1)])).velocity_deviation_between_bars)
    assert math.isnan(dynamics(notes_of([])).velocity_count)


def test_rhythm() -> None:
    rows: list[Row] = [(0, 60, 2), (0, 64, 1), (1, 62, 0.25), (3, 62, 0.5), (4, 60, 1)]
    found = rhythm(notes_of(rows))
    assert vars(found) == pytest.approx(
        {
            "notes_a_quarter": 5 / 8,
            "onsets_a_quarter": 4 / 8,
            "notes_an_onset": 5 / 4,
            "silent_share": 1.5 / 5,  # from 2 to 3 and from 3.5 to 4
            "duration_median": 1,
            "duration_entropy": -(0.4 * np.log2(0.4) + 3 * 0.2 * np.log2(0.2)),
            "long_notes": 1 / 5,
            "short_notes": 1 / 5,
            "onset_distance": 4 / 3,
            "onset_distance_entropy": -(2 / 3 * np.log2(2 / 3) + 1 / 3 * np.log2(1 / 3)),
            "bar_count_variation": 1.5 / 2.5,
            "off_grid_share": 0,
        }
    )
    triplets = rhythm(notes_of([(0, 60, 1), (1 / 3, 62, 1), (2 / 3, 64, 1), (1 + 1 / 24, 65, 1)]))
    assert triplets.off_grid_share == pytest.approx(3 / 4)  # half a twelfth late counts as late
    assert rhythm(notes_of([(0, 36, 1)], drums=True)).onsets_a_quarter == 1 / 4
    assert math.isnan(rhythm(notes_of([(0, 36, 1)], drums=True)).long_notes)
    assert math.isnan(rhythm(notes_of([(0, 36, 1)], drums=True)).silent_share)
    assert all(math.isnan(value) for value in vars(rhythm(notes_of([]))).values())


def test_tonality() -> None:
    found = tonality(notes_of([(0, 60, 4), (0, 64, 4), (0, 65, 2), (2, 71, 2)]))
    # pairs by time: 60-64 for 4; 60-65, 64-65 for 2; 60-71, 64-71 for 2
    assert found.dissonant_pairs == pytest.approx(4 / 12)
    assert found.pitch_mean == 65
    assert tonality(notes_of([(0, 59, 1), (0, 65, 1)])).dissonant_pairs == 1  # a tritone
    assert tonality(notes_of([(0, 60, 1), (0, 72, 1)])).dissonant_pairs == 0
    assert tonality(notes_of([(0, 60, 1), (1, 61, 1)])).dissonant_pairs == 0
    assert math.isnan(tonality(notes_of([(0, 60, 1)], drums=True)).key_clarity)
    assert key_heard(notes_of(bars_of([[60, 64, 67, 72], [65, 69, 67, 71]]))) == C_MAJOR
    assert key_heard(notes_of([])) is None


def piece(seed: int, low: int = 60) -> dict[str, float]:
    random = np.random.default_rng(seed)
    rows = bars_of((random.integers(0, 12, (8, 4)) + low).tolist())
    return wide_statistics(notes_of(rows))


def test_every_statistic_has_a_group_and_a_definition() -> None:
    found = piece(0)
    assert list(found) == [name for names in GROUPS.values() for name in names]
    for part in (Form, Dynamics, TopLine, Rhythm, Tonality):
        assert {field.name for field in fields(part)} <= found.keys()
    assert len(OVERLAP) == len(set(OVERLAP)) == 49
    silent = wide_statistics(notes_of([]))
    assert silent.keys() == found.keys()


def test_alike_sets_overlap_wholly_and_unlike_ones_little() -> None:
    one, other = [piece(seed) for seed in range(12)], [piece(seed, 90) for seed in range(12)]
    alike = wide_overlaps(one, one)
    assert alike
    assert all(value == pytest.approx(1, abs=1e-3) for value in alike.values())
    found = wide_overlaps(one, other)
    assert found["pitch_mean"] == pytest.approx(0, abs=1e-3)
    assert found == pytest.approx(wide_overlaps(other, one))
    assert "velocity" not in found  # 80 in all pieces of both
    louder = [{**values, "velocity": 90.0} for values in other]
    assert wide_overlaps(one, louder)["velocity"] == 0


def test_columns_leave_out_what_a_piece_has_not() -> None:
    pieces = [{"a": 1.0}, {"a": math.nan}, {"a": 3.0}]
    assert column("a", pieces).tolist() == [1, 3]
    assert mean_of("a", pieces) == 2
    assert math.isnan(mean_of("a", pieces[1:2]))
