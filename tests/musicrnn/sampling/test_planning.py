"""Plans of new pieces: as asked for, or drawn, the same for the same seed, of the wished length."""

from dataclasses import replace

import numpy as np
import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.context.fields import LIKENESSES, OPEN
from musicrnn.errors import MusicRNNError
from musicrnn.form.outlook import (
    A_FILL,
    BARS_LEFT,
    DENSITY,
    FEEL,
    FILL,
    LIKENESS,
    NEW,
    PLAIN,
    RETURNING,
    SECTION,
)
from musicrnn.form.plan import bars_of, in_phrases, parse_plan
from musicrnn.form.plan_model import PlanModel
from musicrnn.sampling.compose import compose
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.planning import Planner
from musicrnn.score import Note, Track, make_score
from musicrnn.tokens import Controls, TuneTokenizer
from tests.musicrnn.sampling.test_context import POP, hearing, stored

PLANS = PlanModel.learn([parse_plan("i4 A8 B8 A8 o4"), parse_plan("A8 A8 B8 A8")])
FORM = {"plans": PLANS.as_json(), "likenesses": {"new": {}, "returning": {}}}
LEARNT = Checkpoint({}, {"form": FORM})


def test_a_plan_is_as_long_as_the_piece_and_comes_again() -> None:
    for bars in (1, 7, 16, 64):
        planner = Planner(LEARNT, POP, Controls(bars=bars))
        for seed in range(5):
            plan = planner.plan([seed, 0])
            assert bars_of(plan) == bars
            assert Planner(LEARNT, POP, Controls(bars=bars)).plan([seed, 0]) == plan
            assert len(planner.outlook([seed, 0])) == bars
    drawn = {Planner(LEARNT, POP, Controls(bars=64)).plan([seed, 0]) for seed in range(20)}
    assert len(drawn) > 5


def test_the_form_that_is_asked_for_is_the_plan() -> None:
    form = parse_plan("i2 A4 A4 o2")
    planner = Planner(LEARNT, POP, Controls(form=form, density=4), form=form)
    assert planner.plan(3) == form
    found = planner.outlook(3)
    assert len(found) == 12
    assert set(found[:, DENSITY].tolist()) == {4}
    assert found[6:10, OPEN].all()
    assert RETURNING <= found[6, LIKENESS] <= LIKENESSES
    assert NEW <= found[2, LIKENESS] < RETURNING


def test_likenesses_come_as_often_as_they_were_counted() -> None:
    rare = {"new": {}, "returning": {"^": {"4": 10_000}}}
    learnt = Checkpoint({}, {"form": {**FORM, "likenesses": rare}})
    planner = Planner(learnt, POP, Controls(bars=8), form=parse_plan("A4 A4"))
    found = [planner.outlook([seed])[4, LIKENESS] for seed in range(50)]
    assert np.mean(np.array(found) == LIKENESSES) > 0.9


def test_bars_of_a_primer_are_before_the_plan() -> None:
    planner = Planner(LEARNT, POP, Controls(bars=20), primer_bars=4)
    assert bars_of(planner.plan([1, 0])) == 16
    found = planner.outlook([1, 0])
    assert len(found) == 20
    assert not found[:4, SECTION].any()
    assert not found[:4, OPEN].any()
    assert found[4:, SECTION].all()
    assert (np.diff(found[:, BARS_LEFT]) <= 0).all()


def test_without_a_learnt_form_the_length_is_known_alone() -> None:
    plain = Checkpoint({}, {})
    planner = Planner(plain, POP, Controls(bars=8, density=2))
    assert planner.plan(1) == ()
    assert not planner.outlook(1)[:, [SECTION, OPEN]].any()
    with pytest.raises(MusicRNNError, match="has learnt no form"):
        Planner(plain, POP, Controls(bars=32), form=parse_plan("AABA"))
    endless = Planner(LEARNT, POP, Controls(seconds=20.0))
    assert endless.plan(1) == ()
    assert not endless.outlook(1).any()


def test_seconds_of_tunes_are_planned_in_a_common_metre() -> None:
    """The same for the same seed; an upbeat's length, and what is rare, is no metre of a tune."""
    metres = {"4/4": 60, "6/8": 40, "1/4": 50, "3/8": 1}
    learnt = Checkpoint({}, {"form": FORM, "data": {"metres": metres}})
    tokens = TuneTokenizer()
    asked = Controls(seconds=60.0)
    planner = Planner(learnt, tokens, asked)
    found = [planner.wishes(asked, [seed, 0]) for seed in range(20)]
    assert found == [Planner(learnt, tokens, asked).wishes(asked, [seed, 0]) for seed in range(20)]
    assert {wishes.time_signature for wishes in found} == {(4, 4), (6, 8)}
    for wishes, seed in zip(found, range(20), strict=True):
        assert wishes.bars == (40 if wishes.time_signature == (4, 4) else 56)
        assert len(planner.outlook([seed, 0])) == wishes.bars
    assert [in_phrases(bars) for bars in (5, 6, 19, 38, 55, 64)] == [5, 6, 20, 40, 56, 64]


def test_what_a_form_may_be_beside() -> None:
    form = parse_plan("A8 B8")
    assert Controls(form=form).bars == 16
    assert Controls(form=form, bars=16).given()["form"] == "A8 B8"
    assert replace(Controls(form=form), density=3).bars == 16
    with pytest.raises(MusicRNNError, match="A8 B8 has 16 bars, wanted are 12"):
        Controls(form=form, bars=12)
    with pytest.raises(MusicRNNError, match="bars, not seconds"):
        Controls(form=form, seconds=10.0)


@pytest.mark.parametrize(
    "form",
    [
        [],
        {},
        {"plans": 3},
        {**FORM, "likenesses": {"2": 5}},
        {**FORM, "likenesses": {"new": {"^": {"2": -5}}}},
        {**FORM, "likenesses": {"new": {"^": {"2": "x"}}}},
    ],
)
def test_a_damaged_form_is_one_sentence(form: object) -> None:
    with pytest.raises(MusicRNNError):
        Planner(Checkpoint({}, {"form": form}), POP, Controls(bars=8))


def test_a_form_behind_a_primer_is_of_what_comes_after_it() -> None:
    form = parse_plan("A1 B2")
    metadata = {**hearing_checkpoint().metadata, "form": FORM}
    checkpoint = Checkpoint(hearing_checkpoint().arrays, metadata)
    primer = make_score(480, [Track(tuple(Note(480 * n, 60, 480, 80) for n in range(8)))])
    (piece,) = compose(
        checkpoint, [1], controls=Controls(form=form), settings=Settings(), primer=primer
    )
    assert piece.form == form
    assert piece.bars == 5
    lines = piece.score.bar_lines()
    assert [(s.tick, s.name) for s in piece.score.sections] == [(lines[2], "A"), (lines[3], "B")]


def hearing_checkpoint() -> Checkpoint:
    stored_model = stored(hearing())
    tokenizer = {"name": "beat", **POP.configuration()}
    return Checkpoint(stored_model.arrays, {**stored_model.metadata, "tokenizer": tokenizer})


DRUMS = Checkpoint({}, {"form": {**FORM, "fills": [0] * 7 + [1]}, "feels": {"jazz": 1, "rock": 3}})


def test_feels_come_as_often_as_they_were_counted_or_as_asked() -> None:
    planner = Planner(DRUMS, POP, Controls(bars=8))
    drawn = [planner.outlook([seed, 0])[:, FEEL] for seed in range(200)]
    assert all(len(set(column.tolist())) == 1 for column in drawn)
    assert abs(np.mean([column[0] == 2 for column in drawn]) - 0.75) < 0.1
    assert {planner.feel([seed, 0]) for seed in range(20)} == {"jazz", "rock"}
    asked = Planner(DRUMS, POP, Controls(bars=8, feel="jazz"))
    assert set(asked.outlook(1)[:, FEEL].tolist()) == {1}
    assert asked.feel(1) == "jazz"
    seconds = Planner(DRUMS, POP, Controls(seconds=9, feel="jazz", fill_every=2))
    assert set(seconds.outlook(1)[:, FEEL].tolist()) == {1}
    assert seconds.outlook(1)[:4, FILL].tolist() == [PLAIN, A_FILL] * 2


def test_fills_are_drawn_or_as_far_apart_as_asked_behind_a_primer() -> None:
    drawn = Planner(DRUMS, POP, Controls(bars=16)).outlook(1)
    assert np.flatnonzero(drawn[:, FILL] == A_FILL).tolist() == [7, 15]
    asked = Planner(DRUMS, POP, Controls(bars=10, fill_every=4), primer_bars=1).outlook(1)
    assert np.flatnonzero(asked[:, FILL] == A_FILL).tolist() == [4, 8]
    assert not Planner(LEARNT, POP, Controls(bars=8)).outlook(1)[:, [FEEL, FILL]].any()


@pytest.mark.parametrize(
    ("model", "wish", "message"),
    [
        (LEARNT, {"feel": "jazz"}, "learnt no feels, jazz was wished"),
        (LEARNT, {"fill_every": 4}, "learnt no fills, one every 4 bars was wished"),
        (Checkpoint({}, {}), {"fill_every": 4}, "learnt no fills"),
        (DRUMS, {"feel": "jaz"}, "the feel 'jaz' is foreign to this model: it knows jazz, rock"),
        (Checkpoint({}, {"feels": {"jazz": "a"}}), {}, "the model file's feels are damaged"),
        (Checkpoint({}, {"feels": [1]}), {}, "the model file's feels are damaged"),
    ],
)
def test_feels_and_fills_that_a_model_has_not_learnt(model, wish, message: str) -> None:
    with pytest.raises(MusicRNNError, match=message):
        Planner(model, POP, Controls(bars=8, **wish))
