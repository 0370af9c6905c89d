"""The wide measure of sets of made pieces: both sides, the ceilings, and that it is JSON."""

import json

import numpy as np
import pytest

from musicrnn.metrics.report import Report, compare_sets
from musicrnn.metrics.wide import GROUPS, OVERLAP
from musicrnn.metrics.wide_report import WideRow
from musicrnn.score import Score
from tests.musicrnn.metrics.made_pieces import C_MAJOR, bars_of, score_of


def song(seed: int, form: str) -> Score:
    """A song of four-bar sections by their letters, that ends on its tonic."""
    random = np.random.default_rng(seed)
    sections = {letter: random.integers(60, 80, (4, 4)).tolist() for letter in sorted(set(form))}
    bars = [bar for letter in form for bar in sections[letter]]
    return score_of([*bars_of(bars), (4.0 * len(bars), 60, 4.0)], key=C_MAJOR)


HUMAN = {f"human {seed}": song(seed, "AABA") for seed in range(24)}


@pytest.fixture(scope="module")
def reports() -> tuple[Report, Report]:
    like = {str(seed): song(100 + seed, "AABA") for seed in range(12)}
    unlike = {str(seed): song(100 + seed, "ABCD") for seed in range(12)}
    return compare_sets(like, HUMAN, []), compare_sets(unlike, HUMAN, [])


def rows_of(report: Report) -> dict[str, WideRow]:
    return {row.name: row for row in report.wide.rows}


def test_what_is_alike_overlaps_nearly_as_humans_do(reports: tuple[Report, Report]) -> None:
    like, unlike = (report.wide for report in reports)
    assert like.overlap is not None
    assert unlike.overlap is not None
    assert like.ceiling is not None
    assert like.ceiling_of_halves is not None
    assert like.ceiling == pytest.approx(1, abs=1e-4)  # songs as long as an excerpt have only one
    assert like.first_bar_ceiling == pytest.approx(1, abs=1e-4)
    assert like.first_bar_overlap == pytest.approx(like.overlap)
    assert unlike.overlap < like.overlap - 0.1
    assert like.overlap > like.ceiling_of_halves - 0.1
    assert set(unlike.worst) & {"best_return_4", "exact_returns", "nearest_earlier_bar"}
    overlaps = {row.name: row.overlap for row in unlike.rows if row.overlap is not None}
    assert set(overlaps) <= set(OVERLAP)
    assert [overlaps[name] for name in unlike.worst] == sorted(overlaps.values())[:5]
    assert unlike.overlap == pytest.approx(np.mean(list(overlaps.values())))


def test_the_rows_of_both_sides(reports: tuple[Report, Report]) -> None:
    like, unlike = map(rows_of, reports)
    assert (like["best_return_4"].generated, like["best_return_4"].held_out) == (1, 1)
    assert unlike["best_return_4"].generated is not None
    assert unlike["best_return_4"].generated < 0.5
    assert unlike["has_return"].generated == 0
    assert unlike["has_return"].overlap is None
    assert (like["ends_on_tonic_triad"].generated, like["top_ends_on_tonic"].held_out) == (1, 1)
    assert like["ends_on_tonic_triad"].from_first_bar is None
    assert like["on_chord_tones"].generated is None
    assert [row.group for row in reports[0].wide.rows] == [
        *(group for group, names in GROUPS.items() for _ in names),
        *["beginnings and ends"] * 7,
        *["obedience"] * 4,
    ]


def test_it_is_json_and_the_same_each_time(reports: tuple[Report, Report]) -> None:
    again = compare_sets({str(s): song(100 + s, "ABCD") for s in range(12)}, HUMAN, [])
    plain = json.dumps(again.as_json(), allow_nan=False)
    assert plain == json.dumps(reports[1].as_json(), allow_nan=False)
    found = json.loads(plain)
    assert found["wide"]["rows"][0]["name"] == "best_return_4"
    assert found["mean_area"] is not None  # the narrow overlap stays


def test_one_piece_and_silent_pieces_are_measured() -> None:
    alone = compare_sets({"one": song(0, "AB")}, HUMAN, [])
    assert alone.wide.overlap is None  # one piece has no density
    assert alone.wide.worst == ()
    report = compare_sets({"one": song(0, "AB"), "silent": score_of([])}, HUMAN, [])
    assert rows_of(report)["ends_on_tonic_triad"].generated == 1
    only_silence = compare_sets({"silent": score_of([])}, HUMAN, [])
    assert rows_of(only_silence)["velocity"].generated is None
    json.dumps(only_silence.as_json(), allow_nan=False)
