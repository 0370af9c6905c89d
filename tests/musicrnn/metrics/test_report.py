"""The report on made-up sets: what is degenerate, what is copied, and that it is JSON."""

import json

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.metrics.report import compare_sets
from musicrnn.score import Note, Score, Track, make_score

GENERATOR = np.random.default_rng(3)


def melody(bars: int, *, drums: bool = False) -> Score:
    starts = range(0, bars * 96, 12)
    pitches = GENERATOR.choice([60, 62, 64, 65, 67, 69, 71, 72], len(starts))
    notes = [Note(s, int(p), 12, 80) for s, p in zip(starts, pitches, strict=True)]
    return make_score(24, [Track(tuple(notes), is_drum=drums)])


def stuck(pitches: list[int], step: int) -> Score:
    notes = tuple(Note(i * step, p, step, 80) for i, p in enumerate(pitches))
    return make_score(24, [Track(notes)])


HELD_OUT = {f"human {i}": melody(16) for i in range(10)}
TRAINING = {f"training {i}": melody(16) for i in range(10)}


def test_degenerate_and_copied_pieces_are_named() -> None:
    generated = {
        "good": melody(4),
        "silent": make_score(24, []),
        "one note": stuck([60] * 17 + [62] * 15, 12),
        "one bar": stuck([60, 62, 64, 65] * 7, 24),
        "copy": TRAINING["training 4"].transposed(2),
        "fine": stuck([60] * 16 + [62] * 16, 12),
    }
    report = compare_sets(generated, HELD_OUT, TRAINING.items())
    assert report.degenerate == {
        "silent": "silent",
        "one note": "one note 17 times running",
        "one bar": "one bar 7 times running",
    }
    assert (report.n, report.bars, report.held_out, report.training) == (6, 4, 40, 10)
    first = report.copies[0]
    assert (first.view, first.rhythm) == ("melody", False)
    name, run = first.longest[0]
    assert (name, run.source, run.notes) == ("copy", "training 4", 128)
    assert first.generated[16].found == 113
    assert first.held_out[16].found == 0
    plain = json.loads(json.dumps(report.as_json(), allow_nan=False))
    assert plain["copies"][0]["longest"][0]["source"] == "training 4"
    assert plain["copies"][0]["generated"]["16"]["found"] == 113
    assert plain["features"][0]["name"] == "note_count"


def test_like_music_is_near_the_ceiling_and_unlike_music_is_not() -> None:
    like = compare_sets({str(i): melody(4) for i in range(20)}, HELD_OUT, [])
    assert like.mean_area is not None
    assert like.mean_ceiling is not None
    assert like.mean_area > like.mean_ceiling - 0.08
    unlike = compare_sets({str(i): stuck([30, 31, 90], 60) for i in range(5)}, HELD_OUT, [])
    assert unlike.mean_area is not None
    assert unlike.mean_area < 0.5


def test_drums_are_compared_in_what_drums_have() -> None:
    report = compare_sets(
        {str(i): melody(4, drums=True) for i in range(4)},
        {str(i): melody(8, drums=True) for i in range(4)},
        [("a", melody(8, drums=True))],
    )
    areas = {row.name: row.area for row in report.features}
    assert areas["pitch_range"] is None
    assert areas["drum_sounds"] is not None
    assert [row.view for row in report.copies] == ["drums", "drums"]
    json.dumps(report.as_json(), allow_nan=False)


def test_nothing_to_compare() -> None:
    with pytest.raises(MusicRNNError, match="0 generated"):
        compare_sets({}, HELD_OUT, [])
    with pytest.raises(MusicRNNError, match="held-out"):
        compare_sets({"a": melody(1)}, {"b": make_score(24, [])}, [])
