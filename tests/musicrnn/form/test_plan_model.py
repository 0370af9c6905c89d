"""The model of plans: exact lengths, one plan a seed, JSON, and what it learns from POP909."""

import json
from pathlib import Path

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.form.plan import bars_of, parse_plan, plan_of, plan_text
from musicrnn.form.plan_model import PlanModel
from musicrnn_datasets.pop909 import POP909

PLANS = [
    parse_plan(text)
    for text in ("i4 A8 A8 B8 A8 o4", "i4 C8 C8 D8 C8 D8 o4", "i8 A4 B4 b4 X3 A4 B4 B4 o2", "A16")
]
MODEL = PlanModel.learn(PLANS)


@pytest.mark.parametrize("bars", [*range(1, 40), 100, 777, 4000])
def test_a_drawn_plan_has_exactly_the_wanted_bars(bars: int) -> None:
    plan = MODEL.draw(bars, np.random.default_rng(bars))
    assert bars_of(plan) == bars
    assert plan == MODEL.draw(bars, np.random.default_rng(bars))


def test_a_short_piece_closes_as_whole_ones_do() -> None:
    songs = [parse_plan("i4 A8 B8 A8 o4")] * 8 + [parse_plan("i4 A8 A8")] * 2
    model = PlanModel.learn(songs)
    drawn = [model.draw(16, np.random.default_rng(seed)) for seed in range(200)]
    assert 0.7 <= np.mean([plan[-1][0] == "o" for plan in drawn]) <= 0.9
    assert any(plan_text(plan) == "A8 B4 o4" for plan in drawn)
    assert any(plan_text(plan) == "A8 A8" for plan in drawn)
    never = PlanModel.learn(songs[-1:])
    assert all(never.draw(16, np.random.default_rng(seed))[-1][0] != "o" for seed in range(50))


@pytest.mark.parametrize("bars", [45, 46, 50, 52])
def test_a_plan_of_nearly_that_length_is_taken_where_there_are_enough(bars: int) -> None:
    letters = [(kind, 8) for kind in "ABABA"]
    songs = [(("i", length), *letters, ("o", 5 - length % 5)) for length in range(1, 11)] * 3
    model = PlanModel.learn(songs)
    for seed in range(20):
        plan = model.draw(bars, np.random.default_rng(seed))
        assert bars_of(plan) == bars
        assert [kind for kind, _ in plan] == list("iABABAo")
    assert set(plan[1:-1]) <= {("A", 8), ("B", 8)}


def test_a_plan_that_is_made_shorter_holds_no_section_without_a_bar() -> None:
    model = PlanModel.learn([tuple((kind, 1) for kind in "ABCDEFGH" * 4)] * 20)
    plan = model.draw(28, np.random.default_rng(0))
    assert bars_of(plan) == len(plan) == 28
    assert PlanModel.learn([plan]).plans == (plan,)  # its letters come in their order


def test_long_pieces_from_a_model_that_knows_short_ones_alone() -> None:
    model = PlanModel.learn([parse_plan("A1")] * 10_000)
    assert bars_of(model.draw(4000, np.random.default_rng(0))) == 4000


def test_a_model_returns_from_json() -> None:
    again = PlanModel.from_json(json.loads(json.dumps(MODEL.as_json())))
    assert again == MODEL
    assert again.draw(64, np.random.default_rng(1)) == MODEL.draw(64, np.random.default_rng(1))
    assert again.log_likelihood(PLANS[0]) == MODEL.log_likelihood(PLANS[0])


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"whole": 1},
        {"whole": {"next": {"": {"A": 1}}}},
        [],
        {"whole": {"next": {}, "length": {}, "again": {}}, "short": MODEL.short.counts},
    ],
)
def test_what_is_no_model(said: dict) -> None:
    with pytest.raises(MusicRNNError, match="plans do not fit"):
        PlanModel.from_json(said)


@pytest.mark.parametrize("bars", [0, 4001])
def test_bounds(bars: int) -> None:
    with pytest.raises(MusicRNNError, match=f"a plan has 1 to 4000 bars, got {bars}"):
        MODEL.draw(bars, np.random.default_rng(0))
    with pytest.raises(MusicRNNError, match="needs a plan"):
        PlanModel.learn([()])


def test_probabilities_add_up() -> None:
    for past, last in (("^^", {}), ("^A", {"A": 8}), ("Ab", {"A": 8, "b": 4}), ("oo", {})):
        assert MODEL.whole.following(past, last).sum() == pytest.approx(1)
        assert MODEL.whole.lengths("A", last).sum() == pytest.approx(1)


def test_a_plan_of_the_corpus_is_likelier_than_the_same_sections_in_disorder(corpora: Path) -> None:
    plans = [plan_of(piece.read()) for piece in list(POP909.pieces(corpora / "pop909"))[:30]]
    model = PlanModel.learn(plans[:20])
    generator = np.random.default_rng(0)
    for plan in plans[20:]:
        mixed = tuple(plan[index] for index in generator.permutation(len(plan)))
        assert model.log_likelihood(plan) > model.log_likelihood(mixed)
